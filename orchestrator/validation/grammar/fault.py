"""Why a text cannot be read. Part of the adapter."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Why a statement cannot be read."""

    message: str
    #: 0-based, in characters of the statement's text
    offset: int
