"""Whom the servers run as.

PostgreSQL refuses to run as root. Started by root, the servers get a number of their own: no account is
made, because a service must not write to /etc/passwd. PostgreSQL and Valkey need no entry there; initdb
alone asks for the name of its user. It therefore runs as `nobody`, but in our group: without that group
nobody's other processes can neither enter the state directory nor trace initdb. What it made is handed to
our number afterwards.
"""

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from orchestrator.domain.errors import ConfigurationError

#: given to nobody by Debian or systemd, and below 65536, so that rootless containers can map it
_NUMBERS = range(60917, 61184)


class Identity(TypedDict, total=False):
    """The arguments with which Popen changes the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user by number; without numbers it is whoever called."""

    uid: int | None = None
    gid: int | None = None
    #: other groups that it is in
    groups: tuple[int, ...] = ()

    def identity(self) -> Identity:
        """Tell Popen to run the child as this user."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": list(self.groups)}

    def own(self, path: Path) -> None:
        """Hand a path over."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, folder: Path) -> None:
        """Hand a folder over with all that it holds."""
        if self.uid is None:
            return
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.own(Path(parent, name))
        self.own(folder)

    def founder(self) -> "Account":
        """Return who runs initdb: a user with a name, in this account's group. Raises ConfigurationError."""
        if _name(os.geteuid() if self.uid is None else self.uid):
            return self
        if self.uid is None:
            raise _nameless()
        return Account(uid=_somebody(), gid=self.gid, groups=self.groups)


def of_servers(data: Path) -> Account:
    """Choose whom the servers run as: the owner of data that exists, else user `bascule`, else a number."""
    if os.geteuid() != 0:
        return Account()
    if data.exists():
        owner = data.stat()
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    try:
        entry = pwd.getpwnam("bascule")
    except KeyError:
        number = next(number for number in _NUMBERS if not _name(number))
        return Account(uid=number, gid=number)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def of_scratch(ledger: Account, state: Path) -> Account:
    """Choose whom a throw-away server runs as: not who the ledger's server runs as, unless we are not root.

    Programs that run through it can then read nothing of the ledger's. Through a closed state directory it
    passes as a member of that directory's group, provided that the group is a mere number: whatever else a
    group with a name may read is not for them.
    """
    if ledger.uid is None:
        return ledger
    number = next(number for number in _NUMBERS if number != ledger.uid and not _name(number))
    group = state.stat().st_gid
    return Account(uid=number, gid=number, groups=() if _group_has_name(group) else (group,))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _group_has_name(gid: int) -> bool:
    try:
        return bool(grp.getgrgid(gid).gr_name)
    except KeyError:
        return False


def _nameless() -> ConfigurationError:
    return ConfigurationError(
        f"PostgreSQL's initdb refuses user {os.geteuid()}, who has no entry in /etc/passwd",
        code="user-without-name",
        remedy="start it as a user with such an entry, or as root",
        uid=os.geteuid(),
    )


def _somebody() -> int:
    entries = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not entries:
        raise ConfigurationError(
            "started by root, and the system has no other user to create the database cluster with",
            code="no-ordinary-user",
            remedy="start it as an ordinary user, or add a system user called bascule",
        )
    return entries.get("nobody", next(iter(entries.values())))
