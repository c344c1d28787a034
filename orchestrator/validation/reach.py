"""Who comes to a relation through the API at the end of all files, as far as is known."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import dropwhile
from typing import Final

from orchestrator.domain.shape import Name, Table
from orchestrator.validation.changes import Change, ChangeGrants, Unseen
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.terms import API_ROLES
from orchestrator.validation.world.security import single_privileges

COMMANDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
#: those whom row level security holds back
CLIENTS: Final = ("anon", "authenticated")


class Reach:
    """What the API's roles may do with relations."""

    def __init__(self, aftermath: Aftermath) -> None:
        """Read the grants of these files."""
        terms = aftermath.terms
        #: whether grants are known, and not only what the files say of them
        self.is_known = terms.survey is not None or terms.grants_new_tables is False
        self._roles = terms.survey.api_roles if terms.survey else API_ROLES
        self._taken = aftermath.once(_taken)

    def clients(self, table: Table, privileges: Collection[str] = COMMANDS) -> tuple[str, ...]:
        """Return which of anon and authenticated may, or might, do one of these things."""
        return tuple(role for role in CLIENTS if any(self.may(role, each, table) for each in privileges))

    def may(self, role: str, privilege: str, table: Table) -> bool:
        """Tell whether a role has a privilege; where nobody knows, Supabase's old default is assumed."""
        if role not in self._roles:
            return False
        if self.is_granted(role, privilege, table):
            return True
        return not self.is_known and privilege not in self._taken[table.name, role]

    def is_granted(self, role: str, privilege: str, table: Table) -> bool:
        """Tell whether a grant is known that gives it."""
        return any(
            grant.role in {role, "public"} and grant.privilege in {privilege, "ALL"} for grant in table.grants
        )

    def is_closed(self, table: Table) -> bool:
        """Tell whether these files have taken reading from both clients."""
        return not self.clients(table) and all("SELECT" in self._taken[table.name, role] for role in CLIENTS)


def _taken(aftermath: Aftermath) -> defaultdict[tuple[Name, str], set[str]]:
    """Collect what these files revoke from clients and do not give back."""
    taken: defaultdict[tuple[Name, str], set[str]] = defaultdict(set)
    for seen in aftermath.each(ChangeGrants):
        change = seen.change
        if change.kind != "table":
            continue
        for name in _named(seen, aftermath):
            for grant in single_privileges(tuple(each for each in change.grants if each.role in CLIENTS)):
                several = taken[name, grant.role]
                several.discard(grant.privilege) if change.given else several.add(grant.privilege)
    return taken


def _named(seen: Seen[ChangeGrants], aftermath: Aftermath) -> Iterable[Name]:
    """Return what a grant is about; ON ALL TABLES does not touch what is made later."""
    if seen.change.objects:
        return map(aftermath.world.named, seen.change.objects)
    later = {id(each) for each in dropwhile(lambda each: each is not seen, aftermath.seen)}
    schemas = set(seen.change.in_schemas)
    return [
        name
        for name in aftermath.world.tables
        if name.schema in schemas and id(aftermath.made.get(name)) not in later
    ]


class Unread:
    """SQL that is made up while it runs, as far as a word in it tells what it may be about."""

    def __init__(self, aftermath: Aftermath, word: str) -> None:
        """Find the last such block that holds the word."""
        self._beyond: set[int] | None = None
        beyond: set[int] = set()
        for seen in reversed(aftermath.seen):
            if isinstance(seen.change, Unseen) and word in seen.part.text.lower():
                self._beyond = beyond
                return
            beyond.add(id(seen))

    def may_touch(self, seen: Seen[Change]) -> bool:
        """Tell whether such a block comes after this change."""
        return self._beyond is not None and id(seen) not in self._beyond
