from pathlib import Path

from orchestrator.embedded import extensions
from orchestrator.embedded.extensions import StandIn


def test_a_control_file_says_stand_in_and_quotes_its_comment() -> None:
    control = StandIn(name="x", version="1", does="it's nothing", schema="s").control()
    assert "comment = 'STAND-IN FOR TESTS, not the real x: it''s nothing'" in control
    assert "trusted = true" in control
    assert "schema = s" in control


def test_what_is_real_stays_real_and_becomes_trusted(tmp_path: Path) -> None:
    (tmp_path / "pgcrypto.control").write_text("comment = 'real'\ntrusted = false\n")
    (tmp_path / "file_fdw.control").write_text("comment = 'reads files'\n")
    extensions.trust(tmp_path)
    extensions.stand_in(tmp_path)
    assert (tmp_path / "pgcrypto.control").read_text() == "comment = 'real'\ntrusted = true\n"
    assert "trusted" not in (tmp_path / "file_fdw.control").read_text()
    assert not list(tmp_path.glob("pgcrypto--*"))
    assert (tmp_path / "pg_cron.control").exists()


def test_older_versions_lead_to_the_newest(tmp_path: Path) -> None:
    extensions.stand_in(tmp_path)
    assert (tmp_path / "pg_net--0.14.0.sql").exists()
    assert (tmp_path / "pg_net--0.14.0--0.19.5.sql").exists()


def test_every_script_belongs_to_a_stand_in() -> None:
    folder = Path(extensions.__file__).parent / "stand_ins"
    names = {stand_in.name for stand_in in extensions.stand_ins()}
    assert {script.stem for script in folder.glob("*.sql")} <= names
