"""`bascule up`: the whole service, embedded."""

import time
from typing import Annotated

import typer

from orchestrator.cli.options import SettingsFile
from orchestrator.cli.output import Output

_READY_SECONDS = 60


def command(
    *,
    logs_to_files: Annotated[
        bool, typer.Option("--logs-to-files", help="Write the parts' logs below the state directory.")
    ] = False,
    settings: SettingsFile = None,
) -> int:
    """Run the whole service: PostgreSQL, Valkey, web, relay and worker, until Ctrl-C."""
    import os

    from orchestrator.cli.service import processes, scratch_kept, servers_for, warm_scratch
    from orchestrator.embedded.supervisor import Supervisor
    from orchestrator.settings import load
    from orchestrator.wiring import about_to_run

    output = Output(as_json=False)
    valid = load(settings, os.environ)
    about_to_run(valid, "supervisor")
    began = time.monotonic()

    def progress(who: str, what: str, seconds: float) -> None:
        output.err.print(f"  {who} {what}" + (f" ({seconds:.2f} s)" if seconds else ""), style="dim")

    with scratch_kept(), servers_for(valid, progress) as (servers, running):
        logs = servers.state.logs if servers and logs_to_files else None
        parts = processes(valid, running, logs=logs, environment={})
        supervisor = Supervisor(parts, servers=servers, progress=progress)
        with supervisor:
            page = f"http://{valid.service.admin_listen}"
            alive = _until_ready(supervisor, page)
            if alive:
                output.say(f"ready after {time.monotonic() - began:.1f} s", style="bold green")
                output.say(f"  page      {page}")
                output.say(f"  webhooks  http://{valid.service.listen}/webhooks/<repository>")
                output.say("  stop with Ctrl-C", style="dim")
                warm_scratch(valid)
            while alive:
                alive = supervisor.tend(seconds=3600)
        return supervisor.exit_code


def _until_ready(supervisor: "object", page: str) -> bool:
    """Tend until the page says that everything is ready; False when it is time to stop."""
    import httpx

    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if not supervisor.tend(seconds=0.05):  # type: ignore[attr-defined]
            return False
        try:
            if httpx.get(f"{page}/readyz", timeout=2).is_success:
                return True
        except httpx.HTTPError:
            continue
    return True
