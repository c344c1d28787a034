"""`bascule serve`: the web process."""

from orchestrator.cli.options import SettingsFile, opened
from orchestrator.cli.process import about_to_run


def command(*, settings: SettingsFile = None) -> None:
    """Receive webhooks, and serve the page and the API. A part of the service, for production."""
    with opened(settings) as house:
        about_to_run(house.settings, "web")
        from orchestrator.cli.web_process import run

        run(house)
