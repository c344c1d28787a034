"""Everything in one place without set-up: PostgreSQL and Valkey from wheels, and a supervisor above all.

    with Embedded.start(state, progress=tell) as servers:
        Supervisor([Process(name="web", argv=[...], env={...})], servers=servers, progress=tell).run()

Whatever ends this process, even SIGKILL, ends the servers and the supervised processes too.
"""

from orchestrator.embedded.child import die_with_parent
from orchestrator.embedded.servers import Database, Embedded, Progress
from orchestrator.embedded.state import default_state
from orchestrator.embedded.supervisor import Process, Supervisor

__all__ = ["Database", "Embedded", "Process", "Progress", "Supervisor", "default_state", "die_with_parent"]
