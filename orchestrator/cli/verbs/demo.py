"""`bascule demo`: the guided story."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import Json


def command(
    *,
    state: Annotated[
        Path | None,
        typer.Option(
            help="Where everything lies; the story begins anew there. Left out: a directory that is removed "
            "at the end, or `demo` in $BASCULE_STATE.",
            show_default=False,
        ),
    ] = None,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the story: 0 only if every act ended as told, else 3.")
    ] = False,
    json: Json = False,
) -> int:
    """Play the guided story on its own service: adopt, deploy, be refused, be rolled back, mend, go live."""
    from orchestrator.cli.demo.performance import perform

    return perform(state, leave=leave, as_json=json)
