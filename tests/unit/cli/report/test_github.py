from orchestrator.cli.report.github import workflow_commands
from orchestrator.domain.finding import Severity
from tests.support.reports import finding, report


def test_each_finding_is_a_command_at_its_place_and_the_verdict_is_none():
    told = report(
        finding("syntax-error", Severity.ERROR, "Bad", file="m/1_a.sql", line=3, column=7, effect="It fails"),
        finding("file-name", Severity.WARNING, "Odd", file="m/1_a.sql", remedy="Rename it"),
        finding("linter-missing", Severity.NOTE, "Away"),
        files={"m/1_a.sql": ""},
    )
    assert [*workflow_commands(told)] == [
        "::error file=m/1_a.sql,line=3,col=7,title=syntax-error::Bad%0AIt fails",
        "::warning file=m/1_a.sql,title=file-name::Odd%0Ado: Rename it",
        "::notice title=linter-missing::Away",
        "refuse: 3 findings in 1 file",
    ]


def test_signs_that_have_a_meaning_are_escaped():
    told = report(
        finding("a-rule", Severity.ERROR, "100%,\r\n::error::x: y", file="a,b:c%\n.sql"),
        files={},
    )
    assert next(workflow_commands(told)) == (
        "::error file=a%2Cb%3Ac%25%0A.sql,title=a-rule::100%25,%0D%0A::error::x: y"
    )
