"""What a policy opens whole: which commands are let through for every row, and for whom."""

from dataclasses import dataclass

from orchestrator.validation.reach import CLIENTS, COMMANDS
from orchestrator.validation.standing import Said, StandingPolicy, is_open


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a client may do with any row."""

    #: anon stands for everybody
    role: str
    #: in the order of COMMANDS
    commands: tuple[str, ...]
    #: whether every row that is there is let through
    using: bool
    #: whether every row may become anything
    whole_update: bool


def openings(policy: StandingPolicy) -> tuple[Opening, ...]:
    """Return what is opened to each client, the widest first; empty where nothing is."""
    found = (_opening(policy, role) for role in CLIENTS if policy.is_for(role))
    return tuple(each for each in found if each.commands)


def _opening(policy: StandingPolicy, role: str) -> Opening:
    """Look at each command, ALL being four; without an expression nobody gets through."""
    using, check = _is_open(policy.using, role), _is_open(policy.check, role)
    inserts = check or (using and policy.check is None and policy.is_new)
    opens = {
        "SELECT": using,
        "INSERT": inserts if policy.command == "ALL" else check,
        "UPDATE": using or check,
        "DELETE": using,
    }
    return Opening(
        role=role,
        commands=tuple(command for command in COMMANDS if policy.covers(command) and opens[command]),
        using=using,
        # a check that is not said is the USING
        whole_update=using and (policy.check is None or check),
    )


def _is_open(said: Said | None, role: str) -> bool:
    return said is not None and is_open(said.expression, role)
