import re
from dataclasses import replace

import pytest

from orchestrator.actions.rulebook import entry_of
from orchestrator.cli.rules_page import rules_page
from orchestrator.domain.survey import Size
from orchestrator.validation.hazard import Work, seconds_of
from tests.support.pages import sections

ENTRY = entry_of("primary-key-missing")


def section_of(**more: object) -> str:
    entry = replace(ENTRY, **more)
    return sections(rules_page([entry]), level=3)[entry.rule].partition("\n## ")[0]


def test_each_rule_stands_in_the_table_of_its_stage_and_under_its_heading():
    text = rules_page([ENTRY])
    assert f"| [{ENTRY.rule}](#{ENTRY.rule}) | warning | tree | {ENTRY.condition} |" in text
    assert f"\n### {ENTRY.rule}\n\n**warning**: {ENTRY.condition}. {ENTRY.effect}.\n" in text


def test_a_pages_own_headings_stand_below_that_of_its_rule():
    text = rules_page([replace(ENTRY, page="Why.\n\n## More\n\n```sh\n# a comment\n```")])
    assert "\n#### More\n" in text
    assert "\n# a comment\n" in text


def test_a_rules_words_are_not_read_as_markdown():
    text = section_of(remedy="Take *.sql out | write <name>, or `a < b`")
    assert r"Take \*.sql out \| write &lt;name>, or `a < b`." in text


def test_links_lead_from_the_page_where_they_led_from_the_rule():
    page = "[s](../../../docs/settings.md#x), [h](held.md), [p](https://www.postgresql.org)"
    assert "[s](settings.md#x), [h](#held), [p](https://www.postgresql.org)" in section_of(page=page)


def test_what_cannot_be_allowed_says_so():
    assert "neither" not in section_of()
    assert section_of(may_be_allowed=False).rstrip().endswith("It cannot be allowed in the SQL.")
    text = section_of(may_be_allowed=False, may_be_set=False)
    assert text.rstrip().endswith("It can be neither allowed nor set.")


def test_the_estimates_that_are_told_are_those_that_are_made():
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| ([\d,]+) \|$", rules_page([]), re.MULTILINE)
    assert [row[0] for row in rows] == [work for work in Work if work is not Work.NOTHING]
    for work, in_rows, in_megabytes in rows:
        size = Size(rows=int(in_rows.replace(",", "")), bytes=int(in_megabytes.replace(",", "")) * 1_000_000)
        assert seconds_of(Work(work), size) == pytest.approx(2)
