import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.identity import holder, split, subject, within

#: a name as the server quotes it
NAMES = st.one_of(
    st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True),
    st.text('aZ."/ (),\n', min_size=1, max_size=8).map(lambda raw: '"{}"'.format(raw.replace('"', '""'))),
)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_dot_within_quotes_does_not_separate(names: list[str]) -> None:
    assert split(".".join(names), ".") == tuple(names)


@given(st.lists(NAMES, min_size=2, max_size=4))
def test_a_place_and_a_name_make_the_identity(names: list[str]) -> None:
    place, own = within(".".join(names))
    assert (place, own) == (".".join(names[:-1]), names[-1])


@pytest.mark.parametrize(
    ("identity", "place", "own"),
    [
        ("public.orders.price", "public.orders", "price"),
        ('public."a.b"."c""d.e"', 'public."a.b"', '"c""d.e"'),
        ('"Odd Schema."."Table.1"."Id"', '"Odd Schema."."Table.1"', '"Id"'),
        ("feed", "", "feed"),
    ],
)
def test_a_name_is_split_from_what_it_is_in(identity: str, place: str, own: str) -> None:
    assert within(identity) == (place, own)


def test_arguments_are_no_separators() -> None:
    assert split('app.f(public.pair,"x.y")', ".") == ("app", 'f(public.pair,"x.y")')
    assert split('"a/b"/public.orders', "/") == ('"a/b"', "public.orders")
    assert split('"x on y" on public.orders', " on ") == ('"x on y"', "public.orders")


@given(NAMES, NAMES, NAMES)
def test_a_policy_is_told_from_its_table_whatever_their_names_are(schema: str, table: str, own: str) -> None:
    identity = f"{schema}.{table}.{own}"
    assert subject("policy", identity) == f"policy {own} on {schema}.{table}"
    assert holder("policy", identity) == f"{schema}.{table}"


@pytest.mark.parametrize(
    ("kind", "identity", "told"),
    [
        ("table", "public.orders", "table public.orders"),
        ("column", "public.orders.total", "column public.orders.total"),
        ("constraint", 'public."a.b".positive', 'constraint positive on public."a.b"'),
        ("function", "public.f(integer, numeric)", "function public.f(integer, numeric)"),
        ("grant", "relation public.orders", "grant on public.orders"),
        ("grant", "function public.f(integer)", "grant on function public.f(integer)"),
        ("grant", "default privilege postgres/public/r", "default grant of postgres in public on tables"),
        ("grant", "default privilege postgres/*/f", "default grant of postgres on functions"),
        ("comment", "policy own on public.orders", "comment on policy own on public.orders"),
        ("published table", "live/public.orders", "table public.orders in publication live"),
        ("setting", "anon/statement_timeout", "setting statement_timeout of anon"),
        ("setting", "*/app.key", "setting app.key of the database"),
        ("user mapping", "files/ada", "user mapping of ada on server files"),
        ("cron job", "every night", "cron job every night"),
    ],
)
def test_facts_are_named_as_people_name_them(kind: str, identity: str, told: str) -> None:
    assert subject(kind, identity) == told


@pytest.mark.parametrize(
    ("kind", "identity", "of"),
    [
        ("grant", "relation public.orders", "public.orders"),
        ("grant", "column public.orders.total", "public.orders"),
        ("grant", "function public.f(integer, text)", "public.f(integer, text)"),
        ("comment", "trigger t on public.orders", "public.orders"),
        ("comment", "column public.orders.total", "public.orders"),
        ("published table", "live/public.orders", "public.orders"),
        ("extension", "hstore", ""),
    ],
)
def test_a_fact_says_what_it_is_about(kind: str, identity: str, of: str) -> None:
    assert holder(kind, identity) == of
