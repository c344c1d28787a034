"""squawk: what locks a migration takes and whom it breaks, judged by a program of its own.

It runs beside us as a process. Nothing that a repository holds decides what it looks for: neither its
settings files nor its comments reach it.
"""

from orchestrator.adapters.squawk.linter import Squawk

__all__ = ["Squawk"]
