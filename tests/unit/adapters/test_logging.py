import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from orchestrator.adapters.logging import configure

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "git", "asyncio")}
    structlog.contextvars.clear_contextvars()  # what a command that a test called has bound
    yield
    root.handlers[:], root.level = handlers, level
    for name, former in levels.items():
        logging.getLogger(name).setLevel(former)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_context() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    with structlog.contextvars.bound_contextvars(deployment=7, target="staging"):
        structlog.get_logger("bascule.test").info("applied", version="1")
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "applied", "version": "1", "deployment": 7, "target": "staging", "level": "info",
        "logger": "bascule.test",
    }  # fmt: skip


def test_the_standard_library_logs_in_the_same_form_and_context() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    with structlog.contextvars.bound_contextvars(receipt="abc"):
        logging.getLogger("celery").warning("lost %s", "the broker")
    (line,) = lines(stream)
    assert (line["event"], line["receipt"], line["level"]) == ("lost the broker", "abc", "warning")


def test_json_is_chosen_where_there_is_no_terminal_and_console_where_there_is() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        configure("auto", stream=stream)
        structlog.get_logger("x").info("hello")
    assert plain.getvalue().startswith("{")
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_written_not_even_in_a_traceback(form: Any) -> None:
    stream = io.StringIO()
    configure(form, stream=stream, secrets=[SECRET])

    def connect(password: str) -> None:
        raise ValueError(f"cannot connect with {password} to postgres://u:hunter2@h/d")

    try:
        connect(SECRET)
    except ValueError:
        structlog.get_logger("x").exception("it failed", dsn="password=hunter2", given=[SECRET])
        logging.getLogger("y").exception("it failed with %s", SECRET)
    written = stream.getvalue()
    assert "ValueError" in written
    assert "Traceback" in written
    assert SECRET not in written
    assert "hunter2" not in written


def test_what_writes_urls_or_commands_is_quiet() -> None:
    stream = io.StringIO()
    configure("json", "info", stream=stream)
    for name in ("httpx", "httpcore.http11", "git.cmd"):
        logging.getLogger(name).info("POST https://hooks.slack.com/services/x")
    assert stream.getvalue() == ""


def test_a_level_holds_for_all() -> None:
    stream = io.StringIO()
    configure("json", "error", stream=stream)
    structlog.get_logger("x").warning("a")
    logging.getLogger("x").warning("b")
    structlog.get_logger("x").error("c")
    assert [line["event"] for line in lines(stream)] == ["c"]


def test_a_second_call_replaces_the_first_for_loggers_made_before() -> None:
    first, second = io.StringIO(), io.StringIO()
    logger = structlog.get_logger("x")
    configure("json", stream=first)
    logger.info("a")
    configure("json", stream=second)
    logger.info("b")
    assert [line["event"] for line in lines(first)] == ["a"]
    assert [line["event"] for line in lines(second)] == ["b"]
