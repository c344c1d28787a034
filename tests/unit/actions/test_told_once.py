"""One fact is told once, whoever saw it; nothing that only one of them saw is lost."""

import re
from dataclasses import replace
from pathlib import Path

from orchestrator.actions.told_once import _THE_SAME, told_once
from orchestrator.domain.finding import Finding, Severity, Source

IN_FILE = Finding(
    rule="view-bypasses-row-security",
    severity=Severity.WARNING,
    source=Source.TREE,
    message="public.mine reads public.notes past the policies",
    file="supabase/migrations/20260101000000_a.sql",
    line=7,
    object="public.mine",
)
SEEN = Finding(
    rule="view-bypasses-rls",
    severity=Severity.ERROR,
    source=Source.SMOKE,
    message="view public.mine shows rows in spite of row security",
    object="public.mine",
)


def test_what_both_saw_is_told_with_its_place_and_weighs_as_much_as_the_weightier() -> None:
    assert told_once([IN_FILE, SEEN]) == (replace(IN_FILE, severity=Severity.ERROR),)
    note = replace(SEEN, severity=Severity.NOTE)
    assert told_once([note, IN_FILE]) == (IN_FILE,)


def test_what_only_one_of_them_saw_stays() -> None:
    other = replace(SEEN, object="public.other")
    assert told_once([IN_FILE]) == (IN_FILE,)
    assert told_once([SEEN]) == (SEEN,)
    assert told_once([IN_FILE, other]) == (IN_FILE, other)


def test_where_the_smoke_saw_more_of_an_object_than_the_files_show_all_of_it_stays() -> None:
    policies = [
        replace(SEEN, rule="user-metadata-in-policy", object="public.notes", message=f"policy {name}")
        for name in ("one", "two")
    ]
    shown = replace(IN_FILE, rule="policy-user-metadata", object="public.notes")
    assert told_once([shown, *policies]) == (shown, *policies)


def test_a_function_is_the_same_with_its_arguments_and_without() -> None:
    shown = replace(IN_FILE, rule="definer-callable", object="public.f", severity=Severity.NOTE)
    seen = replace(SEEN, rule="definer-function-open", object="public.f(uuid, text)")
    assert told_once([shown, seen]) == (replace(shown, severity=Severity.ERROR),)


def test_every_rule_that_is_named_exists() -> None:
    known = set(re.findall(r"^### ([a-z0-9-]+)$", Path("docs/rules.md").read_text(), re.MULTILINE))
    assert {*_THE_SAME, *_THE_SAME.values()} <= known
