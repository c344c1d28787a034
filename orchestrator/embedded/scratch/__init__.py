"""The scratch server: a throw-away PostgreSQL of its own, on which targets are copied and plans rehearsed.

    server = acquire(state, major=17)      # in every process that needs it; the first one starts it
    server.template()                      # "create database … template …" with server.url(…)
    release_all()                          # at the end of a command

Nothing of the ledger's is in reach there: it is another cluster, run by another user where root starts it,
with no secret in its environment. It is worth nothing: whatever is wrong with it, it is made anew.
"""

from orchestrator.embedded.scratch.named import configured
from orchestrator.embedded.scratch.own import acquire, available_majors, discard, release_all
from orchestrator.embedded.scratch.server import ScratchServer

__all__ = ["ScratchServer", "acquire", "available_majors", "configured", "discard", "release_all"]
