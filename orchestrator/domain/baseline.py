"""A baseline: the SQL that makes what a database had before its first migration in git."""

from dataclasses import dataclass

from orchestrator.domain.facts import Change


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenBaseline:
    """What was written of a target, after it was carried out on an empty Supabase-like database."""

    #: SQL that runs in one transaction, as the role that runs migrations
    sql: str
    #: the target's major version
    target_major: int
    #: that of the server on which it was tried
    server_major: int
    #: what the target has, and what was made does not or has otherwise: `before` is the target's
    lacking: tuple[Change, ...]
    #: first words of the statements that were left out because a secret seems to stand in them
    secret: tuple[str, ...]
    #: how many facts of what the platform looks after are not the same
    platform: int
