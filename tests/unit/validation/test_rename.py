import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.validation.rename import (
    is_named_like_a_rollback,
    moment_of,
    move_to_rollbacks,
    rename,
    timestamp_of,
    version_after,
)


@pytest.mark.parametrize(
    ("version", "following"),
    [
        ("20260101120000", "20260101120001"),
        ("20261231235959", "20270101000000"),
        ("20260101240000", "20260101240001"),
        ("99991231235959", "99991231235960"),
        ("00010101000000", "00010101000001"),
        ("0042", "0043"),
        ("0999", "1000"),
        ("999", "9990"),
    ],
)
def test_the_following_version_is_the_next_second_or_number(version: str, following: str) -> None:
    assert version_after(version) == following


@given(st.text("0123456789", min_size=1, max_size=20))
def test_the_following_version_is_later_as_text(version: str) -> None:
    assert version_after(version) > version


@pytest.mark.parametrize(
    ("version", "meant"),
    [
        ("20260101", "20260101000000"),
        ("2026010113", "20260101130000"),
        ("202601011345", "20260101134500"),
        ("20260101240000", "20260102000000"),
        ("20261231235960", "20270101000000"),
        ("20260101120000", "20260101120000"),
        ("20261301000000", None),
        ("20260230000000", None),
        ("99991231240000", None),
        ("0042", None),
        ("99999999999999999999", None),
    ],
)
def test_odd_digits_stand_for_a_moment_or_for_none(version: str, meant: str | None) -> None:
    assert timestamp_of(version) == meant


@given(st.text("0123456789", min_size=1, max_size=20))
def test_the_timestamp_that_digits_stand_for_is_a_moment(version: str) -> None:
    meant = timestamp_of(version)
    assert meant is None or moment_of(meant) is not None


def test_a_rename_takes_the_rollback_along() -> None:
    migration = Migration.of(
        SqlFile(path="my app/migrations/20260101120000_a.sql", sha256="1"),
        SqlFile(path="my app/rollbacks/20260101120000_a.down.sql", sha256="2"),
    )
    assert migration is not None
    assert rename(migration, "20270101000000") == (
        "git mv 'my app/migrations/20260101120000_a.sql' 'my app/migrations/20270101000000_a.sql' && "
        "git mv 'my app/rollbacks/20260101120000_a.down.sql' 'my app/rollbacks/20270101000000_a.down.sql'"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20260101120000_a.down.sql", True),
        ("20260101120000_a_down.sql", True),
        ("20260101120000_rollback_a.sql", True),
        ("20260101120000_a-Rollback.sql", True),
        ("20260101120000_download.sql", False),
        ("20260101120000_down_payment.sql", False),
        ("20260101120000_rollbacks.sql", False),
    ],
)
def test_a_rollback_is_known_by_a_whole_word(name: str, expected: bool) -> None:  # noqa: FBT001
    assert is_named_like_a_rollback(SqlFile(path=f"supabase/migrations/{name}", sha256="")) is expected


def test_a_file_at_the_top_of_the_repository_moves_beside_its_folder() -> None:
    file = SqlFile(path="migrations/20260101120000_a.down.sql", sha256="")
    assert move_to_rollbacks(file) == (
        "git mv migrations/20260101120000_a.down.sql rollbacks/20260101120000_a.down.sql"
    )
