"""The Celery application that `celery -A workers.app worker` runs; `bascule worker` does so."""

from celery.signals import setup_logging, worker_process_init

from orchestrator import wiring

app = wiring.celery_app()
app.conf.imports = ("workers.tasks",)


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _log_our_way(**_: object) -> None:
    wiring.about_to_run(wiring.house().settings, "worker")


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _begin_anew(**_: object) -> None:
    """Nothing that the parent opened may be used after the fork."""
    wiring.forget_tools()
