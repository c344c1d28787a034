import pytest

from orchestrator.adapters.postgres.target.address import TargetAddress, is_local, parameters_of
from orchestrator.domain.errors import ConfigurationError


def parameters(url, **more):
    return parameters_of(TargetAddress(name="t", url=url, **more))


def refused(url, **more) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        parameters(url, **more)
    return raised.value


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "", "%2Fvar%2Frun%2Fpostgresql"]
)
def test_this_machine_needs_no_tls(host):
    assert parameters(f"postgresql://u:p@{host}/d")["sslmode"] == "prefer"


@pytest.mark.parametrize("host", ["db.example.com", "10.0.0.1", "[2001:db8::1]", "localhost,db.example.com"])
def test_every_other_host_has_to_prove_itself(host):
    found = parameters(f"postgresql://u:p@{host}/d")
    assert found["sslmode"] == "verify-full"
    assert found["sslrootcert"]


def test_the_settings_win_over_the_url_and_the_url_over_the_default(tmp_path):
    root = tmp_path / "ca.crt"
    root.write_text("")
    url = "postgresql://u:p@db.example.com/d?sslmode=require"
    assert parameters(url)["sslmode"] == "require"
    found = parameters(url, sslmode="verify-ca", sslrootcert=str(root))
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-ca", str(root))


def test_a_certificate_that_is_not_there_is_named():
    error = refused("postgresql://u:p@db.example.com/d", sslrootcert="/not/there.crt")
    assert (error.code, error.nouns["file"]) == ("sslrootcert-missing", "/not/there.crt")


@pytest.mark.parametrize("port", ["h:6543", "h:5432,i:6543"])
def test_the_transaction_pooler_is_refused_with_the_way_out(port):
    error = refused(f"postgresql://u:p@{port}/d")
    assert error.code == "transaction-pooler"
    assert "5432" in error.remedy


@pytest.mark.parametrize(
    "url", ["postgres//u:hunter2@h/d", "postgresql://u:hunter2@h:port:1/d?x=y", "hunter2"]
)
def test_an_unreadable_url_shows_nothing_of_itself(url):
    error = refused(url)
    assert error.code == "bad-url"
    assert "hunter2" not in f"{error.message} {error.remedy} {error.nouns} {error.__cause__}"


def test_no_time_limit_of_the_server_is_a_start_up_option():
    found = parameters("postgresql://u:p@localhost/d")
    assert "options" not in found
    assert found["tcp_user_timeout"] == "20000"


def test_an_address_does_not_show_its_url():
    assert "hunter2" not in repr(TargetAddress(name="t", url="postgresql://u:hunter2@h/d"))


def test_an_address_in_words_is_local_only_if_all_hosts_are():
    assert is_local({"hostaddr": "127.0.0.1", "host": "db.example.com"})
    assert not is_local({"host": "localhost,10.1.1.1"})
