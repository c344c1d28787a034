import pytest

from orchestrator.cli.matrix import MANY, tell_matrix
from orchestrator.cli.output import Output
from orchestrator.domain.matrix import ExposedRelation, Matrix
from tests.support.matrices import exposed


@pytest.fixture(autouse=True)
def _a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def five(name: str, **other: str) -> ExposedRelation:
    answers = {"anon": "----", "user_a": "oooo", "user_b": "oooo", "privileged": "OOOO"}
    return exposed(name, **{**answers, "service_role": "EEEE", **other})


def told(capsys: pytest.CaptureFixture[str], *relations: ExposedRelation, worth=None) -> list[str]:
    tell_matrix(Output(as_json=False), Matrix(relations=relations), worth_a_look=worth)
    return capsys.readouterr().out.splitlines()


def test_five_identities_and_any_name_fit_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    name = "public.partner_compliance_documents_of_last_year_and_of_this_one"
    lines = told(capsys, five("public.notes"), five(name, anon="!?E-"))
    assert lines[:4] == [
        f"{'':<34}anon  user_a  user_b  privileged  service_role",
        f"    {'public.notes':<30}----  siud    siud    SIUD        SIUD",
        f"    {name}",
        f"{'':<34}!?U-  siud    siud    SIUD        SIUD",
    ]
    assert max(map(len, lines)) <= 80


def test_of_many_relations_those_that_deserve_no_look_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = [five(f"public.t{number}") for number in range(MANY)]
    loud = [five("public.open", anon="E---"), five("public.broken", user_a="!---")]
    lines = told(capsys, *quiet, *loud, worth={"public.t7"})
    assert [line.split()[0] for line in lines[1:5]] == ["public.t7", "public.open", "public.broken", "and"]
    assert lines[4] == "    and 39 more relations in which nothing deserves a look: --all"
    assert len(told(capsys, *quiet, *loud)) == 1 + 42 + 2


def test_a_name_from_a_database_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in "".join(told(capsys, five('public."\x1b[31m"')))
