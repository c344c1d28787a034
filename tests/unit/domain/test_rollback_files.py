from collections.abc import Mapping, Sequence

import pytest

from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rollback_files import Conflict, Pairing, pair_rollbacks, stem_without_suffix

ORDERS = "20260101120000_orders.sql"


def migration(name: str) -> Migration:
    found = Migration.of(SqlFile(path=f"supabase/migrations/{name}", sha256=name))
    assert found is not None
    return found


def rollback(name: str) -> SqlFile:
    return SqlFile(path=f"supabase/rollbacks/{name}", sha256=name)


def pair(
    migrations: Sequence[str], rollbacks: Sequence[str], lines: Mapping[str, str] | None = None
) -> Pairing:
    def first_lines(files: Sequence[SqlFile]) -> dict[SqlFile, str]:
        return {file: (lines or {}).get(file.name, "select 1;") for file in files}

    return pair_rollbacks(
        [migration(name) for name in migrations],
        [rollback(name) for name in rollbacks],
        first_lines=first_lines,
    )


def pairs(pairing: Pairing) -> dict[str, str | None]:
    return {each.file.name: each.rollback.name if each.rollback else None for each in pairing.migrations}


@pytest.mark.parametrize(
    "name",
    [
        "20260101120000_orders.sql",
        "20260101120000_orders.down.sql",
        "20260101120000_orders_down.sql",
        "20260101120000_orders.rollback.sql",
        "20260101120000_orders_rollback.sql",
    ],
)
def test_a_rollback_is_found_by_the_migrations_name_with_or_without_suffix(name: str) -> None:
    assert pairs(pair([ORDERS], [name])) == {ORDERS: name}


@pytest.mark.parametrize("name", ["20260101120000_undo.sql", "20260101120000.sql", "20260101120000.down.sql"])
def test_a_rollback_of_another_name_is_found_by_its_version(name: str) -> None:
    assert pairs(pair([ORDERS], [name])) == {ORDERS: name}


@pytest.mark.parametrize(
    "line",
    [
        "-- rollback-of: 20260101120000",
        "--rollback-of:20260101120000\r",
        "\ufeff-- rollback-of: 20260101120000  ",
    ],
)
def test_a_rollback_of_another_version_is_found_by_its_first_line(line: str) -> None:
    name = "20260102090000_rollback_orders.sql"
    assert pairs(pair([ORDERS], [name], {name: line})) == {ORDERS: name}


@pytest.mark.parametrize(
    "line",
    [
        "-- rollback-of: 2026010112000",
        "-- rollback-of: 20260101120000 20260101120001",
        "-- see rollback-of: 1",
    ],
)
def test_a_first_line_that_names_no_migration_leads_nowhere(line: str) -> None:
    name = "20260102090000_rollback_orders.sql"
    pairing = pair([ORDERS], [name], {name: line})
    assert pairs(pairing) == {ORDERS: None}
    assert pairing.orphans == (rollback(name),)


@pytest.mark.parametrize("name", ["orders.sql", "2026010112000_orders.sql", "x20260101120000_orders.sql"])
def test_a_part_of_a_name_or_version_is_not_enough(name: str) -> None:
    assert pair([ORDERS], [name]).orphans == (rollback(name),)


def test_the_name_decides_before_the_version_does() -> None:
    names = ["20260101120000_a.sql", "20260101120000_b.sql"]
    assert pairs(pair(names, ["20260101120000_b.down.sql"])) == {
        names[0]: None,
        names[1]: "20260101120000_b.down.sql",
    }


def test_a_migration_whose_own_name_ends_like_a_rollback_is_paired_by_its_whole_name() -> None:
    names = ["20260101120000_scale_down.sql", "20260101120001_scale.sql"]
    assert pairs(pair(names, [names[0]])) == {names[0]: names[0], names[1]: None}


def test_first_lines_are_asked_only_for_files_whose_names_lead_nowhere() -> None:
    def never(_: Sequence[SqlFile]) -> dict[SqlFile, str]:
        raise AssertionError

    assert pair_rollbacks([migration(ORDERS)], [rollback(ORDERS)], first_lines=never).migrations[0].rollback


def test_two_rollbacks_for_one_migration_are_a_conflict_and_none_is_chosen() -> None:
    names = ["20260101120000_orders.down.sql", "20260101120000_undo.sql"]
    pairing = pair([ORDERS], names)
    assert pairs(pairing) == {ORDERS: None}
    assert pairing.conflicts == (
        Conflict(rollbacks=(rollback(names[0]), rollback(names[1])), migrations=(migration(ORDERS),)),
    )


def test_a_rollback_whose_version_two_migrations_share_is_a_conflict() -> None:
    names = ["20260101120000_a.sql", "20260101120000_b.sql"]
    pairing = pair(names, ["20260101120000_undo.sql"])
    assert pairs(pairing) == {names[0]: None, names[1]: None}
    assert [len(conflict.migrations) for conflict in pairing.conflicts] == [2]
    assert pairing.orphans == ()


def test_only_one_suffix_is_taken_off() -> None:
    assert stem_without_suffix("1_a_down.rollback.sql") == "1_a_down"
    assert stem_without_suffix("1_download.sql") == "1_download"
