"""Take a target's schema by pg_dump. No rows; nothing about the target can be read in a process list."""

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from orchestrator.adapters.postgres.scratch.dump_program import DumpProgram
from orchestrator.adapters.postgres.target.address import TargetAddress, parameters_of
from orchestrator.adapters.postgres.target.connect import milliseconds
from orchestrator.domain.rehearsal import CannotCopy

_CHUNK: Final = 64 * 1024
_COMPLAINT: Final = 16 * 1024
_SHOWN: Final = 300
_SECTION: Final = "target"
_USUAL_SECONDS: Final = 120.0
#: 200 tables are 0.6 MB
_MOST_BYTES: Final = 64 * 1024 * 1024

#: Names are quoted, for what is an ordinary word to one major version is reserved in another. Subscriptions
#: hold passwords and would connect to somewhere; tablespaces are the server's. Owners, privileges, comments
#: and publications stay.
_OPTIONS: Final = (
    "--schema-only",
    "--no-password",
    "--no-subscriptions",
    "--no-tablespaces",
    "--quote-all-identifiers",
    "--encoding=UTF8",
)


class DumpFailed(CannotCopy):
    """pg_dump ended by itself and did not say why in a way that programs understand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DumpLimits:
    """How much a dump may cost."""

    seconds: float = _USUAL_SECONDS
    most_bytes: int = _MOST_BYTES


def dump_schema(
    program: DumpProgram,
    address: TargetAddress,
    *,
    leave_out: Iterable[str] = (),
    limits: DumpLimits = DumpLimits(),  # frozen
) -> str:
    """Return the SQL that makes the target's schema, without the schemas to leave out.

    Raises CannotCopy, whose text holds no secret: DumpFailed where another try may do; ConfigurationError
    when the address is wrong.
    """
    parameters = parameters_of(address)
    with contextlib.ExitStack() as private:
        environment, descriptors = _environment(program, parameters, private)
        command = [
            str(program.path),
            f"--dbname=service={_SECTION}",
            *_OPTIONS,
            f"--lock-wait-timeout={milliseconds(address.lock_timeout_seconds)}",
            *(f"--exclude-schema={_pattern(schema)}" for schema in sorted(leave_out)),
        ]
        ended = _run(command, environment, descriptors, limits)
    if ended.status != 0:
        words = _without_secrets(ended.complaint, parameters)
        raise DumpFailed(f"pg_dump {program.major} failed on target {address.name}{words}")
    try:
        return ended.written.decode()
    except UnicodeDecodeError as error:
        raise CannotCopy(f"the dump of target {address.name} is not UTF-8") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """How the process ended."""

    status: int
    written: bytes
    complaint: bytes


def _environment(
    program: DumpProgram, parameters: Mapping[str, str], private: contextlib.ExitStack
) -> tuple[dict[str, str], list[int]]:
    """Say how to connect in two files that only we can read; nothing else of our environment is handed on.

    They have no names, only descriptors, so that a password is on no disk however we end. The home directory
    is where libpq looks for client certificates, as it does when we connect ourselves.
    """
    password = parameters.get("password")
    told = {key: value for key, value in parameters.items() if key != "password"}
    if password is not None:
        told.pop("passfile", None)
    if "service" in told or any("\n" in value or "\r" in value for value in parameters.values()):
        raise CannotCopy("the database URL names a service or holds line breaks, which pg_dump is not told")
    files = {
        "PGSERVICEFILE": "\n".join([f"[{_SECTION}]", *(f"{key}={value}" for key, value in told.items())])
    }
    if password is not None:
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        files["PGPASSFILE"] = f"*:*:*:*:{escaped}"
    descriptors = {name: _nameless(text, private) for name, text in files.items()}
    environment = {"LC_ALL": "C"} | {name: f"/dev/fd/{number}" for name, number in descriptors.items()}
    if "HOME" in os.environ:
        environment["HOME"] = os.environ["HOME"]
    if program.preload is not None:
        environment["LD_PRELOAD"] = str(program.preload)
    return environment, list(descriptors.values())


def _nameless(text: str, private: contextlib.ExitStack) -> int:
    file = private.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
    file.write(f"{text}\n".encode())
    file.seek(0)
    return file.fileno()


def _pattern(schema: str) -> str:
    """Quote a name, so that it is no pattern."""
    quoted = schema.replace('"', '""')
    return f'"{quoted}"'


def _run(
    command: list[str], environment: Mapping[str, str], descriptors: list[int], limits: DumpLimits
) -> _Ended:
    end = time.monotonic() + limits.seconds
    with _started(command, environment, descriptors) as process:
        try:
            written, complaint = _collect(process, end, limits)
            status = process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            _kill(process)
            raise _too_slow(limits) from error
        except BaseException:
            _kill(process)
            raise
    return _Ended(status=status, written=written, complaint=complaint)


def _started(
    command: list[str], environment: Mapping[str, str], descriptors: list[int]
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603  # never a shell
            command,
            cwd="/",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
            start_new_session=True,  # so that whatever it starts can be ended with it
        )
    except OSError as error:
        raise CannotCopy(f"{command[0]} cannot be started: {error.strerror}") from error


def _collect(process: "subprocess.Popen[bytes]", end: float, limits: DumpLimits) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    assert process.stderr is not None
    written, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, written)
        selector.register(process.stderr, selectors.EVENT_READ, complaint)
        while selector.get_map():
            left = end - time.monotonic()
            if left <= 0:
                raise _too_slow(limits)
            for key, _ in selector.select(left):
                _take(selector, key)
            del complaint[_COMPLAINT:]
            if len(written) > limits.most_bytes:
                raise CannotCopy(f"pg_dump wrote more than {limits.most_bytes} bytes and was ended")
    return bytes(written), bytes(complaint)


def _take(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered above
    chunk = os.read(stream.fileno(), _CHUNK)
    if chunk:
        key.data.extend(chunk)
    else:
        selector.unregister(stream)


def _too_slow(limits: DumpLimits) -> CannotCopy:
    return CannotCopy(f"pg_dump was not done within {limits.seconds:.0f} s and was ended")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End it and all of its children: they share a process group of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _without_secrets(complaint: bytes, parameters: Mapping[str, str]) -> str:
    """Return the first line of what it complained about, without what could play tricks on a terminal."""
    lines = list(_lines(complaint))
    # warnings may stand in front of what ended it
    first = next((line for line in lines if " error: " in line), lines[0] if lines else "")
    for key, value in parameters.items():
        if value and "password" in key:
            first = first.replace(value, "…")
    return ": " + "".join(c if c.isprintable() else "?" for c in first)[:_SHOWN] if first else ""


def _lines(complaint: bytes) -> Iterator[str]:
    lines = complaint.decode(errors="replace").replace("\r", "\n").splitlines()
    return (line.strip() for line in lines if line.strip())
