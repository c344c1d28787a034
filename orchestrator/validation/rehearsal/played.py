"""What is to be played: a plan's migrations and their ways back, to be carried out and to be read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.declared import TestFile
from orchestrator.domain.migration import Migration
from orchestrator.domain.opening import Opening
from orchestrator.domain.plan import Plan
from orchestrator.domain.shape import Shape
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.split import decode
from orchestrator.validation.sql_text import SqlText


@dataclass(frozen=True, kw_only=True)
class ToPlay:
    """A plan with the contents of its files."""

    plan: Plan
    #: by their sha256
    contents: Mapping[str, bytes]
    exposed_schemas: Sequence[str]
    #: what is there before the first migration, where somebody has looked already
    shape: Shape | None
    #: what is declared as meant to be open
    openings: Sequence[Opening] = ()
    #: as whom smoke tests ask besides
    identities: Sequence[AddedIdentity] = ()
    #: make rows up, to see which of them policies let somebody reach
    made_up_rows: bool = False
    #: what the project declares, all of its folder
    tests: Sequence[TestFile] = ()
    tests_folder: str = "supabase/tests"
    #: what fails may have failed before the migrations
    tests_before: bool = True

    def up(self, migration: Migration) -> str:
        """Return what a migration says."""
        return decode(self.contents[migration.file.sha256])

    def read(self, migration: Migration) -> SqlText:
        """Return a migration as it is read."""
        return SqlText(path=migration.file.path, content=self.contents[migration.file.sha256])

    def read_back(self, migration: Migration, text: str) -> SqlText:
        """Return a way back as it is read, one that was drafted as well."""
        path = migration.rollback.path if migration.rollback else rollback_path(migration.file)
        return SqlText(path=path, content=text.encode())
