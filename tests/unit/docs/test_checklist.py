"""docs/checklist.md has a row for each item of a usual guide to migrations, and names what sees to it."""

import re

import pytest

from orchestrator.actions.rulebook import rulebook
from orchestrator.domain.deployment import Stage
from tests.support.pages import page, sections

#: the items in our own words, by the part of the guide that they stand in
GUIDE = {
    "Before deploying": (
        "14-digit timestamp and a description as the file's name",
        "a primary key on every table",
        "`created_at` and `updated_at` on every table",
        "`ON DELETE` on every foreign key",
        "row level security on tables with user data",
        "policies for SELECT, INSERT, UPDATE and DELETE",
        "a policy for the service role",
        "an index for every foreign key",
        "an index for columns that are filtered by",
        "comments on tables and important columns",
        "tried out before it is deployed",
        "row level security tried as several roles",
        "no hard-coded ids, no secrets",
        "a way back",
    ),
    "When something is wrong": (
        "policies block everybody: look at them",
        "policies block everybody: switch row level security off to find out",
        "policies block everybody: add a policy for the service role",
        '"relation already exists"',
        '"relation already exists": `IF NOT EXISTS` everywhere',
        "a foreign key is violated: look for orphans first",
        "a foreign key is violated: delete or update the orphans",
        "a foreign key is violated: then add the constraint",
    ),
    "Shape of a migration": (
        "a name with a timestamp, in snake_case, in `supabase/migrations`",
        "a head that says what and why",
        "`CREATE TABLE IF NOT EXISTS`",
        "a uuid with a default as primary key",
        "times with a time zone, not null, `now()` by default",
        "indexes on what is looked up",
        "foreign keys with a name and `ON DELETE`",
        "enable row level security",
        "a policy for each command, by `auth.uid()`",
        "a trigger that sets `updated_at`",
        "functions for triggers",
        "comments on table and columns",
    ),
    "Patterns of tables and policies": (
        "a status as text with a `CHECK`",
        "values that are unique",
        "references with and without `ON DELETE`",
        "tables without `updated_at`",
        "own rows only",
        "administrators by looking into a table",
        "all rights for the service role by its token",
        "partners by a sub-select",
        "roles by what the token says",
    ),
    "Ways back": (
        "a rollback as a later migration",
        "`DROP … IF EXISTS` in the order of dependence",
        "by hand in the dashboard, with a file for the record",
        "reset the database",
    ),
    "Patterns of changes": (
        "a new column with a default",
        "`ADD COLUMN IF NOT EXISTS`",
        "fill the new column",
        "another type for a column",
        "an enumeration in a `DO` block that swallows duplicates",
        "a junction table with a key of both",
    ),
    "Speed": (
        "an index on one column",
        "an index on several columns, in the right order",
        "an index on some of the rows",
        "an index for full-text search",
        "an index for foreign keys",
        "an index for a status",
    ),
    "Good habits": (
        "try it out first",
        "`BEGIN` and `COMMIT` around what belongs together",
        "rollbacks for migrations",
        "indexes for foreign keys",
        "row level security by default",
        "names that say what is meant",
        "comments that say why",
        "everything in version control",
    ),
}

SECTIONS = sections(page("docs/checklist.md"))
ROWS = [
    row for text in SECTIONS.values() for row in re.findall(r"^\| (?!item |-)(.+) \|$", text, re.MULTILINE)
]
STAGES = {f"`{stage}`" for stage in Stage}
RULES = {f"[{entry.rule}](rules.md#{entry.rule})" for entry in rulebook()}


def items(section: str) -> tuple[str, ...]:
    rows = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    return tuple(item for item in rows if item != "item")


def test_every_part_of_the_guide_has_its_table() -> None:
    assert list(SECTIONS) == list(GUIDE)


@pytest.mark.parametrize("part", GUIDE)
def test_every_item_has_its_row_and_every_row_an_item(part: str) -> None:
    assert items(SECTIONS[part]) == GUIDE[part]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.partition(" | ")[0])
def test_every_row_names_rules_or_stages_that_there_are(row: str) -> None:
    _, kept_by, how = row.split(" | ")
    assert set(kept_by.split(", ")) <= RULES | STAGES
    assert how.endswith(".")


def test_what_is_not_followed_says_why() -> None:
    for row in ROWS:
        how = row.split(" | ")[2]
        if how.startswith("**"):
            assert len(how.split()) > 8, row
