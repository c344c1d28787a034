"""The documents as tests read them: sections, fenced blocks, and the commands that they name."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup

from orchestrator.cli.program import program

ROOT = Path(__file__).parents[2]

_OURS = re.compile(r"(?:\.venv/bin/)?bascule (.+)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: what stands for a word of the reader's own in an inline command
_PLACEHOLDERS = {"ID": "1", "N": "1", "SECONDS": "60"}


def page(name: str) -> str:
    """Return a document's text; `name` is its path from the root."""
    return (ROOT / name).read_text()


def documents() -> list[str]:
    """Name every document of the project."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "deploy/README.md"]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def sections(text: str, level: int = 2) -> dict[str, str]:
    """Split a page at its headings of this level; fenced blocks hold none."""
    marks = "#" * level
    parts = re.split(rf"^{marks} (.+)$", _FENCE.sub(_hide_hashes, text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def fenced(text: str, language: str) -> list[str]:
    """Return the blocks in a language."""
    return [body for found, body in _FENCE.findall(text) if found == language]


def shell_lines(text: str) -> Iterator[str]:
    """Yield the commands of the sh blocks: a line each, continued lines joined, comments left out."""
    for block in fenced(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if words := shlex.join(shlex.split(line, comments=True)):
                yield words


def typed_commands(text: str) -> list[str]:
    """Return what follows `bascule` on the lines of the sh blocks: commands to be typed as they stand."""
    return [match[1] for line in shell_lines(text) if (match := _OURS.match(line))]


def mentioned_commands(text: str) -> list[str]:
    """Return what follows `bascule` in inline code: a command, or only a verb that is spoken of."""
    inline = re.findall(r"(?<!`)`([^`]+)`(?!`)", _FENCE.sub("", text))
    return [match[1] for code in inline if (match := _OURS.match(" ".join(code.split())))]


def every_command() -> Iterator[tuple[str, TyperCommand]]:
    """Yield each command that does something, by its full name: `bascule config check`."""
    yield from _commands_of(typer.main.get_command(program()), "bascule")


def parse(line: str) -> None:
    """Read what follows `bascule` as the command line would, and run nothing. Raises what it would raise."""
    command, words = found(line)
    if isinstance(command, TyperCommand):
        command.make_context("bascule", words)


def found(line: str) -> tuple[object, list[str]]:
    """Return the command that a line names, and the words that are left. Raises KeyError: there is none."""
    words = [_PLACEHOLDERS.get(word, word) for word in shlex.split(line.replace("[", "").replace("]", ""))]
    command = typer.main.get_command(program())
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        both = " ".join(words[:2])
        name = both if both in command.commands else words[0]
        command, words = command.commands[name], words[len(name.split()) :]
    return command, words


def _commands_of(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperCommand):
        yield name, command
    if isinstance(command, TyperGroup):
        for word, inner in command.commands.items():
            yield from _commands_of(inner, f"{name} {word}")


def _hide_hashes(block: re.Match[str]) -> str:
    return block[0].replace("\n#", "\n ")
