"""The ledger as JSON, to read: /api/v1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.adapters.json_form import Json, to_json
from orchestrator.domain.deployment import Deployment, DeploymentId, StageRun
from orchestrator.domain.finding import worst_first
from orchestrator.domain.target import TargetPolicy, TargetState
from orchestrator.ports import Reading
from orchestrator.web.answers import Problem, answer, refused
from orchestrator.web.threads import in_thread

READ_TIMEOUT_SECONDS: Final = 10.0
#: what a bigint holds
LAST_ID: Final = 2**63 - 1
_MOST: Final = 500


class WrongQuery(Exception):
    """A parameter of the query is not what it must be."""

    def __init__(self, name: str, most: int, *, least: int = 0) -> None:
        super().__init__(name)
        self.problem = Problem(
            code="query",
            message=f'The parameter "{name}" is not a whole number from {least} to {most}.',
            remedy=f"Leave {name} out, or write such a number.",
        )


async def wrong_query(_: Request, error: Exception) -> Response:
    """Answer a wrong parameter."""
    assert isinstance(error, WrongQuery)
    return refused(400, error.problem)


def number(query: Mapping[str, str], name: str, *, default: int, most: int, least: int = 0) -> int:
    """Read a whole number from the query. Raises WrongQuery."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        raise WrongQuery(name, most, least=least)
    if not least <= int(text) <= most:
        raise WrongQuery(name, most, least=least)
    return int(text)


def deployment_id(request: Request) -> DeploymentId:
    """Read the id of the path; one that the ledger could not hold becomes one that it never has."""
    asked: int = request.path_params["id"]
    return DeploymentId(asked if asked <= LAST_ID else 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A deployment with all that is recorded about it."""

    deployment: Deployment
    runs: tuple[StageRun, ...]


def whole(reading: Reading, deployment: DeploymentId) -> Whole | None:
    """Read a deployment and its stages."""
    found = reading.deployment(deployment)
    return None if found is None else Whole(deployment=found, runs=reading.runs(deployment))


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetView:
    """A target by its settings, by the ledger, or by both."""

    name: str
    #: None: no longer in the settings
    policy: TargetPolicy | None
    #: None: nothing ever happened to it
    state: TargetState | None


def targets_of(policies: Sequence[TargetPolicy], reading: Reading) -> tuple[TargetView, ...]:
    """Join what the settings and the ledger know, by name."""
    by_settings = {policy.name: policy for policy in policies}
    by_ledger = {state.name: state for state in reading.targets()}
    return tuple(
        TargetView(name=name, policy=by_settings.get(name), state=by_ledger.get(name))
        for name in sorted(by_settings.keys() | by_ledger.keys())
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """The endpoints."""

    reading: Reading
    policies: Sequence[TargetPolicy]

    def routes(self) -> list[Route]:
        """Return where they are found."""
        return [
            Route("/deployments", self.deployments),
            Route("/deployments/{id:int}", self.deployment),
            Route("/targets", self.targets),
            Route("/events", self.events),
        ]

    async def deployments(self, request: Request) -> Response:
        """List the newest deployments first, of one target or of all."""
        query = request.query_params
        limit = number(query, "limit", default=50, most=_MOST, least=1)
        found = await in_thread(
            READ_TIMEOUT_SECONDS, self.reading.deployments, target=query.get("target"), limit=limit
        )
        return answer({"deployments": found})

    async def deployment(self, request: Request) -> Response:
        """Tell all about one deployment, its findings worst first."""
        found = await in_thread(READ_TIMEOUT_SECONDS, whole, self.reading, deployment_id(request))
        if found is None:
            return refused(404, NO_DEPLOYMENT)
        findings = worst_first(finding for run in found.runs for finding in run.findings)
        return answer({"deployment": found.deployment, "runs": found.runs, "findings": findings})

    async def targets(self, _: Request) -> Response:
        """List the targets and where they stand."""
        found = await in_thread(READ_TIMEOUT_SECONDS, targets_of, self.policies, self.reading)
        return answer({"targets": [_flat(target) for target in found]})

    async def events(self, request: Request) -> Response:
        """List events after an id, oldest first; `next` is the id to ask from the next time."""
        query = request.query_params
        after = number(query, "after", default=0, most=LAST_ID)
        limit = number(query, "limit", default=100, most=_MOST, least=1)
        of = number(query, "deployment", default=0, most=LAST_ID) or None
        deployment = None if of is None else DeploymentId(of)
        found = await in_thread(
            READ_TIMEOUT_SECONDS, self.reading.events, after=after, deployment=deployment, limit=limit
        )
        return answer({"events": found, "next": found[-1].id if found else after})


NO_DEPLOYMENT: Final = Problem(
    code="deployment-unknown",
    message="There is no deployment of this number.",
    remedy="List them with /api/v1/deployments or `bascule status`.",
)


def _flat(target: TargetView) -> Json:
    """One object for a target: its state, with what the settings say under `policy`."""
    state = target.state or TargetState(name=target.name, adopted=None, closed_by=None, newest=None)
    flat = to_json(state)
    assert isinstance(flat, dict)
    return {**flat, "policy": to_json(target.policy)}
