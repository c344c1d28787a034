from pathlib import Path

from orchestrator.domain.declared import FileOutcome, TestFile, TestOutcome
from tests.integration.probes.declared.conftest import Declaring

FOLDER = Path(__file__).parent


def _files() -> list[TestFile]:
    folder = FOLDER / "files"
    return [
        TestFile(path=f"supabase/tests/{path.relative_to(folder)}", text=path.read_text(encoding="utf-8"))
        for path in folder.rglob("*.sql")
    ]


def test_files_of_the_usual_shapes_run_as_they_do_with_psql(project: Declaring) -> None:
    project.does((FOLDER / "shape.sql").read_text(encoding="utf-8"))

    tested = project.run_files(_files())

    told = {file.path.removeprefix("supabase/tests/"): (file.outcome, len(file.tests)) for file in tested}
    reasons = [
        (file.path, each)
        for file in tested
        for each in (*file.mistakes, *(t for t in file.tests if t.outcome is TestOutcome.FAIL))
    ]
    assert reasons == []
    assert told == {
        "database/000-setup-tests-hooks.sql": (FileOutcome.PASSED, 1),
        "database/01_schema.test.sql": (FileOutcome.PASSED, 14),
        "database/02_notes_rls.test.sql": (FileOutcome.PASSED, 8),
        "database/03_psql_head.sql": (FileOutcome.PASSED, 4),
        "database/04_plan_of_unknown_length.sql": (FileOutcome.PASSED, 6),
        "database/05_skip_and_todo.sql": (FileOutcome.PASSED, 4),
        "database/06_policies.sql": (FileOutcome.PASSED, 5),
        "database/07_claims_by_hand.sql": (FileOutcome.PASSED, 5),
        "database/08_functions_of_tests.sql": (FileOutcome.PASSED, 2),
        "database/09_constraints.sql": (FileOutcome.PASSED, 5),
        "helpers/counting.sql": (FileOutcome.INCLUDED, 0),
    }
