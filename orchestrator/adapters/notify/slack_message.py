"""A message in Slack's blocks, within Slack's limits: it refuses a message that is one character too long."""

from typing import Any, Final

from orchestrator.adapters.notify.words import about_left, duration, headline, short, why
from orchestrator.domain.event import EventKind, Message

Block = dict[str, Any]

#: characters; Slack allows 3000 in a section and about 13,200 in all blocks together, quotes counted twice
_REMEDY: Final = 1500
_FIELD: Final = 300
_LINE: Final = 250
_HEADLINE: Final = 150
#: reasons that are shown, and versions
_MOST: Final = 5
#: Slack allows 3000; ours are short
_LONGEST_URL: Final = 1000

_COLOURS: Final = {
    EventKind.SUCCEEDED: "#2eb67d",
    EventKind.REFUSED: "#ecb22e",
    EventKind.FAILED: "#e8912d",
    EventKind.ROLLED_BACK: "#e8912d",
    EventKind.STUCK: "#e01e5a",
    EventKind.DRIFTED: "#ecb22e",
}
_GREY: Final = "#8d8d8d"

_ESCAPED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def payload(message: Message) -> dict[str, Any]:
    """Make what is posted: the headline, and the details beside a coloured bar."""
    title = fit(headline(message), _HEADLINE)
    bar = {
        "color": _COLOURS.get(message.event, _GREY),
        "fallback": title,
        "blocks": [block for block in _blocks(message) if block],
    }
    return {"text": f"*{title}*", "attachments": [bar]}


def fit(text: str, limit: int) -> str:
    """Escape a text for Slack and cut it to a number of characters, never within an escape.

    What cannot be seen is left out: it could turn the rest of a line around.
    """
    visible = filter(str.isprintable, " ".join(text.split()))
    escaped = [_ESCAPED.get(character, character) for character in visible]
    if sum(map(len, escaped)) <= limit:
        return "".join(escaped)
    kept, length = [], 1
    for character in escaped:
        length += len(character)
        if length > limit:
            break
        kept.append(character)
    return "".join(kept) + "…"


def _blocks(message: Message) -> list[Block | None]:
    return [
        {"type": "section", "fields": _fields(message)},
        _section(_list("What changed" if message.event is EventKind.DRIFTED else "Why", message.reasons)),
        _section(_list("Migrations", message.migrations)),
        _section(_list(about_left(message), message.left)),
        _section(f"*What to do*\n{fit(message.remedy, _REMEDY)}" if message.remedy else ""),
        _context(message) if message.deployment is not None else None,
        _button(message.link),
    ]


def _fields(message: Message) -> list[Block]:
    target = _mrkdwn(f"*Target*\n{fit(message.target, _FIELD)}")
    if message.deployment is None:
        return [target]
    commit = f"{_code(short(message.commit))} {fit(message.subject, _FIELD // 2)}"
    return [
        target,
        _mrkdwn(f"*Branch*\n{_code(message.branch)}"),
        _mrkdwn(f"*Commit*\n{commit}"),
        _mrkdwn(f"*By*\n{fit(message.actor or 'nobody named', _FIELD)}"),
    ]


def _list(title: str, lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    shown = [f"• {fit(line, _LINE)}" for line in lines[:_MOST]]
    more = [f"… and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join([f"*{title}*", *shown, *more])


def _context(message: Message) -> Block:
    parts = (
        fit(message.repository, _FIELD),
        f"deployment {message.deployment}",
        fit(why(message), _FIELD),
        duration(message.took_seconds),
    )
    return {"type": "context", "elements": [_mrkdwn(" · ".join(filter(None, parts)))]}


def _button(link: str) -> Block | None:
    # a cut link leads nowhere
    if not link or len(link) > _LONGEST_URL or not link.isprintable():
        return None
    text = {"type": "plain_text", "text": "Open the deployment"}
    return {"type": "actions", "elements": [{"type": "button", "text": text, "url": link}]}


def _section(text: str) -> Block | None:
    return {"type": "section", "text": _mrkdwn(text)} if text else None


def _mrkdwn(text: str) -> Block:
    # verbatim: what an author wrote becomes neither a link nor a mention
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _code(text: str) -> str:
    return f"`{fit(text.replace('`', chr(39)), _FIELD // 2)}`"
