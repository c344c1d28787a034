"""Puts a page of Markdown on a terminal or into a log: prose wrapped, code as it stands.

Markdown reads well by itself, so the marks of code and emphasis stay, and nothing depends on colours.
"""

import re
from collections.abc import Iterator
from textwrap import dedent, indent
from typing import Final

from rich.text import Text

from orchestrator.cli.output import Output

_FENCED: Final = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENT: Final = "    "
#: a line that begins something of its own: a heading, an item, a row of a table
_BEGINS: Final = re.compile(r"#+ |[-*] |\d+\. |\|")
_CODE: Final = r"`[^`]+`"


def tell_markdown(output: Output, page: str) -> None:
    """Print a page. Its code is never broken, so that it can be copied."""
    for number, (block, is_code) in enumerate(_blocks(page)):
        if number:
            output.say("")
        if is_code:
            _as_it_stands(output, indent(block, _INDENT), style="cyan")
        else:
            _prose(output, block)


def _blocks(page: str) -> Iterator[tuple[str, bool]]:
    """Yield what blank lines divide; code, between fences or indented, is one block."""
    for number, part in enumerate(_FENCED.split(page)):
        if number % 2:
            yield part.rstrip(), True
            continue
        for block in filter(None, re.split(r"\n{2,}", part.strip("\n"))):
            is_code = all(line.startswith(_INDENT) for line in block.splitlines())
            yield (dedent(block) if is_code else block), is_code


def _prose(output: Output, block: str) -> None:
    for line in _joined(block):
        begins = _BEGINS.match(line)
        if line.startswith("|"):
            _as_it_stands(output, line)
        elif line.startswith("#"):
            output.say(line.lstrip("# "), style="bold")
        else:
            text = Text(line)
            text.highlight_regex(_CODE, "cyan")
            output.say(text, hang=len(begins[0]) if begins else 0)


def _joined(block: str) -> Iterator[str]:
    """Yield each paragraph or item as one line, however it is broken in the page."""
    begun = ""
    for line in block.splitlines():
        if begun and _BEGINS.match(line):
            yield begun
            begun = ""
        begun = f"{begun} {line.strip()}".strip()
    yield begun


def _as_it_stands(output: Output, lines: str, style: str = "") -> None:
    output.console.print(Text(lines, style=style), soft_wrap=True)
