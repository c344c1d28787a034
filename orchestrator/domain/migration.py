"""Migration files: their names as the Supabase CLI reads them, their contents known by sha256."""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

#: what the Supabase CLI 3.1.0 accepts directly in supabase/migrations (measured; see docs/supabase.md)
MIGRATION_NAME = re.compile(r"([0-9]+)_(.*)\.sql", re.DOTALL)


def checksum(content: bytes) -> str:
    """Return the sha256 of a file's bytes as they lie in git, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlFile:
    """A file of a commit whose content the ledger keeps."""

    #: path in the repository, e.g. "supabase/migrations/20260101120000_customers.sql"
    path: str
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """One versioned file, its checksum, and the rollback that belongs to it, if any."""

    #: the leading digits; compared as text, exactly as the Supabase CLI does
    version: str
    #: what stands between the version and ".sql"; may be empty
    name: str
    file: SqlFile
    rollback: SqlFile | None = None

    @classmethod
    def of(cls, file: SqlFile, rollback: SqlFile | None = None) -> Self | None:
        """Read a file's name; None when the Supabase CLI would skip the file."""
        match = MIGRATION_NAME.fullmatch(file.name)
        if match is None:
            return None
        return cls(version=match[1], name=match[2], file=file, rollback=rollback)
