"""The command line: `bascule`. One file per verb in `verbs/`."""

from orchestrator.cli.program import run

__all__ = ["run"]
