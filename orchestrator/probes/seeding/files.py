"""The files that are made up: names whose folders policies may hold against a user or against a row."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Final

from orchestrator.probes.identities import Identity
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.wishes import Wishes

#: the table of files
NAME: Final = "storage.objects"
#: folders of one user
_MOST_FOLDERS: Final = 5
#: files of one user
_MOST: Final = 12


def files_of(user: Identity, wishes: Wishes, rows: Iterable[Seed]) -> list[Mapping[str, str]]:
    """Return what makes each file this user's, one in no bucket first.

    Policies compare a file's first folder with a user, or with what the user is a member of: `rows` are the
    user's own in the tables that they look into. The user is the second folder, as some want it.
    """
    buckets = (wishes.values or {}).get("bucket_id", ())
    folders = list(islice(dict.fromkeys((user.user, *_keys(user, rows), *wishes.folders)), _MOST_FOLDERS))
    places: list[tuple[str, str | None]] = [(user.user, None), *islice(product(folders, buckets), _MOST)]
    return [
        {
            **({"bucket_id": bucket} if bucket is not None else {}),
            "name": f"{folder}/{user.user}/probe{number}.txt",
        }
        for number, (folder, bucket) in enumerate(places)
    ]


def _keys(user: Identity, rows: Iterable[Seed]) -> Iterator[str]:
    """Yield the keys of the user's rows and of what these rows name."""
    for row in rows:
        if row.owner.user == user.name:
            for name in dict.fromkeys((*sorted(row.told_by), *row.table.primary_key)):
                value = row.values[name]
                if value is not None and "/" not in value:
                    yield value
