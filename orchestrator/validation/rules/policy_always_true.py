"""A policy that lets everybody do everything."""

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.buckets import OBJECTS, public_buckets, whole_bucket
from orchestrator.validation.changes import AlterPolicy
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.openness import Opening, openings
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import StandingPolicy, lost_policies, standing_policies
from orchestrator.validation.world.world import World

#: reached through an API of their own
_SERVED = frozenset({Name("storage", "objects"), Name("storage", "buckets"), Name("realtime", "messages")})
_ACCOUNTS = Name("auth", "users")
_ANYBODY = frozenset({"anon", "public"})
_DOWN = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.NOTE, Severity.NOTE: Severity.NOTE}


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each policy that is true for a client, as severe as what it opens and to whom."""
    reach = Reach(aftermath)
    for policy in standing_policies(aftermath).values():
        if policy.permissive and _is_shown(policy.table, aftermath):
            opened = openings(policy)
            if opened:
                yield _as_meant(_open(policy, opened, aftermath, reach), policy)
            elif not policy.seen.change.guarded:
                yield from (_as_meant(each, policy) for each in _bucket(policy, aftermath))
    for seen in lost_policies(aftermath):
        if seen.table is not None and _is_shown(seen.table, aftermath):
            yield from _altered(seen, seen.table, aftermath)


def _as_meant(finding: Finding, policy: StandingPolicy) -> Finding:
    """Make a note of it where a comment on the policy declares it; smoke tests honour that as well."""
    if policy.intended is None:
        return finding
    return replace(
        finding,
        severity=Severity.NOTE,
        effect=f"Declared as intended: {policy.intended}",
        remedy="None, as long as that is so",
    )


def _is_shown(table: Name, aftermath: Aftermath) -> bool:
    return aftermath.exposed(table) or (table in _SERVED and aftermath.terms.has_api)


def _open(policy: StandingPolicy, opened: tuple[Opening, ...], aftermath: Aftermath, reach: Reach) -> Finding:
    severity, first = _severity(policy, opened[0], aftermath.world), opened[0]
    weak = policy.seen.change.guarded or _is_held(policy, opened, aftermath, reach)
    return aftermath.finding(
        RULE,
        f"{policy} is true for {_whom(policy, first)}: {_what(first)}",
        policy.seen,
        about=policy.table,
        severity=_DOWN[severity] if weak else severity,
        effect=_effect(first),
        remedy=_remedy(first),
    )


def _severity(policy: StandingPolicy, opened: Opening, world: World) -> Severity:
    """Weigh what is opened: reading, writing in part, or writing at will.

    New rows alone may be a form that anybody sends; not where each row belongs to an account.
    """
    anybody = opened.role == "anon"
    if opened.commands == ("SELECT",):
        return Severity.WARNING if anybody else Severity.NOTE
    in_part = (opened.commands == ("UPDATE",) and not opened.whole_update) or (
        opened.commands == ("INSERT",) and not _has_owners(policy.table, world)
    )
    return Severity.ERROR if anybody and not in_part else Severity.WARNING


def _has_owners(name: Name, world: World) -> bool:
    """Tell whether rows refer to accounts, themselves or by a table with one row for each account."""
    table = world.tables.get(name)
    if table is None:
        return name in _SERVED
    for key in table.foreign_keys:
        other = world.tables.get(key.references)
        by_account = other is not None and any(
            each.references == _ACCOUNTS and each.columns == other.primary_key for each in other.foreign_keys
        )
        if key.references == _ACCOUNTS or by_account:
            return True
    return name in _SERVED


def _is_held(policy: StandingPolicy, opened: tuple[Opening, ...], aftermath: Aftermath, reach: Reach) -> bool:
    """Tell whether something else holds clients back: restrictive policies, or that nothing is granted."""
    table = aftermath.world.tables.get(policy.table)
    standing = standing_policies(aftermath)
    if table is None:
        others = [each for each in standing.values() if each.table == policy.table and not each.permissive]
        return all(any(each.restricts(way.role, policy.command) for each in others) for way in opened)
    if not reach.clients(table):
        return True
    return all(
        any(
            other.restricts(way.role, policy.command)
            if (other := standing.get((table.name, each.name)))
            else each.command in {"ALL", policy.command} and not {way.role, "public"}.isdisjoint(each.roles)
            for each in table.policies
            if not each.permissive
        )
        for way in opened
    )


def _bucket(policy: StandingPolicy, aftermath: Aftermath) -> Iterator[Finding]:
    """Report a policy that opens all files of a bucket; where it is public, they are open by themselves."""
    bucket = whole_bucket(policy)
    if bucket is None:
        return
    public = public_buckets(aftermath).get(bucket)
    if public:
        return
    unknown = "" if public is False else ", unless the bucket is public: then it only adds their list"
    yield aftermath.finding(
        RULE,
        f"{policy} lets everybody download every file of the bucket {bucket}",
        policy.seen,
        about=OBJECTS,
        severity=Severity.ERROR if public is False else Severity.WARNING,
        effect=f"Whoever has the public API key lists and reads all its files{unknown}",
        remedy="Compare owner_id or the folder with (select auth.uid()); a public bucket needs none",
    )


def _altered(seen: Seen[AlterPolicy], table: Name, aftermath: Aftermath) -> Iterator[Finding]:
    """Judge an ALTER POLICY by itself, where the rest of the policy is not known."""
    change = seen.change
    said = [each for each in (change.using, change.check) if each]
    to_anybody = bool(change.roles) and not _ANYBODY.isdisjoint(change.roles or ())
    is_true = any(each.constant is True for each in said)
    if change.roles and not {*_ANYBODY, "authenticated"}.intersection(change.roles):
        return
    if not (is_true or (to_anybody and not said)):
        return
    what = "is made true for every row" if is_true else "is now for everybody"
    yield aftermath.finding(
        RULE,
        f'Policy "{change.name}" on {table} {what}; what else it says is not known here',
        seen,
        about=table,
        severity=Severity.WARNING,
        effect="Whoever it is for reaches every row by it"
        if is_true
        else "Whoever has the public API key reaches what its expression lets through",
    )


def _whom(policy: StandingPolicy, opened: Opening) -> str:
    if opened.role != "anon":
        return "whoever is logged in"
    if "public" in policy.roles:
        return "everybody" if policy.says_roles else "everybody, for it has no TO"
    return "everybody (anon)"


def _what(opened: Opening) -> str:
    if opened.commands == ("UPDATE",) and not opened.whole_update:
        return "UPDATE of any row" if opened.using else "UPDATE of a row into anything"
    return f"{', '.join(opened.commands)} of any row"


def _effect(opened: Opening) -> str:
    if opened.commands == ("SELECT",):
        return "Every row can be read by them; that may be meant"
    return "They can change what is not theirs"


def _remedy(opened: Opening) -> str:
    if opened.commands == ("SELECT",):
        return (
            "Compare a column with (select auth.uid()); if the rows are for all of them, say so with"
            " comment on policy … is 'bascule: intended because …'"
        )
    return (
        "Compare a column with (select auth.uid()); where only a service writes, drop the policy:"
        " service_role needs none"
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A policy is true for every row",
    effect="They can change what is not theirs",
    remedy="Compare a column with (select auth.uid())",
    check=check,
)
