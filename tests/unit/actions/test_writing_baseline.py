from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.actions import writing_baseline
from orchestrator.actions.writing_baseline import place_of, write_baseline
from orchestrator.domain.baseline import WrittenBaseline
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.facts import Change, Facts
from orchestrator.domain.rehearsal import CannotCopy

ODD = Change(kind="table", identity='public."a\n; drop table b; --"', before="x", after=None)
WRITTEN = WrittenBaseline(
    sql="select 1;\n",
    target_major=18,
    server_major=18,
    lacking=(ODD, *(Change(kind="table", identity=f"t{n}", before="x", after="y") for n in range(150))),
    secret=('CREATE TRIGGER "hook"',),
    platform=3,
)


class Source:
    """Gives what it was told to, or says that it cannot."""

    def __init__(self, given: WrittenBaseline | CannotCopy) -> None:
        self.given = given

    def baseline_of(self, *_: object) -> WrittenBaseline:
        if isinstance(self.given, CannotCopy):
            raise self.given
        return self.given


class Targets:
    """One target, of which nothing is asked."""

    @contextmanager
    def reading(self, _: str):
        yield self

    @contextmanager
    def asking(self):
        yield self


@pytest.fixture(autouse=True)
def no_facts(monkeypatch):
    monkeypatch.setattr(writing_baseline.facts, "read", lambda _: Facts(server_major=18, all=()))


def write(path: Path, given: WrittenBaseline | CannotCopy = WRITTEN):
    return write_baseline("staging", path, targets=Targets(), baselines=Source(given))


def test_the_head_names_what_is_not_in_the_file_and_is_nothing_but_a_comment(tmp_path):
    written = write(tmp_path / "baseline.sql")
    head, _, body = (tmp_path / "baseline.sql").read_text().partition("\n\n")
    assert body == "select 1;\n"
    assert all(line.startswith("--") for line in head.splitlines())
    assert len(written.without) == 153
    assert 'CREATE TRIGGER "hook": a secret seems to stand in it' in head
    assert head.endswith("--   and 53 more")


def test_a_target_that_cannot_be_dumped_is_an_error_with_a_way_out_and_no_file(tmp_path):
    why = "pg_dump 15 cannot read PostgreSQL 18; install postgresql-client-18 on this machine"
    with pytest.raises(ConfigurationError) as raised:
        write(tmp_path / "baseline.sql", CannotCopy(why))
    assert raised.value.code == "cannot-dump"
    assert why in raised.value.message
    assert list(tmp_path.iterdir()) == []


def test_what_came_there_meanwhile_is_not_written_over(tmp_path):
    path = tmp_path / "baseline.sql"
    path.write_text("-- mine")
    with pytest.raises(ConfigurationError) as raised:
        write(path)
    assert raised.value.code == "file-not-written"
    assert [each.read_text() for each in tmp_path.iterdir()] == ["-- mine"]


def test_a_link_that_leads_nowhere_is_something_that_is_there(tmp_path):
    (tmp_path / "baseline.sql").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError):
        place_of(tmp_path / "baseline.sql")


def test_without_a_name_it_lies_beside_the_migrations(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as raised:
        place_of(None)
    assert raised.value.code == "no-migrations-folder"
    (tmp_path / "supabase").mkdir()
    assert place_of(None) == Path("supabase/baseline.sql")
