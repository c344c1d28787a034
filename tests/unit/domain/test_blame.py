import pytest

from orchestrator.domain.blame import blame
from orchestrator.domain.facts import Change


def change(kind: str, identity: str, before: str | None = None, after: str | None = "x") -> Change:
    return Change(kind=kind, identity=identity, before=before, after=after)


TABLE = ("table", 'public."A.b"')


@pytest.mark.parametrize(
    "part",
    [
        change("table", 'public."A.b"'),
        change("column", 'public."A.b".id'),
        change("policy", 'public."A.b"."own rows"'),
        change("trigger", 'public."A.b".touch'),
        change("constraint", 'public."A.b".positive'),
        change("grant", 'relation public."A.b"'),
        change("grant", 'column public."A.b".id'),
        change("comment", 'table public."A.b"'),
        change("comment", 'table column public."A.b".id'),
        change("comment", 'policy own on public."A.b"'),
        change("index", "public.i", after='definition=…\x1fon=public."A.b"'),
        change("sequence", "public.s", after='owned by=public."A.b".id'),
        change("published table", 'news/public."A.b"'),
    ],
    ids=lambda part: f"{part.kind} {part.identity}",
)
def test_what_belongs_to_a_touched_table_is_ours(part: Change) -> None:
    assert blame([part], {TABLE}) == ((part,), ())
    assert blame([part], {("table", "public.A"), ("table", "public.b")}) == ((), (part,))


def test_a_schema_that_was_touched_does_not_answer_for_what_others_make_in_it() -> None:
    other = change("table", "app.part")
    assert blame([other], {("schema", "app")}) == ((), (other,))


def test_between_two_major_versions_only_what_came_or_went_is_ours() -> None:
    words, gone = change("table", "public.a", before="y"), change("column", "public.a.c", "x", None)
    touched = {("table", "public.a")}
    assert blame([words, gone], touched, same_major=False) == ((gone,), (words,))
