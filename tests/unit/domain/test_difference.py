from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.difference import details_of, headlines, outermost
from orchestrator.domain.drift import Drift
from orchestrator.domain.facts import PART_SEPARATOR, Change, Fact, carried, difference, parts_of


def made(parts: dict[str, str]) -> str:
    return PART_SEPARATOR.join(f"{key}={value}" if value else key for key, value in parts.items())


WORDS = st.text("ab.=\n\"'(", min_size=1, max_size=12)
KEYS = st.text("abc ", min_size=1, max_size=6)
PARTS = st.dictionaries(KEYS, st.one_of(st.just(""), WORDS), max_size=4)
KINDS = st.sampled_from(("table", "column", "policy", "grant", "comment", "index", "setting", "function"))
FACTS = st.builds(Fact, KINDS, st.text('ab./ ("', min_size=1, max_size=10), PARTS.map(made))
SETS = st.lists(FACTS, max_size=8, unique_by=lambda fact: fact[:2])


def change(kind: str, identity: str, before: str | None, after: str | None) -> Change:
    separated = [text and text.replace("|", PART_SEPARATOR) for text in (before, after)]
    return Change(kind=kind, identity=identity, before=separated[0], after=separated[1])


@given(PARTS)
def test_parts_come_back_from_a_definition(parts: dict[str, str]) -> None:
    assert parts_of(made(parts)) == parts


@given(SETS)
def test_equal_facts_do_not_differ(facts: list[Fact]) -> None:
    assert difference(facts, reversed(facts)) == ()


@given(SETS, SETS)
def test_a_difference_leads_from_one_to_the_other_and_is_told(before: list[Fact], after: list[Fact]) -> None:
    changes = difference(before, after)
    assert carried(before, changes) == tuple(sorted(after))
    for each in changes:
        lines = details_of(each)
        assert lines
        assert all(len(line) < 800 for line in lines)
    assert set(outermost(changes)) <= set(changes)
    # whatever is left out went with something that is told
    assert bool(outermost(changes)) == bool(changes) or all("of a constraint" in str(c) for c in changes)


@given(SETS, SETS)
def test_the_same_drift_has_the_same_key_and_another_has_another(one: list[Fact], two: list[Fact]) -> None:
    first, second = Drift(changes=difference([], one)), Drift(changes=difference([], two))
    assert (first.key == second.key) == (sorted(one) == sorted(two))


def test_a_change_names_the_part_that_changed() -> None:
    assert details_of(
        change("policy", "public.orders.own", "permissive|using=(a)", "permissive|using=(b)")
    ) == ("policy own on public.orders: using changed from (a) to (b)",)
    assert details_of(
        change("column", "public.o.total", "type=integer", "type=integer|default=0|not null")
    ) == (
        "column public.o.total: default 0 was added",
        "column public.o.total: not null was added",
    )
    assert details_of(change("grant", "relation public.o", "anon SELECT", "anon SELECT*")) == (
        "grant on public.o: anon SELECT was removed",
        "grant on public.o: anon SELECT with grant option was added",
    )


def test_what_came_or_went_is_told_with_a_short_definition() -> None:
    view = change("view", "public.v", "owner=postgres|definition= SELECT 1\n   FROM x;", None)
    assert details_of(view) == ("view public.v was removed: SELECT 1 FROM x;",)
    policy = change("policy", "public.o.p", None, "permissive|for=all|to=anon|using=true")
    assert details_of(policy) == ("policy p on public.o was added: permissive, for all, to anon, using true",)


def test_of_a_long_text_only_the_lines_are_told_that_differ() -> None:
    before = "\n".join(f"line {number}" for number in range(500))
    after = before.replace("line 250", "line 250b")
    told = details_of(change("function", "public.f()", f"definition={before}", f"definition={after}"))
    assert told[0] == "function public.f(): definition changed"
    assert [line.strip() for line in told[2:]] == ["line 249", "-line 250", "+line 250b", "line 251"]
    other = after.replace("line", "row")
    told = details_of(change("function", "public.f()", f"definition={before}", f"definition={other}"))
    assert len(told) == 22
    assert told[-1].strip().endswith("lines more")


def test_of_two_long_values_the_place_is_shown_where_they_part() -> None:
    common = "x = 1 or " * 100
    (line,) = details_of(change("policy", "public.o.p", f"using={common}a", f"using={common}b"))
    assert len(line) < 200
    assert "or a to …" in line
    assert line.endswith("or b")


def test_parts_that_follow_from_others_are_told_only_alone() -> None:
    both = change("index", "public.i", "definition=a|on=public.x", "definition=b|on=public.y")
    assert details_of(both) == ("index public.i: definition changed from a to b",)
    alone = change("function", "public.f()", "definition=a|uses table x", "definition=a")
    assert details_of(alone) == ("function public.f(): uses table x was removed",)


def test_with_a_table_that_went_all_of_it_is_left_out_and_nothing_else() -> None:
    changes = [
        change("table", "public.x", "owner=postgres", None),
        change("column", "public.x.id", "type=integer", None),
        change("constraint", "public.x.x_pkey", "definition=PRIMARY KEY (id)", None),
        change("index", "public.x_pkey", "definition=…|on=public.x|of a constraint", None),
        change("index", "public.other", "definition=…|on=public.x", None),
        change("sequence", "public.x_id_seq", "owned by=public.x.id", None),
        change("grant", "relation public.x", "postgres SELECT", None),
        change("comment", "column public.x.id", "text=key", None),
        change("column", "public.y.id", "type=integer", None),
        change("grant", "relation public.y", "anon SELECT", "postgres SELECT"),
        change("index", "public.again", None, "definition=…|on=public.x"),
    ]
    assert headlines(changes, 9) == (
        "table public.x was removed",
        "column public.y.id was removed",
        "grant on public.y changed",
        "index public.again was added",
    )
    assert headlines(changes, 1) == ("table public.x was removed", "and 3 more")


def test_headlines_hold_no_definition() -> None:
    assert "swordfish" not in change("column", "public.x.y", None, "default='swordfish'").headline
