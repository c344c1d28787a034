"""Functions that stand at the end of all files."""

from collections.abc import Iterator

from orchestrator.domain.shape import Function, Name
from orchestrator.validation.changes import CreateFunction
from orchestrator.validation.moment import Aftermath, Seen


def standing_functions(aftermath: Aftermath) -> Iterator[tuple[Function, Seen[CreateFunction]]]:
    """Yield each function that these files make or replace, as it is at the end, and its newest making."""
    newest: dict[tuple[Name, tuple[str, ...]], tuple[Function, Seen[CreateFunction]]] = {}
    for seen in aftermath.each(CreateFunction):
        for function in aftermath.world.function(seen.change.name):
            if function.arguments == seen.change.arguments:
                newest[function.name, function.arguments] = (function, seen)
    yield from newest.values()
