import os
import pwd
from pathlib import Path

import pytest

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded.account import Account, of_scratch, of_servers


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def entry(name: str, uid: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid, "", "/", "/bin/false"))


def test_an_ordinary_user_runs_the_servers_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert of_servers(tmp_path / "postgres").identity() == {}


@pytest.mark.usefixtures("root")
def test_root_gives_the_servers_a_number_that_is_nobodys(tmp_path: Path) -> None:
    account = of_servers(tmp_path / "postgres")
    assert account.uid is not None
    assert 0 < account.uid < 65536
    with pytest.raises(KeyError):
        pwd.getpwuid(account.uid)
    assert account.identity()["extra_groups"] == []


@pytest.mark.usefixtures("root")
def test_a_user_called_bascule_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", lambda name: entry(name, 123))
    assert of_servers(tmp_path / "postgres") == Account(uid=123, gid=123)


@pytest.mark.usefixtures("root")
def test_the_owner_of_data_that_exists_is_kept(tmp_path: Path) -> None:
    owner = tmp_path.stat()
    assert of_servers(tmp_path) == Account(uid=owner.st_uid, gid=owner.st_gid)


def test_initdb_runs_as_somebody_with_a_name_in_our_group() -> None:
    founder = Account(uid=61234, gid=61234).founder()
    assert founder.uid not in {0, 61234}
    assert founder.gid == 61234


def test_a_system_without_any_ordinary_user_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwall", lambda: [entry("root", 0)])
    with pytest.raises(ConfigurationError) as refused:
        Account(uid=61234, gid=61234).founder()
    assert refused.value.code == "no-ordinary-user"


def test_an_ordinary_user_runs_the_scratch_server_alone(tmp_path: Path) -> None:
    assert of_scratch(Account(), tmp_path) == Account()


@pytest.mark.parametrize(("group", "groups"), [(60917, (60917,)), (0, ())])
def test_the_scratch_server_gets_another_number_and_no_group_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, groups: tuple[int, ...]
) -> None:
    facts = os.stat_result((0o40710, 0, 0, 0, 0, group, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _path: facts)
    account = of_scratch(Account(uid=60917, gid=60917), tmp_path)
    assert account.uid not in {None, 0, 60917}
    assert account.gid not in {None, 0, 60917}
    assert account.groups == groups
    assert account.identity()["extra_groups"] == list(groups)
