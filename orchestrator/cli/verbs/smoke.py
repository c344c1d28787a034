"""`bascule smoke`: who may do what with every exposed relation, now."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from orchestrator.actions.smoking import Smoked
    from orchestrator.adapters.postgres.target.targets import PostgresTargets
    from orchestrator.settings import Secret

Tables = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TABLE...", help="Only these relations: orders, or public.orders.", show_default=False
    ),
]
Target = Annotated[str | None, typer.Option(help="A target's name in the settings.", show_default=False)]
Url = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Any database: env:NAME, file:/path, or the URL itself.", show_default=False
    ),
]
Schemas = Annotated[
    list[str] | None,
    typer.Option("--schema", help="A schema that the API exposes; with --url.", show_default=False),
]
Rows = Annotated[
    bool | None,
    typer.Option("--rows/--no-rows", help="Make up rows, always undone, or do not.", show_default=False),
]
Html = Annotated[
    Path | None, typer.Option("--html", help="Write a report into this file as well.", show_default=False)
]
All = Annotated[bool, typer.Option("--all", help="Show relations in which nothing deserves a look.")]


def command(
    tables: Tables = None,
    *,
    target: Target = None,
    url: Url = None,
    schemas: Schemas = None,
    rows: Rows = None,
    html: Html = None,
    whole: All = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Try as anon, two users and service_role what row level security lets through; all is undone."""
    from orchestrator.domain.finding import Verdict

    _only_what_fits(target, url, schemas)
    output = Output(as_json=json)
    with output.waiting() as tell_progress:
        asked = _Asked(tables=tuple(tables or ()), rows=rows, tell=tell_progress)
        if target is not None:
            smoked = _of_target(asked, target, settings)
        elif url is not None:
            smoked = _of_url(asked, _resolved(url, output), tuple(schemas or ("public",)))
        else:
            smoked = _of_checkout(asked)
    if html is not None:
        from orchestrator.cli.report.smoke_html import write

        write(html, smoked)
    if json:
        from orchestrator.cli.report.smoke_json import smoked_value

        output.result(smoked_value(smoked))
    else:
        from orchestrator.cli.report.smoke_text import tell

        tell(output, smoked, whole=whole)
    return 0 if smoked.verdict is Verdict.PASS else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What a person asked for, whatever the database."""

    tables: tuple[str, ...]
    #: None: nothing was said about it
    rows: bool | None
    tell: Callable[[str], None]


def _only_what_fits(target: str | None, url: str | None, schemas: list[str] | None) -> None:
    if target is not None and url is not None:
        raise typer.BadParameter("names a database, and so does a target: name one", param_hint="--url")
    if schemas and url is None:
        raise typer.BadParameter("is for --url; settings and config.toml say it", param_hint="--schema")


def _of_target(asked: _Asked, target: str, settings: Path | None) -> "Smoked":
    from orchestrator.actions.asking import policy_of
    from orchestrator.actions.smoking import Wanted, smoke, why_no_rows
    from orchestrator.cli.options import opened

    with opened(settings) as house:
        policy = policy_of(target, house.policies)
        wanted = Wanted(
            schemas=policy.exposed_schemas,
            relations=asked.tables,
            without_rows=why_no_rows(asked.rows, policy=policy),
            severities=policy.severities,
            openings=policy.openings,
            identities=policy.identities,
        )
        with house.targets.reading(target) as reader:
            return smoke(reader, wanted, about=f"target {target}", tell=asked.tell)


def _of_url(asked: _Asked, url: "Secret", schemas: tuple[str, ...]) -> "Smoked":
    from orchestrator.actions.smoking import Wanted, smoke, why_no_rows
    from orchestrator.domain.errors import ConfigurationError
    from orchestrator.settings.database import address_of

    try:
        address = address_of(url.reveal())
    except ValueError as fault:
        raise ConfigurationError(
            f"--url: {fault}",
            code="bad-url",
            remedy="write postgresql://USER:PASSWORD@HOST:5432/DATABASE, or where it stands: env:NAME",
        ) from None
    without = why_no_rows(asked.rows, on_this_machine=address.is_loopback)
    wanted = Wanted(schemas=schemas, relations=asked.tables, without_rows=without)
    name = f"{address.host}:{address.port}/{address.database}"
    with _databases(name, url) as databases, databases.reading(name) as reader:
        return smoke(reader, wanted, about=name, tell=asked.tell)


def _of_checkout(asked: _Asked) -> "Smoked":
    from orchestrator.actions.choosing import choose_folder
    from orchestrator.actions.smoking import smoke_files, why_no_rows
    from orchestrator.cli.options import scratch_alone

    chosen = choose_folder(None)
    without = why_no_rows(asked.rows, on_this_machine=True)
    with scratch_alone() as scratch:
        return smoke_files(
            chosen, scratch=scratch, relations=asked.tables, without_rows=without, tell=asked.tell
        )


def _resolved(url: str, output: Output) -> "Secret":
    """Fetch the URL; one that is written out with its password can be read by others, which is told."""
    from orchestrator.domain.errors import ConfigurationError
    from orchestrator.settings import Secret
    from orchestrator.settings.references import resolve

    if url.startswith(("postgres://", "postgresql://")):
        if _holds_a_password(url):
            output.note("the password stands in the list of processes; --url env:NAME keeps it out", "yellow")
        return Secret(url)
    try:
        return resolve(url, os.environ)
    except ValueError as fault:
        raise ConfigurationError(
            f"--url {fault}",
            code="bad-url",
            remedy="write env:NAME or file:/path for where the URL stands, or postgresql://…",
        ) from None


def _holds_a_password(url: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.password is not None or "password=" in parts.query


@contextmanager
def _databases(name: str, url: "Secret") -> "Iterator[PostgresTargets]":
    from orchestrator.adapters.logging import configure
    from orchestrator.wiring import database_alone

    configure(level=os.environ.get("BASCULE_LOG_LEVEL", "warning"), secrets=[url.reveal()])
    yield database_alone(name, url)
