"""The Celery application that `celery -A workers.app worker` runs; `bascule worker` does so."""

import signal
import warnings

from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_process_init

from orchestrator import wiring
from orchestrator.embedded import die_with_parent

# it is about pickle, which is not accepted here; deploy/ runs as a user of its own anyway
warnings.filterwarnings("ignore", category=SecurityWarning)

app = wiring.celery_app()
app.conf.imports = ("workers.tasks",)

#: made here, in the process that forks: it knows whose death to watch for
_die_with_the_worker = die_with_parent(signal.SIGKILL)


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _log_our_way(**_: object) -> None:
    wiring.about_to_run(wiring.house().settings, "worker")


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _begin_anew(**_: object) -> None:
    """Nothing that the parent opened may be used after the fork; and nobody outlives a killed parent."""
    wiring.forget_tools()
    _die_with_the_worker()
