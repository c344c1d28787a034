"""The environment of every git process: nothing is inherited but the way to the network.

A process gets its settings here and nowhere else: no file of the machine's, of a user's home or of the
repository decides what git runs.
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from orchestrator.adapters.git.source import RepositorySource

#: the operator's way out of the house: proxies, certificate authorities, the agent that holds ssh keys
_PASSED_ON = (
    "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
    "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK",
)  # fmt: skip

#: faults in objects that bar nobody from deploying: careless dates and names in old histories, and
#: .gitmodules, which are never read here
_HARMLESS_FAULTS = (
    "badDate", "badDateOverflow", "badEmail", "badName", "badTimezone", "missingEmail",
    "missingNameBeforeEmail", "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "multipleAuthors",
    "zeroPaddedDate", "zeroPaddedFilemode", "gitmodulesBlob", "gitmodulesLarge", "gitmodulesName",
    "gitmodulesParse", "gitmodulesPath", "gitmodulesSymlink", "gitmodulesUpdate", "gitmodulesUrl",
)  # fmt: skip

_SSH = "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=10 -oServerAliveInterval=5"

_CONFIG = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.symlinks": "false",
    "credential.helper": "",
    "protocol.ext.allow": "never",
    "fetch.recurseSubmodules": "false",
    # always packs: they can be counted, and a cut transfer leaves no loose objects behind
    "fetch.unpackLimit": "1",
    "transfer.fsckObjects": "true",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    # what is larger is streamed and never a base of deltas: a huge file costs disk and no memory
    "core.bigFileThreshold": "32m",
    "core.packedGitWindowSize": "32m",
    "core.packedGitLimit": "256m",
    "pack.threads": "2",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",
    **{f"{check}.{fault}": "ignore" for check in ("fetch.fsck", "fsck") for fault in _HARMLESS_FAULTS},
}


def local_environment(cache: Path) -> dict[str, str]:
    """Return the environment for work on the mirror alone: no protocol is allowed, no secret is in it."""
    return _environment(cache, protocol="", config=_CONFIG)


def remote_environment(cache: Path, source: RepositorySource, *, silence_seconds: int) -> dict[str, str]:
    """Return the environment for talking to a repository, its token included."""
    config = _CONFIG | {"http.lowSpeedTime": str(silence_seconds)} | _credential(source)
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | _environment(cache, protocol=source.protocol, config=config)


def secrets_of(source: RepositorySource) -> tuple[str, ...]:
    """Return every form in which the token goes out, so that it can be kept out of what people read."""
    if not source.token:
        return ()
    return (source.token, _basic(source))


def _credential(source: RepositorySource) -> dict[str, str]:
    """Bind the token to this one address; git does not send it where a redirect leads."""
    if not source.token:
        return {}
    return {f"http.{source.url}.extraHeader": f"Authorization: Basic {_basic(source)}"}


def _basic(source: RepositorySource) -> str:
    return base64.b64encode(f"{source.username}:{source.token}".encode()).decode()


def _environment(cache: Path, *, protocol: str, config: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        # address space counts against the limit of memory, used or not
        "MALLOC_ARENA_MAX": "2",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": _SSH,
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        # a cache that lies inside somebody's checkout must not find that repository's settings
        "GIT_CEILING_DIRECTORIES": str(cache.parent),
        **_as_variables(config),
    }


def _as_variables(config: Mapping[str, str]) -> dict[str, str]:
    variables = {"GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables
