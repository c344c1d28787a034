"""The Celery application that `celery -A workers.app worker` runs; `bascule worker` does so."""

import os
import signal
import warnings

from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import EX_FAILURE, SecurityWarning
from celery.signals import celeryd_after_setup, setup_logging, worker_process_init, worker_shutting_down

from orchestrator import wiring
from orchestrator.embedded import die_with_parent
from workers.hunger import Hunger
from workers.sharing import share_memory, share_without_a_folder

# it is about pickle, which is not accepted here; deploy/ runs as a user of its own anyway
warnings.filterwarnings("ignore", category=SecurityWarning)

share_without_a_folder()

app = wiring.celery_app()
app.conf.imports = ("workers.tasks",)
app.conf.worker_consumer = "workers.consumer:Consumer"
app.steps["consumer"].add(Hunger)

#: how often this worker was asked to end what it has and to take no more
_asked = 0

#: made here, in the process that forks: it knows whose death to watch for
_die_with_the_worker = die_with_parent(signal.SIGKILL)


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _log_our_way(**_: object) -> None:
    wiring.about_to_run(wiring.house().settings, "worker")


@celeryd_after_setup.connect(weak=False)  # type: ignore[untyped-decorator]
def _be_quiet(**_: object) -> None:
    # about what Celery 6 does when the broker is lost: what is meant is set by name, see make_app. Only now,
    # since Celery's own setup shows every one of these
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


@celeryd_after_setup.connect(weak=False)  # type: ignore[untyped-decorator]
def _share_what_is_loaded(**_: object) -> None:
    share_memory()


@worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]
def _do_not_wait_twice(how: str, **_: object) -> None:
    """End at once when asked a second time, as Celery itself does not: nothing is lost by it.

    The children die with this process, the databases undo what they had begun, and another worker begins it
    again.
    """
    global _asked  # noqa: PLW0603 - signals have no other place to count
    _asked += how == "Warm"
    if _asked > 1:
        os.write(2, b"asked to stop a second time: what runs is left to another worker\n")
        os._exit(EX_FAILURE)


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _begin_anew(**_: object) -> None:
    """Nothing that the parent opened may be used after the fork; and nobody outlives a killed parent."""
    wiring.forget_tools()
    _die_with_the_worker()
