"""What is sown before what, which tables make somebody privileged, and what a change may have opened."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.probes.seeding.ground import Function, Ground
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.scope import affected
from orchestrator.probes.seeding.wishes import Reading
from tests.unit.probes.seeding.grounds import a_column, a_ground, a_policy, a_table, names_of

USERS, TEAMS, MEMBERS, NOTES, ADMINS = range(1, 6)
_ADMIN = Function(
    oid=90, bare="is_admin", says="select exists (select from admins where person = auth.uid())"
)


def _teams() -> Ground:
    person = a_column("person", "uuid")
    return a_ground(
        a_table(USERS, name="users", schema="auth"),
        a_table(
            TEAMS, name="teams", policies=(a_policy("id in (select team from members)", reads=(MEMBERS,)),)
        ),
        a_table(
            MEMBERS,
            a_column("team", "uuid"),
            person,
            name="members",
            keys=(names_of(TEAMS, "team"), names_of(USERS, "person")),
            policies=(a_policy("(person = auth.uid())"),),
        ),
        a_table(
            NOTES,
            a_column("team", "uuid"),
            name="notes",
            keys=(names_of(TEAMS, "team"),),
            policies=(a_policy("is_admin()", calls=(90,)),),
        ),
        a_table(ADMINS, person, name="admins", key=("person",), keys=(names_of(USERS, "person"),)),
        functions=(_ADMIN,),
    )


def _order(ground: Ground) -> Order:
    return Order(ground, Reading(ground))


def test_parents_come_first_and_with_them_what_policies_look_up() -> None:
    levels = list(_order(_teams()).levels([NOTES]))
    flat = [oid for level in levels for oid in level]
    assert sorted(flat) == [USERS, TEAMS, MEMBERS, NOTES, ADMINS]
    assert flat.index(USERS) < flat.index(ADMINS)
    assert flat.index(TEAMS) < flat.index(NOTES)


def test_a_table_that_is_asked_about_the_user_alone_grants_everything() -> None:
    order = _order(_teams())
    assert [oid for oid in (USERS, TEAMS, MEMBERS, NOTES, ADMINS) if order.grants(oid)] == [ADMINS]


def test_rows_are_somebodys_when_what_they_belong_to_has_members() -> None:
    order = _order(_teams())
    assert order.owned(TEAMS)
    assert order.owned(NOTES)
    assert order.named_by_members(TEAMS) == {"id"}
    assert not _order(a_ground(a_table(1, policies=(a_policy("true"),)))).owned(1)


def test_a_change_reaches_the_tables_whose_policies_look_there() -> None:
    ground = _teams()
    reading = Reading(ground)

    def found(*changed: tuple[str, str]) -> frozenset[str] | None:
        return affected(ground, reading, changed)

    assert found(("policy", "public.members.one")) == {"public.members", "public.teams"}
    assert found(("function", "public.is_admin()")) == {"public.notes"}
    assert found(("table", "public.admins")) == {"public.admins", "public.notes"}
    assert found(("index", "public.some_index")) == frozenset()
    assert found(("grant", "relation public.notes")) == {"public.notes"}
    assert found(("role", "anon")) is None


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20))
def test_every_table_is_sown_once_whatever_circles_keys_make(pairs: list[tuple[int, int]]) -> None:
    tables = [
        a_table(
            oid,
            *(a_column(f"c{parent}", "uuid") for parent in sorted({p for c, p in pairs if c == oid})),
            keys=tuple(names_of(p, f"c{p}") for c, p in sorted({*pairs}) if c == oid),
        )
        for oid in range(1, 9)
    ]
    ground = a_ground(*tables)
    flat = [oid for level in _order(ground).levels(ground.tables) for oid in level]
    assert sorted(flat) == sorted(ground.tables)
    circle = _reaching(pairs)
    assert all(
        flat.index(parent) < flat.index(child)
        for child, parent in pairs
        if child != parent and not any(oid in circle[oid] for oid in {parent, *circle[parent]})
    )


def _reaching(pairs: list[tuple[int, int]]) -> dict[int, set[int]]:
    """Return for each table all that lies above it; itself, where it is part of a circle."""
    above: dict[int, set[int]] = {}
    for oid in range(1, 9):
        ahead, found = [oid], set[int]()
        while ahead:
            at = ahead.pop()
            for child, parent in pairs:
                if child == at and child != parent and parent not in found:
                    found.add(parent)
                    ahead.append(parent)
        above[oid] = found
    return above
