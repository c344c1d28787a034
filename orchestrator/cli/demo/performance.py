"""From an empty directory to the end of the story, and what remains to be seen then."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.text import Text

from orchestrator.cli.demo.place import Place, a_place, examples_dir
from orchestrator.cli.demo.play import NOT_AT_ALL, Played, play
from orchestrator.cli.demo.scene import Scene, Stopped, a_scene
from orchestrator.cli.demo.telling import Told
from orchestrator.domain.errors import BasculeError

#: what a command ends with that somebody stopped
_STOPPED = 130
_NOT_AS_TOLD = 3
_TEND_SECONDS = 0.5
_LAST_LINES = 5
_TEN = 10.0


def perform(state: Path | None, *, leave: bool, as_json: bool) -> int:
    """Play the story; then serve until told to stop, unless `leave`. Returns the exit code.

    Raises BasculeError when the story cannot be played at all.
    """
    told = Told(as_json=as_json)
    example = examples_dir(os.environ)
    ended = _STOPPED
    with _ended_by_signals(), a_place(state, os.environ) as place:
        told.say(Text("Bascule: one push, from end to end", style="bold"))
        told.say(Text(f"  everything is embedded and lies in {place.path}", style="dim"))
        try:
            with a_scene(place, example, told) as scene:
                ended = _play_out(scene, told, place)
                if not leave:
                    _serve(told, scene)
        except Stopped as stopped:
            if stopped.exit_code:
                _tell_logs(told, place)
            return stopped.exit_code or ended
        except BasculeError:
            _tell_logs(told, place)
            raise
    return ended


def _play_out(scene: Scene, told: Told, place: Place) -> int:
    told.say(Text(f"  ready {scene.cold_start_seconds:.1f} s after the start", style="green"))
    began = time.monotonic()
    played = play(scene, told)
    _sum_up(told, scene, played, time.monotonic() - began)
    if all(one.as_told for one in played):
        return 0
    if played[-1].ended == NOT_AT_ALL:
        _tell_logs(told, place)
    return _NOT_AS_TOLD


def _tell_logs(told: Told, place: Place) -> None:
    """Show the last words of each part: the directory with the logs may be gone soon."""
    for log in sorted((place.path / "logs").glob("*.log")):
        for line in log.read_text(errors="replace").splitlines()[-_LAST_LINES:]:
            told.say(Text(f"  {log.stem}: {line}", style="dim"))


def _sum_up(told: Told, scene: Scene, played: Sequence[Played], took: float) -> None:
    """Show the acts once more, with their figures; with --json this is the one value."""
    told.blank()
    told.rows(
        ("act", "what", "ended", "took", "as told"),
        [
            (
                Text(str(one.act)),
                Text(one.what),
                Text(one.ended),
                # the table has no room for one letter more
                Text(f"{one.seconds:.1f} s" if one.seconds < _TEN else f"{one.seconds:.0f} s"),
                Text("✓", "green") if one.as_told else Text("✗", "bold red"),
            )
            for one in played
        ],
    )
    told.blank()
    told.say(f"  from the start to ready     {scene.cold_start_seconds:4.1f} s")
    if len(played) > 1:  # the first is the adoption
        told.say(f"  first push to {played[1].ended:<12}  {played[1].seconds:4.1f} s")
    told.say(f"  the whole story             {took:4.1f} s")
    failed = next((one for one in played if not one.as_told), None)
    if failed is not None:
        told.say(f"  act {failed.act} did not end as told: {failed.what}", style="bold red")
    if told.as_json:
        told.result(_as_value(scene, played, took))


def _as_value(scene: Scene, played: Sequence[Played], took: float) -> dict[str, object]:
    return {
        "as_told": all(one.as_told for one in played),
        "seconds": {
            "start_to_ready": round(scene.cold_start_seconds, 2),
            "first_push_to_end": round(played[1].seconds, 2) if len(played) > 1 else None,
            "story": round(took, 2),
        },
        "acts": played,
    }


def _serve(told: Told, scene: Scene) -> None:
    """Say how to look around, and serve until told to stop. Raises Stopped."""
    told.blank()
    told.say(Text("It keeps serving; Ctrl-C ends it.", style="bold"))
    told.say(Text.assemble("  page      ", (scene.page, "cyan underline")))
    told.say(f"  webhooks  {scene.webhooks}")
    told.say("  look around in another terminal:")
    bascule = Path(sys.executable).with_name("bascule")
    for line in (
        f"export BASCULE_SETTINGS={scene.place.settings}",
        f"{bascule} status",
        f"{bascule} show 4",
        f"{bascule} logs",
        f"cd {scene.place.checkout}    # and push something of your own",
    ):
        told.say(Text(f"    {line}", style="dim"))
    while True:
        scene.tend(_TEND_SECONDS)
        while (headline := scene.slack.next()) is not None:
            told.say(f"  Slack: {headline}")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have SIGTERM and SIGHUP unwind what was begun, as Ctrl-C does, while no supervisor hears them."""

    def unwind(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
