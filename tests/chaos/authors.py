"""A team that pushes: sound changes, failing and leaking ones, mended ones, branches moved by force.

Each migration leaves a row when it is applied and another when it is rolled back, in a table that has no
unique constraint and that nothing deletes from: whatever happened twice stands there twice.
"""

import random
from dataclasses import dataclass, field

from tests.support.places import Place, unseen

#: made before anything is deployed
EFFECTS = """create table public.effects (
  id bigint generated always as identity primary key, version text not null, direction text not null
);
alter table public.effects enable row level security;
"""

#: what a change may be, and how often it is
KINDS = {
    "sound": 30,
    "two": 10,
    "slow": 15,
    "index": 8,
    "failing": 12,
    "leaking": 5,
    "reworded": 8,
    "taken back": 6,
}
FIRST_VERSION = 20260101000000


@dataclass(kw_only=True)
class Author:
    """Who works on one branch."""

    place: Place
    random: random.Random
    #: every version that was ever written
    versions: list[str] = field(default_factory=list)
    #: versions of indexes: they leave no row
    indexes: set[str] = field(default_factory=set)
    #: the version whose SQL cannot succeed, until it is mended
    broken: str = ""
    #: where the branch was before its last change was taken back
    taken_back_from: str = ""

    def change(self) -> str:
        """Commit something and move the branch; return what kind it was."""
        if self.taken_back_from:
            return self.give_back()
        if self.broken:
            return self.mend()
        (kind,) = self.random.choices(list(KINDS), list(KINDS.values()))
        match kind:
            case "two":
                self._sound()
                self._sound()
            case "slow":
                self._sound(f"select pg_sleep({self.random.uniform(0.1, 0.6):.2f});\n")
            case "index":
                self._index()
            case "failing":
                self._sound()
                self._sound(unseen("select 1/0"))
                self.broken = self.versions[-1]
            case "leaking":
                self._sound()
                self._leak()
            case "taken back" if self.versions:
                return self._take_back()
            case "sound":
                self._sound()
        self.place.commit(kind)
        return kind

    def mend(self) -> str:
        """Write the broken migration anew, without what made it fail."""
        version, self.broken = self.broken, ""
        self._write(version, "-- mended\n")
        self.place.commit("mended")
        return "mended"

    def give_back(self) -> str:
        """Move the branch to where it was before something was taken from it."""
        self.place.work.git("reset", "--quiet", "--hard", self.taken_back_from)
        self.taken_back_from = ""
        self.place.work.push("origin", self.place.name, force=True)
        return "given back"

    def leave_well(self) -> None:
        """End with a branch on which nothing is broken, and which nobody has deployed yet."""
        if self.taken_back_from:
            self.give_back()
        if self.broken:
            self.mend()
        self._sound()
        self.place.commit("the last one")

    def _take_back(self) -> str:
        self.taken_back_from = self.place.work.head
        self.place.work.git("reset", "--quiet", "--hard", "HEAD~1")
        self.place.work.push("origin", self.place.name, force=True)
        return "taken back"

    def _sound(self, more: str = "") -> str:
        version = self._new_version()
        self._write(version, more)
        return version

    def _index(self) -> None:
        version = self._new_version()
        self.indexes.add(version)
        self.place.migration(
            version,
            "index",
            f"create index concurrently i{version} on public.effects (version, direction);\n",
            f"drop index concurrently public.i{version};\n",
        )

    def _leak(self) -> None:
        """Open the table of effects to everybody, in words that only show when they run."""
        version = self.broken = self._new_version()
        opened = f"create policy open_{version} on public.effects using (true)"
        closed = f"drop policy open_{version} on public.effects;\n"
        self._write(version, unseen(opened), closed)

    def _write(self, version: str, more: str, less: str = "") -> None:
        told = "insert into public.effects (version, direction) values ('{}', '{}');\n"
        table = f"public.t{version}"
        self.place.migration(
            version,
            "change",
            f"{told.format(version, 'up')}{more}"
            f"create table {table} (id int);\nalter table {table} enable row level security;\n",
            f"{told.format(version, 'down')}{less}drop table {table};\n",
        )

    def _new_version(self) -> str:
        self.versions.append(str(FIRST_VERSION + len(self.versions)))
        return self.versions[-1]
