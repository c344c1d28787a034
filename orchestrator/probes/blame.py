"""Which policy lets something through, how it is told, and the smallest change that would mend it."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from orchestrator.domain.matrix import Cell, Command, ExposedRelation, Policy
from orchestrator.probes.seeding.files import NAME as FILES
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.words import listed, own_rows, role_of, roles

#: so much of an expression is told, and so many policies
_LONGEST: Final = 200
_MOST: Final = 2
#: an expression that asks who is signed in, or has a function ask
_ASKS: Final = re.compile(r"\bcurrent_setting\b|\b(current|session)_user\b|\b\w+\.\w+\(")
#: what looks like that and holds for everybody who is signed in, or says nothing of who asks
_ASKS_NOBODY: Final = re.compile(
    r"\bstorage\.\w+\(|(\( ?select )?\bauth\.uid\(\)( as \w+)?\)? is not null", re.IGNORECASE
)
#: how the server prints (select auth.uid())
_CALL: Final = re.compile(r"\( SELECT ([\w.]+\(\)) AS \w+\)")
_OR: Final = " OR "
_EVERYBODY: Final = "public"
#: whose privileges are the platform's affair: what is open there its policies opened
OF_THE_PLATFORM: Final = frozenset({FILES, "realtime.messages"})
#: how policies usually tell whose file it is
OF_FILES: Final = "(storage.foldername(name))[1] = (select auth.uid())::text"


def asks_who_asks(policy: Policy, command: Command) -> bool:
    """Tell whether a policy was meant to be about some rows of some people only."""
    return bool(_ASKS.search(says(policy, command)))


def asks_whose_row(policy: Policy, command: Command) -> bool:
    """Tell the same with more caution: not of one that only asks whether somebody is signed in."""
    return bool(_ASKS.search(_ASKS_NOBODY.sub("", says(policy, command))))


def says(policy: Policy, command: Command) -> str:
    """Return the expression that decides for a command, in one line."""
    text = policy.check if command is Command.INSERT and policy.check else policy.using or policy.check
    return _bare(text or "")


def admitting(relation: ExposedRelation | None, cells: Iterable[Cell]) -> list[Policy]:
    """Return the policies that may be what lets these cells through."""
    asked = [(role_of(cell), cell.command) for cell in cells]
    return [
        policy
        for policy in (relation.policies_in_full if relation else ())
        if policy.permissive and any(_is_about(policy, role, command) for role, command in asked)
    ]


def blamed(
    now: ExposedRelation,
    before: ExposedRelation | None,
    cells: Sequence[Cell],
    *,
    innocent: Collection[str] = (),
) -> list[Policy]:
    """Return which of them it is.

    Those that let a stranger's row through by themselves; of these, or of all, those that changed, else those
    that ask nobody. `innocent` are those that let through only what is meant.
    """
    admit = admitting(now, cells)
    present = [policy for policy in admit if policy.name not in innocent] or admit
    guilty = {policy for cell in cells for policy in _letting_through(cell)}
    present = [policy for policy in present if policy.name in guilty] or present
    if before is not None and before.policies_in_full:
        present = [policy for policy in present if policy not in before.policies_in_full] or present
    open_to_all = [policy for policy in present if not any(asks_who_asks(policy, c.command) for c in cells)]
    return open_to_all or present


def _letting_through(cell: Cell) -> Iterator[str]:
    """Yield the policies of which made-up rows show that they let a stranger's row through."""
    for each in cell.reach.through if cell.reach else ():
        if not set(each.rows).isdisjoint(cell.reach.others if cell.reach else ()):
            yield each.policy


def lifted(now: ExposedRelation, before: ExposedRelation | None, cells: Sequence[Cell]) -> list[Policy]:
    """Return the restrictive policies that held these cells back and are gone, or say something else."""
    asked = [(role_of(cell), cell.command) for cell in cells]
    return [
        policy
        for policy in (before.policies_in_full if before else ())
        if not policy.permissive
        and policy not in now.policies_in_full
        and any(_is_about(policy, role, command) for role, command in asked)
    ]


def told(policies: Sequence[Policy], command: Command) -> str:
    """Name policies with what they say."""
    names = [
        f"{identifier(each.name)}, which says {_short(says(each, command))}" for each in policies[:_MOST]
    ]
    more = len(policies) - _MOST
    return listed(names) + (f" or one of {more} more" if more > 0 else "")


def mending(
    now: ExposedRelation, before: ExposedRelation | None, cells: Sequence[Cell], policies: Sequence[Policy]
) -> str:
    """Write the smallest change that takes away what these policies let through."""
    gone = lifted(now, before, cells)
    if gone:
        return f"put back what held it: {_created(now.name, gone[0])}"
    if not policies:
        return f"say in the policy whose rows it is about, for instance: {own_rows(now.name)}"
    if len(policies) > 1:
        narrowed = " ".join(_narrowed(now, each, cells) for each in policies[:_MOST])
        more = f" and {len(policies) - _MOST} more in the same way" if len(policies) > _MOST else ""
        return f"narrow the policies that let them through: {narrowed}{more}"
    return _mending_of_one(now, before, cells, policies[0])


def _mending_of_one(
    now: ExposedRelation, before: ExposedRelation | None, cells: Sequence[Cell], policy: Policy
) -> str:
    was = next((one for one in (before.policies_in_full if before else ()) if one.name == policy.name), None)
    if was == policy:
        return (
            f"the policy is what it was: what it asks (a function, a table, a grant) answers otherwise now; "
            f"mend that, or {_narrowed(now, policy, cells)}"
        )
    if was is not None and (was.command, was.permissive) == (policy.command, policy.permissive):
        return f"put it back: {_altered(now.name, policy, was)}"
    if before is not None and was is None and before.policies_in_full:
        return f"{_narrowed(now, policy, cells)} or: drop policy {identifier(policy.name)} on {now.name};"
    return _narrowed(now, policy, cells)


def _is_about(policy: Policy, role: str, command: Command) -> bool:
    return policy.command in (None, command) and not {role, _EVERYBODY}.isdisjoint(policy.roles)


def _narrowed(now: ExposedRelation, policy: Policy, cells: Sequence[Cell]) -> str:
    """Limit a policy to rows of who asks; what it says already stays, unless that is nothing."""
    alter = f"alter policy {identifier(policy.name)} on {now.name}"
    if roles(cells) == ("anon",) and any(asks_who_asks(policy, cell.command) for cell in cells):
        return f"{alter} to authenticated;"
    owner = OF_FILES if now.name == FILES else " or ".join(map(_is_user, now.user_columns))
    whose = owner or "<whose row it is>"
    clauses = []
    if policy.using is not None and any(cell.command is not Command.INSERT for cell in cells):
        clauses.append(f"using ({_both(policy.using, whose)})")
    if policy.check is not None and any(cell.command in (Command.INSERT, Command.UPDATE) for cell in cells):
        clauses.append(f"with check ({_both(policy.check, whose)})")
    return f"{alter} {' '.join(clauses) or f'using ({whose})'};"


def _is_user(column: str) -> str:
    return f"(select auth.uid()) = {identifier(column)}"


def _both(says_now: str, whose: str) -> str:
    """Leave out the alternatives that ask nobody, where others do; else ask whose row it is, too."""
    said = _bare(says_now)
    arms = _arms(said)
    asking = [arm for arm in arms if _ASKS.search(arm)]
    if asking and len(asking) < len(arms):
        return " or ".join(asking)
    return whose if said == "true" else f"{said} and ({whose})"


def _arms(expression: str) -> list[str]:
    """Split an expression at the OR of its outermost level."""
    parts, depth, quoted, begun = [], 0, "", 0
    text = expression[1:-1] if _is_enclosed(expression) else expression
    for at, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif depth == 0 and text.startswith(_OR, at):
            parts.append(text[begun:at])
            begun = at + len(_OR)
    return [*parts, text[begun:]]


def _is_enclosed(text: str) -> bool:
    """Tell whether the first parenthesis closes with the last one."""
    depth, quoted = 0, ""
    for at, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        if depth == 0 and not quoted:
            return at == len(text) - 1 > 0
    return False


def _altered(relation: str, policy: Policy, was: Policy) -> str:
    parts = [f"alter policy {identifier(was.name)} on {relation}"]
    if was.roles != policy.roles:
        parts.append(f"to {_spelled_roles(was)}")
    if was.using != policy.using and was.using is not None:
        parts.append(f"using ({_bare(was.using)})")
    if was.check != policy.check:
        # a check that was not there counted as the condition of using
        check = was.check if was.check is not None else was.using
        parts += [f"with check ({_bare(check)})"] if check is not None else []
    return f"{' '.join(parts)};"


def _created(relation: str, policy: Policy) -> str:
    parts = [
        f"create policy {identifier(policy.name)} on {relation}",
        "" if policy.permissive else "as restrictive",
        f"for {policy.command}" if policy.command else "",
        f"to {_spelled_roles(policy)}",
        f"using ({_bare(policy.using)})" if policy.using is not None else "",
        f"with check ({_bare(policy.check)})" if policy.check is not None else "",
    ]
    return f"{' '.join(filter(None, parts))};"


def _spelled_roles(policy: Policy) -> str:
    return ", ".join(role if role == _EVERYBODY else identifier(role) for role in policy.roles)


def _bare(expression: str) -> str:
    """Put an expression into one line, and a sub-select around a call as people write it."""
    return _CALL.sub(r"(select \1)", " ".join(expression.split()))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
