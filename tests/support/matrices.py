"""Relations of a matrix, written as four signs for each identity."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.matrix import (
    Basis,
    Cell,
    CellResult,
    Command,
    ExposedRelation,
    MadeUpRow,
    Policy,
    Reach,
)

_OWN = {"user_a": "A", "user_b": "B", "privileged": "P"}
_USERS = ("A", "B")


def exposed(
    name: str = "public.notes",
    *,
    kind: str = "r",
    row_security: bool = True,
    policies: Sequence[Policy] = (),
    bypasses: Sequence[str] = (),
    unseeded: str = "",
    plain: bool = True,
    **answers: str,
) -> ExposedRelation:
    """Make a relation: for each identity what it may select, insert, update and delete.

    `E` every row, `l` some rows, `o` own rows, `O` those of strangers too, `-` denied, `!` 42P17, `?` not
    known, a space: it cannot be done. `plain` rows suit nothing that policies ask for.
    """
    suffix = "" if plain else "1"
    cells = tuple(cell for who, signs in answers.items() for cell in _cells(who, signs, suffix))
    return ExposedRelation(
        name=name,
        kind=kind,
        row_security=row_security,
        policies=tuple(each.name for each in policies),
        policies_in_full=tuple(policies),
        bypasses=tuple(bypasses),
        owned=any(cell.reach for cell in cells),
        user_columns=("owner",),
        made_up=tuple(
            MadeUpRow(label=f"{each}{suffix}", told=f"id -{each}, owner {each}") for each in _USERS
        ),
        unseeded=unseeded,
        cells=cells,
    )


def policy(
    using: str | None = None,
    check: str | None = None,
    *,
    name: str = "own",
    command: Command | None = None,
    to: str = "authenticated",
    permissive: bool = True,
) -> Policy:
    """Make a policy."""
    return Policy(name=name, command=command, permissive=permissive, roles=(to,), using=using, check=check)


def _cells(identity: str, signs: str, suffix: str) -> Iterator[Cell]:
    for command, sign in zip(Command, signs, strict=True):
        if sign != " ":
            yield _cell(identity, command, sign, suffix)


def _cell(identity: str, command: Command, sign: str, suffix: str) -> Cell:
    results = {"-": CellResult.DENY, "!": CellResult.ERROR, "?": CellResult.UNKNOWN}
    bases = {"E": Basis.EVERY_ROW, "-": Basis.NO_POLICY, "!": None, "?": None}
    own = tuple(f"{each}{suffix}" for each in _USERS if each == _OWN.get(identity))
    others = tuple(f"{each}{suffix}" for each in _USERS if each != _OWN.get(identity))
    reach = Reach(tried_own=own, tried_others=others, own=own, others=others if sign == "O" else ())
    return Cell(
        identity=identity,
        command=command,
        result=results.get(sign, CellResult.ALLOW),
        sqlstate="42P17" if sign == "!" else None,
        reason="so said the server" if sign in "!?" else None,
        basis=bases.get(sign, Basis.LIMITED),
        reach=reach if sign in "oO" else None,
    )
