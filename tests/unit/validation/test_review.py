from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name, Shape, Table
from orchestrator.domain.survey import Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

MADE = "create table public.orders (id int primary key); alter table public.orders enable row level security;"
INDEX = "create index orders_id on public.orders (id);"
BARE = Terms(exposed_schemas=())


def files(*sql: str) -> list[SqlText]:
    return [SqlText(path=f"{number}.sql", content=text.encode()) for number, text in enumerate(sql, 1)]


def told(*sql: str, terms: Terms = BARE) -> list[tuple[str, str | None]]:
    marks = [
        Mark(name="require-concurrent-index-creation", path=f"{number}.sql", line=1, column=1, message="")
        for number, text in enumerate(sql, 1)
        if text == INDEX
    ]
    found = review(files(*sql), terms, lint=lambda _: marks)
    asked = {"index-blocks-writes", "drop-table"}
    return [(finding.rule, finding.file) for finding in found if finding.rule in asked]


def on_a_target(*tables: str) -> Terms:
    shape = Shape(
        schemas=frozenset({"public"}),
        tables={Name("public", name): Table(name=Name("public", name)) for name in tables},
    )
    return Terms(
        exposed_schemas=(), survey=Survey(target="staging", server_major=17, shape=shape), server_major=17
    )


def test_on_a_bare_checkout_what_an_earlier_file_made_is_old() -> None:
    assert told(MADE, INDEX) == [("index-blocks-writes", "2.sql")]
    assert told(MADE, "drop table public.orders;") == [("drop-table", "2.sql")]


def test_in_the_same_file_nobody_waits_for_what_is_new() -> None:
    assert told(f"{MADE} {INDEX}") == []
    assert told(f"{MADE} drop table public.orders;") == []


def test_on_a_target_all_that_is_pending_is_one_deployment() -> None:
    assert told(MADE, INDEX, terms=on_a_target()) == []
    assert told(MADE, "drop table public.orders;", terms=on_a_target()) == []
    assert told(INDEX, terms=on_a_target("orders")) == [("index-blocks-writes", "1.sql")]


def test_what_a_later_file_mends_is_not_reported() -> None:
    open_table = "create table public.notes (id int primary key);"
    mended = "alter table public.notes enable row level security;"
    rules = {finding.rule for finding in review(files(open_table, mended), Terms())}
    assert "row-security-missing" not in rules
    assert "row-security-missing" in {finding.rule for finding in review(files(open_table), Terms())}


def test_findings_on_applied_files_are_notes() -> None:
    applied = frozenset({"1.sql"})
    (finding,) = review(files("create tabel x;"), BARE, applied=applied)
    assert finding.severity is Severity.NOTE


def unused(terms: Terms) -> Finding:
    sql = "-- bascule: allow drop-table because nobody reads it\nselect 1;"
    (finding,) = (each for each in review(files(sql), terms) if each.rule == "permission-unused")
    return finding


def test_a_permission_that_one_target_does_not_need_is_a_note_for_another_may() -> None:
    bare, there = unused(Terms()), unused(on_a_target())
    assert (bare.severity, bare.message) == (
        Severity.WARNING,
        "drop-table is allowed, and nothing here needs it",
    )
    assert (there.severity, there.message) == (
        Severity.NOTE,
        "drop-table is allowed, and nothing on this target needs it",
    )
    assert "Delete" in bare.remedy
    assert "Delete" not in there.remedy


def test_an_operator_may_set_what_is_wrong_with_permissions() -> None:
    sql = "-- bascule: allow drop-table\nselect 1;"
    strict = Terms(severities={"permission-invalid": Severity.ERROR})
    assert [each.severity for each in review(files(sql), strict)] == [Severity.ERROR]
