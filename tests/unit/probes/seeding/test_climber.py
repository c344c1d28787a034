"""What a user is let try to write of itself."""

from collections.abc import Iterator, Sequence

import pytest

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation
from orchestrator.probes.identities import USER_A
from orchestrator.probes.seeding.climber import Climber
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.sown import Sown
from orchestrator.probes.seeding.tries import Granted, Try
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.unique import Key, Keys
from orchestrator.probes.seeding.users import Owner
from orchestrator.probes.seeding.wishes import Reading
from tests.unit.probes.seeding.grounds import a_column, a_ground, a_policy, a_table

PROFILES = a_table(
    1,
    a_column("person", "uuid"),
    a_column("handle"),
    a_column("is_admin", "bool"),
    name="profiles",
    policies=(a_policy("((person = auth.uid()) OR is_admin OR (handle = 'root'::text))"),),
)
RELATION = ExposedRelation(
    name=PROFILES.name,
    kind="r",
    row_security=True,
    cells=(Cell(identity=USER_A.name, command=Command.UPDATE, result=CellResult.ALLOW, basis=Basis.LIMITED),),
)
ROW = {
    "id": "11111111-1111-4111-8111-111111111111",
    "person": USER_A.user,
    "handle": "probe1",
    "is_admin": "false",
}
OWN = Seed(
    table=PROFILES,
    owner=Owner(user=USER_A.name, way=0),
    given=ROW,
    values=ROW,
    ctid="(0,1)",
    lies_in=PROFILES.oid,
    told_by=frozenset({"person"}),
    counting=frozenset(),
)


def _written(keys: Keys | None) -> set[str]:
    """Return what user A tries to write into its own row, in words."""
    sown = Sown()
    sown.keep(OWN)
    written: set[str] = set()

    def note(tries: Sequence[Try]) -> Iterator[Tried]:
        written.update(each.grab.how for each in tries if each.grab)
        yield from ()

    climber = Climber(
        USER_A,
        {PROFILES.name: RELATION},
        sown,
        {(PROFILES.oid, USER_A.role): Granted(insert=frozenset(ROW), update=frozenset(ROW))},
        Reading(a_ground(PROFILES)),
        keys=keys,
        try_out=note,
        carry_out=lambda _: [],
    )
    assert list(climber.climb(PROFILES, [])) == []
    return written


@pytest.mark.parametrize(
    ("unique", "values"),
    [
        (None, {"is_admin to true", "handle to root"}),
        (("handle",), {"is_admin to true"}),
        (("handle", "id"), {"is_admin to true", "handle to root"}),
    ],
)
def test_no_word_is_taken_as_a_key_for_which_others_would_wait(unique, values):
    keys = Keys({PROFILES.oid: (Key(columns=unique, nulls_too=False),)}) if unique else None
    assert _written(keys) == {f"sets {each} in their own row of public.profiles" for each in values}
