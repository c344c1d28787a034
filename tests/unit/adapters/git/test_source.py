import pytest

from orchestrator.adapters.git import RepositorySource
from orchestrator.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "protocol", "host"),
    [
        ("https://github.com/example/app.git", "https", "github.com"),
        ("https://git.example.com:8443/a/b", "https", "git.example.com"),
        ("https://[2001:db8::1]/a.git", "https", "2001:db8::1"),
        ("ssh://git@github.com/example/app.git", "ssh", "github.com"),
        ("ssh://git@git.example.com:2222/app.git", "ssh", "git.example.com"),
        ("git@github.com:example/app.git", "ssh", "github.com"),
    ],
)
def test_a_forges_address_is_taken(url: str, protocol: str, host: str) -> None:
    source = RepositorySource(url=url)
    assert (source.protocol, source.host) == (protocol, host)


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("/srv/git/app.git", "file"),
        ("file:///srv/git/app.git", "file"),
        ("http://127.0.0.1:3000/app.git", "http"),
        ("http://localhost:3000/app.git", "http"),
        ("http://[::1]:3000/app.git", "http"),
    ],
)
def test_a_repository_on_this_machine_must_be_allowed(url: str, protocol: str) -> None:
    assert RepositorySource(url=url, allow_local=True).protocol == protocol
    with pytest.raises(ConfigurationError, match="lies on this machine"):
        RepositorySource(url=url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.git",
        "../app.git",
        "ext::sh -c touch% ran",
        "ext::touch",
        "fd::17",
        "ext::ssh://example.com/x",
        "git://example.com/app.git",
        "http://example.com/app.git",
        "ftp://example.com/app.git",
        "file://example.com/app.git",
        "--upload-pack=touch",
        "-oProxyCommand=touch:app",
        "ssh://-oProxyCommand=touch/app",
        "ssh://-l@example.com/app",
        "git@-oProxyCommand=touch:app",
        "ssh://git:password@example.com/app",
        "https://user@example.com/app.git",
        "https://user:password@example.com/app.git",
        "https:///app.git",
        "https://exam ple.com/app.git",
        "https://example.com/app.git\n",
        "https://example.com:port/app.git",
        "https://[::1/app.git",
    ],
)
def test_no_other_address_is_taken(url: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        RepositorySource(url=url, allow_local=True)
    assert raised.value.code == "repository-address"
    assert raised.value.remedy
    assert "password@" not in raised.value.message


def test_a_token_is_not_given_to_ssh() -> None:
    with pytest.raises(ConfigurationError, match="only sent over https"):
        RepositorySource(url="git@github.com:example/app.git", token="t")
