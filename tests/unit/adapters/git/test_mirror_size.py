from pathlib import Path

from orchestrator.adapters.git import mirror


def test_a_file_that_vanishes_while_a_mirror_is_measured_is_not_counted(tmp_path, monkeypatch):
    (tmp_path / "pack").write_bytes(b"12345")
    listed = [tmp_path / "pack", tmp_path / "tmp_obj_that_git_has_removed"]
    monkeypatch.setattr(Path, "rglob", lambda _self, _pattern: iter(listed))
    assert mirror._size(tmp_path) == 5
