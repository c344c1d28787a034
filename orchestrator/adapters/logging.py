"""structlog and the standard library's logging, written in one form to one place."""

import logging
import sys
from collections.abc import Iterable
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import Processor

from orchestrator.adapters.redaction import Redactor

Form = Literal["console", "json", "auto"]

#: httpx writes URLs, Slack's among them; git writes commands; the others write a line for each message
_QUIET: Final = ("httpx", "httpcore", "git", "asyncio", "celery.worker.strategy", "celery.app.trace", "kombu")

#: what has logged through the standard library comes in here as well
_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    # text without local variables: they hold rows and passwords
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
)


def configure(
    form: Form = "auto", level: str = "info", *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Set up logging for this process; a second call replaces the first.

    `auto` means `console` on a terminal and `json` elsewhere. `secrets` are values that must never be
    written; call again when the settings are read. Standard output stays free for a command's own answer.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(_renderer(form, stream), Redactor(secrets)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # a logger made before this call has to follow it
        cache_logger_on_first_use=False,
    )


def _formatter(renderer: Processor, redactor: Redactor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redactor, renderer],
    )


def _renderer(form: Form, stream: TextIO) -> Processor:
    if form == "json" or (form == "auto" and not stream.isatty()):
        return structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
