"""docs/commands.md has every verb with every option; every command in any document can be typed."""

import re
from itertools import chain

import pytest
from typer.core import TyperCommand

from tests.support.pages import (
    documents,
    every_command,
    found,
    mentioned_commands,
    page,
    parse,
    sections,
    typed_commands,
)

SECTIONS = sections(page("docs/commands.md"))
SHARED = "Options that many commands share"
COMMANDS = dict(every_command())


def documented(heading: str) -> set[str]:
    entries = re.findall(r"^- (.+?):", SECTIONS[heading], re.MULTILINE)
    return set(chain.from_iterable(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", entry) for entry in entries))


def options_of(command: TyperCommand) -> set[str]:
    names = chain.from_iterable((*one.opts, *one.secondary_opts) for one in command.params)
    return {name for name in names if name.startswith("-")}


def test_every_command_has_its_heading_and_every_heading_a_command() -> None:
    assert set(SECTIONS) - {SHARED} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_its_entry_and_every_entry_an_option(name: str) -> None:
    options = options_of(COMMANDS[name])
    assert options <= documented(name) | documented(SHARED)
    assert documented(name) <= options


def test_what_is_shared_is_shared() -> None:
    every = [options_of(command) for command in COMMANDS.values()]
    for option in documented(SHARED):
        assert sum(option in options for options in every) > 2, option


@pytest.mark.parametrize("name", documents())
def test_every_command_in_a_document_can_be_typed(name: str) -> None:
    for line in typed_commands(page(name)):
        parse(line)


@pytest.mark.parametrize("name", documents())
def test_every_command_that_a_document_speaks_of_exists(name: str) -> None:
    for line in mentioned_commands(page(name)):
        _, words = found(line)
        if words and words != ["--help"]:
            parse(line)
