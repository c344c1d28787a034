"""What roles may do in a play: what they may on the target, and never more.

Between plays the roles of a scratch server are those of a new project, and what targets have beside them.
Before a play each gets the attributes, settings and memberships that it has on the target, as far as that is
safe.
"""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch.roles import (
    FLAGS,
    Membership,
    Role,
    Roles,
    bounded,
    grant,
    is_platform,
    may_be_granted,
    runner,
    set_for,
)

_SQL = queries.load("sql/scratch/roles.sql")


def in_a_play(wanted: Roles, there: Roles, *, server_major: int) -> Roles:
    """Return what the scratch server's roles are in a play on a copy of this target.

    Where a module of the target's server helps who runs migrations, as on a hosted project, they stay members
    of the platform's owners here: that comes close. The platform's other roles stay what they are.
    """
    ours = {name for name in wanted.all.keys() & there.all.keys() if not _is_fixed(name, there)}
    kept = [each for each in there.memberships if each.member not in ours or _helps(each, wanted)]
    known = {_pair(each) for each in kept}
    more = [
        each
        for each in wanted.memberships
        if each.member in ours and _pair(each) not in known and may_be_granted(each, wanted, there)
    ]
    return replace(
        there,
        all={
            **there.all,
            **{
                name: bounded(wanted.all[name], server_major=server_major, there=there.all[name])
                for name in ours
            },
        },
        memberships=(*kept, *more),
        parameters=there.parameters if wanted.helped else there.parameters & wanted.parameters,
    )


def differ(there: Roles, then: Roles) -> bool:
    """Tell whether `make` would have anything to do."""
    return (
        dict(there.all) != dict(then.all)
        or there.parameters != then.parameters
        or any(True for _ in _changed(there, then))
        or bool(_pairs(there) - _pairs(then))
    )


def make(maintenance: psycopg.Connection, there: Roles, then: Roles, *, server_major: int) -> None:
    """Make the roles of a server what they are to be."""
    run = runner(maintenance)
    for name, role in then.all.items():
        if role != there.all[name]:
            _alter(maintenance, name, there.all[name], role)
    for member, granted in sorted(_pairs(there) - _pairs(then)):
        _revoke(maintenance, member, granted)
    for each in _changed(there, then):
        _revoke(maintenance, each.member, each.granted)
        run(grant(each, server_major=server_major))
    for role_name, parameter, privilege in sorted(there.parameters - then.parameters):
        run(
            sql.SQL(f"revoke {privilege} on parameter {{}} from {{}}").format(
                sql.SQL(".").join(map(sql.Identifier, parameter.split("."))), sql.Identifier(role_name)
            )
        )


def _alter(maintenance: psycopg.Connection, name: str, there: Role, then: Role) -> None:
    run, whom = runner(maintenance), sql.SQL("alter role {}").format(sql.Identifier(name))
    words = [word if getattr(then, word) else f"no{word}" for word in FLAGS]
    run(sql.SQL("{} {}").format(whom, sql.SQL(" ".join(words))))
    for setting in sorted(set(there.settings) - set(then.settings)):
        run(sql.SQL("{} reset {}").format(whom, sql.Identifier(setting.partition("=")[0])))
    for setting in sorted(set(then.settings) - set(there.settings)):
        key, _, value = setting.partition("=")
        set_for(whom, key, value, run)


def _revoke(maintenance: psycopg.Connection, member: str, granted: str) -> None:
    pair = {"member": member, "granted": granted}
    for (statement,) in maintenance.execute(_SQL["revoking"], pair).fetchall():
        maintenance.execute(statement.encode(), prepare=False)


def _is_fixed(name: str, there: Roles) -> bool:
    return is_platform(name) or there.is_superuser(name)


def _helps(membership: Membership, wanted: Roles) -> bool:
    return wanted.helped and membership.member == wanted.connected and is_platform(membership.granted)


def _changed(there: Roles, then: Roles) -> Iterator[Membership]:
    """Return the memberships that are to be granted: new ones, and those with other options."""
    known = {_pair(each): each for each in there.memberships}
    for each in then.memberships:
        if not _is_like(known.get(_pair(each)), each):
            yield each


def _is_like(one: Membership | None, other: Membership) -> bool:
    """Tell whether two say the same, as far as both servers know of options."""
    if one is None or one.admin != other.admin:
        return False
    return None in (one.inherit, other.inherit) or (one.inherit, one.set) == (other.inherit, other.set)


def _pairs(roles: Roles) -> set[tuple[str, str]]:
    return set(map(_pair, roles.memberships))


def _pair(membership: Membership) -> tuple[str, str]:
    return membership.member, membership.granted
