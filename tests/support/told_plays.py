"""Migrations for plays, which are given their text beside them."""

from orchestrator.domain.migration import Migration, SqlFile, checksum


def migration(version: str) -> Migration:
    """Return a migration of this version."""
    file = SqlFile(path=f"supabase/migrations/{version}_x.sql", sha256=checksum(version.encode()))
    return Migration(version=version, name="x", file=file)
