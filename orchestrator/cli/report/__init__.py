"""A review's report, in the forms that people and programs read: one file for each."""

from enum import StrEnum


class Format(StrEnum):
    """What a report may be written as."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
