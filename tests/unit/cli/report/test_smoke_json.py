from dataclasses import replace

from orchestrator.cli.report.smoke_json import smoke_value
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import ExposedFunction, Matrix
from tests.support.matrices import exposed

MATRIX = Matrix(
    relations=(
        exposed("public.notes", anon="-!?E", user_a="OoEl"),
        exposed("public.shown", kind="v", bypasses=("public.notes", "private.hidden"), anon="E   "),
    ),
    functions=(ExposedFunction(name="public.total(bigint)", reads=("private.hidden", "public.notes")),),
)


def finding(about: str | None, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(rule="a-rule", severity=severity, source=Source.SMOKE, message="m", object=about)


def test_it_has_the_form_that_is_promised() -> None:
    value = smoke_value(MATRIX, [])
    assert set(value) == {"verdict", "tables", "tests"}
    assert [each["table"] for each in value["tables"]] == ["public.notes", "public.shown"]
    anon, broken, unknown, every, reached, *_ = value["tables"][0]["cells"]
    assert broken == {
        "identity": "anon",
        "command": "insert",
        "result": "error",
        "sqlstate": "42P17",
        "before": None,
    }
    assert [each["result"] for each in (anon, unknown, every)] == ["deny", "unknown", "allow"]
    assert reached["rows"] == {"own": ("A",), "others": ("B",)}


def test_what_a_cell_was_before_stands_beside_it() -> None:
    before = Matrix(relations=(exposed("public.notes", anon="E---"),))
    cells = smoke_value(MATRIX, [], before=before)["tables"][0]["cells"]
    assert [each["before"] for each in cells[:5]] == ["allow", "deny", "deny", "deny", None]


def test_a_finding_stands_under_each_relation_that_its_object_exposes() -> None:
    objects = ["public.notes", "public.shown", "public.total(bigint)", "public.gone", None]
    value = smoke_value(MATRIX, [finding(each) for each in objects])
    assert [[each["object"] for each in table["findings"]] for table in value["tables"]] == [
        ["public.notes", "public.shown", "public.total(bigint)"],
        ["public.shown"],
    ]


def test_only_an_error_refuses() -> None:
    assert smoke_value(None, [finding(None)]) == {"verdict": "pass", "tables": [], "tests": []}
    error = replace(finding("public.notes"), severity=Severity.ERROR)
    assert smoke_value(MATRIX, [error])["verdict"] == "refuse"
