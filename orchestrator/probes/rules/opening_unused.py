"""The settings declare an opening that there is not."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import ExposedRelation, Matrix
from orchestrator.domain.opening import Opening
from orchestrator.probes.openings import about
from orchestrator.probes.seen import Seen, allowed

RULE = "opening-unused"


def check(matrix: Matrix, given: Sequence[Opening]) -> Iterator[Finding]:
    """Yield a note for each that excuses nothing. Only of the settings: a comment leaves with its policy."""
    noticed = {each.object for each in matrix.notices}
    functions = {each.name for each in matrix.functions}
    relations = {each.name: each for each in matrix.relations}
    for opening in given:
        relation = relations.get(opening.object)
        is_used = opening.object in noticed or (relation is not None and _opens(relation, opening))
        if not is_used:
            yield Finding(
                rule=RULE,
                severity=Severity.NOTE,
                source=Source.SMOKE,
                message=f"the settings declare {opening.object} as open, "
                + (
                    "and it is not"
                    if relation or opening.object in functions
                    else "and no exposed schema has it"
                ),
                effect="if it is opened one day, nobody is told",
                remedy="take it out of targets.NAME.openings, or name the object as findings do: "
                "public.prices, public.search(text)",
                object=opening.object,
            )


def _opens(relation: ExposedRelation, opening: Opening) -> bool:
    seen = Seen(now=relation, earlier={}, openings=about(relation.name, [opening]))
    return any(allowed(cell) and seen.is_meant(None, cell) for cell in relation.cells)
