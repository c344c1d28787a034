"""Plays the acts: pushes, watches, and looks whether everything ended as told."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from rich.text import Text

from orchestrator.actions.following import follow
from orchestrator.cli.demo.acts import ADOPTION, BRANCHES, STORY, Act, Push
from orchestrator.cli.demo.checks import Aftermath, Check, checks
from orchestrator.cli.demo.repository import Pushed
from orchestrator.cli.demo.scene import Scene
from orchestrator.cli.demo.telling import Told, Wheel
from orchestrator.cli.matrix import tell_matrix
from orchestrator.cli.output import status_text
from orchestrator.cli.story import tell_run
from orchestrator.domain.deployment import Deployment, Observation, Smoke, Stage, StageRun, Status
from orchestrator.domain.errors import BasculeError, Failure, Unavailable
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.plan import Hold

#: how a part ended that could not be carried out
NOT_AT_ALL: Final = "not at all"

_DEPLOYMENT_SECONDS = 60
_APPEARS_SECONDS = 30
_HEADLINE_SECONDS = 10
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """One push, or the adoption, as it went."""

    act: int
    what: str
    #: how it ended
    ended: str
    #: from `git push` to the end of the deployment
    seconds: float
    checks: tuple[Check, ...]

    @property
    def as_told(self) -> bool:
        """Everything was as the story tells."""
        return all(check.holds for check in self.checks)


def play(scene: Scene, told: Told) -> tuple[Played, ...]:
    """Play all acts; stop after the first that did not end as told. Raises Stopped, BasculeError."""
    played: list[Played] = []
    for act in STORY:
        told.act(act)
        for what, do in _parts(act, scene, told):
            played.append(_attempt(act, what, do, told))
            if not played[-1].as_told:
                return tuple(played)
        told.prose(act.moral, style="italic")
    return tuple(played)


def _parts(act: Act, scene: Scene, told: Told) -> Iterator[tuple[str, Callable[[], Played]]]:
    if act is ADOPTION:
        yield "bascule adopt", lambda: _adopt(scene, told)
    for push in act.pushes:
        yield push.subject, _Performance(act, push, scene, told).run


def _attempt(act: Act, what: str, do: Callable[[], Played], told: Told) -> Played:
    """Play one part; what cannot be carried out at all did not end as told."""
    try:
        return do()
    except BasculeError as problem:
        told.failure(Failure.of(problem))
        wrong = Check(holds=False, words=problem.message)
        return Played(act=act.number, what=what, ended=NOT_AT_ALL, seconds=0.0, checks=(wrong,))


def _adopt(scene: Scene, told: Told) -> Played:
    from orchestrator.cli.verbs import adopt

    began = time.monotonic()
    for target in BRANCHES:
        told.blank()
        told.command(f"bascule adopt {target}")
        _as_typed(told, partial(adopt.command, target, settings=scene.place.settings))
        scene.tend()
    took = time.monotonic() - began
    adopted = {state.name for state in scene.house.reading.targets() if state.adopted}
    check = Check(holds=adopted == {*BRANCHES}, words=f"adopted: {', '.join(sorted(adopted))}")
    told.checks([check])
    for target in BRANCHES:
        scene.look(target)
    return Played(act=0, what="bascule adopt, both targets", ended="adopted", seconds=took, checks=(check,))


def _as_typed(told: Told, command: Callable[[], object]) -> None:
    """Run a verb here and show what it prints, below the line that a person would have typed."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        command()
    for line in printed.getvalue().splitlines():
        told.say(Text(f"    {line}", style="dim"))


@dataclass(frozen=True, slots=True)
class _Performance:
    """One push on its way."""

    act: Act
    push: Push
    scene: Scene
    told: Told

    def run(self) -> Played:
        """Push, watch the deployment, look at everything afterwards."""
        before = self.scene.seen[self.push.target]
        began = datetime.now(UTC)
        pushed = self._push()
        ended = self._watch(pushed, began)
        seconds = ((ended.finished or datetime.now(UTC)) - began).total_seconds()
        self._tell_end(ended, seconds)
        with self.told.busy("looking at what is there now"):
            seen = Aftermath(
                ended=ended,
                runs=self.scene.house.reading.runs(ended.id),
                before=before,
                after=self.scene.look(self.push.target),
                other=self.scene.look(self.push.same_as) if self.push.same_as else None,
                holds=self._holds(),
                headline=self._headline(),
            )
        found = tuple(checks(self.push, seen))
        self.told.checks(found)
        return Played(
            act=self.act.number,
            what=self.push.subject,
            ended=ended.status.replace("_", " "),
            seconds=seconds,
            checks=found,
        )

    def _push(self) -> Pushed:
        push, checkout = self.push, self.scene.checkout
        checkout.switch(push.branch)
        self.told.blank()
        if push.take_back:
            self.told.command("git reset --hard HEAD~1")
            checkout.take_back()
        if push.files is None:
            checkout.merge(BRANCHES[push.same_as], push.subject, push.author)
        else:
            checkout.commit(self.scene.example / "acts" / push.files, push.subject, push.author)
        force = " --force" if push.take_back else ""
        self.told.command(f"git push{force} origin {push.branch}")
        pushed = checkout.push(push.branch, force=push.take_back, author=push.author)
        self.told.pushed(push, pushed)
        self.scene.tend()
        return pushed

    def _watch(self, pushed: Pushed, began: datetime) -> Deployment:
        """Tell each stage as it ends. Raises Unavailable when nothing comes of the push."""
        with self.told.busy("the push arrives") as wheel:
            made = self._appeared(pushed.commit, began)
            steps = follow(
                made.id,
                self.scene.house.reading,
                timeout_seconds=_DEPLOYMENT_SECONDS,
                meanwhile=lambda now: self._meanwhile(now, wheel),
            )
            ended = made
            for step in steps:
                if isinstance(step, StageRun):
                    tell_run(self.told, step, rest_at=f"bascule show {made.id}")
                    self.told.findings(one for one in step.findings if self._is_shown_note(one))
                else:
                    ended = step
        return ended

    def _is_shown_note(self, finding: Finding) -> bool:
        """Tell whether it is one of the notes that the story is about; the others are for `bascule show`."""
        return finding.severity is Severity.NOTE and finding.rule in self.push.noted

    def _meanwhile(self, now: Deployment, wheel: Wheel) -> None:
        self.scene.tend()
        wheel.says(f"{now.stage} …")

    def _appeared(self, commit: str, began: datetime) -> Deployment:
        deadline = time.monotonic() + _APPEARS_SECONDS
        while time.monotonic() < deadline:
            newest = self.scene.house.reading.deployments(target=self.push.target, limit=1)
            if newest and newest[0].commit == commit and newest[0].created >= began:
                return newest[0]
            self.scene.tend(_LOOK_SECONDS)
        raise Unavailable(
            f"the push of {commit[:10]} led to no deployment within {_APPEARS_SECONDS} s",
            code="demo-no-deployment",
            remedy="read the logs of web and relay in the state directory",
        )

    def _tell_end(self, ended: Deployment, seconds: float) -> None:
        self.told.say(Text.assemble("  ", status_text(ended), (f" {seconds:.1f} s after the push", "dim")))
        if self.push.shows_matrix and ended.status is Status.SUCCEEDED:
            before = self.scene.house.kept.gave(ended.id, Stage.OBSERVE, Observation).matrix
            after = self.scene.house.kept.gave(ended.id, Stage.SMOKE, Smoke).after
            self.told.blank()
            tell_matrix(self.told, after, before)
            self.told.blank()

    def _holds(self) -> Sequence[Hold]:
        states = {state.name: state for state in self.scene.house.reading.targets()}
        return states[self.push.target].holds

    def _headline(self) -> str | None:
        deadline = time.monotonic() + _HEADLINE_SECONDS
        while (heard := self.scene.slack.next()) is None and time.monotonic() < deadline:
            self.scene.tend(_LOOK_SECONDS)
        return heard
