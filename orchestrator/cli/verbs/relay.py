"""`bascule relay`: publishes wake-ups, finds lost pushes, tells people."""

from orchestrator.cli.options import SettingsFile, opened


def command(*, settings: SettingsFile = None) -> None:
    """Publish wake-ups, find lost pushes, tell people. A part of the service; any number may run."""
    from orchestrator.cli.process import run_threads
    from orchestrator.wiring import about_to_run

    with opened(settings) as house:
        about_to_run(house.settings, "relay")
        house.upgrade()
        run_threads(house.relay_work())
