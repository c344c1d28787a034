"""The only place where ports meet adapters: settings go in, tools come out.

What only some processes need is imported when it is first asked for: the web process parses no SQL, a worker
tells nobody, and no command waits for Celery that does not use it.
"""

from orchestrator.wiring.alone import database_alone
from orchestrator.wiring.house import House
from orchestrator.wiring.process import (
    about_to_run,
    celery_app,
    forget_tools,
    house,
    settings_of_this_process,
    tools,
)
from orchestrator.wiring.scratch import release_scratch, scratch_on

__all__ = [
    "House",
    "about_to_run",
    "celery_app",
    "database_alone",
    "forget_tools",
    "house",
    "release_scratch",
    "scratch_on",
    "settings_of_this_process",
    "tools",
]
