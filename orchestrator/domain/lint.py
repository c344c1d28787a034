"""What another program saw in a file, in its own words; validation turns it into a finding in ours."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One place that a linter marked."""

    #: the linter's own name for it, e.g. "require-concurrent-index-creation"
    name: str
    path: str
    #: 1-based
    line: int
    #: 1-based, in characters
    column: int
    #: the linter's own words
    message: str
