"""docs/errors.md names every code that the code can give, and no other."""

import re

from orchestrator.domain import errors
from tests.support.literals import given_to, tabled
from tests.support.pages import page

TEXT = page("docs/errors.md")
TABLES = ("connect", "failure")
#: calls that hand a code on: from an error, from a parameter, or from one of the tables
HANDED_ON = {
    "away.code",
    "code",
    "error.code",
    "failure.code",
    "problem.code",
    "*_OPERATOR[state]",
    "*problem",
    "_SERVER_FULL[state]",
}


def families() -> set[str]:
    found = {errors.BasculeError}
    while wider := {sub for one in found for sub in one.__subclasses__()} - found:
        found |= wider
    return {one.family for one in found}


def codes() -> set[str]:
    in_tables = [tabled(f"orchestrator/adapters/postgres/target/{name}.py") for name in TABLES]
    return {*given_to("code", "orchestrator").written.union(*in_tables), *families()}


def test_every_code_has_its_row_and_every_row_a_code() -> None:
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE)) == codes()


def test_codes_are_written_where_they_are_given_or_stand_in_the_known_tables() -> None:
    assert given_to("code", "orchestrator").computed <= HANDED_ON


def test_every_family_says_who_acts_and_how_a_command_ends() -> None:
    for family in errors.BasculeError, *errors.BasculeError.__subclasses__():
        assert re.search(rf"^\| `{family.family}` \|.*\| {family.exit_code} \|", TEXT, re.MULTILINE), family
