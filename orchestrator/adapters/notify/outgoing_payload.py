"""What a signed webhook carries: {type, timestamp, data}, always below 20 KB."""

import json
from typing import Any, Final

from orchestrator.adapters.notify.words import headline
from orchestrator.domain.event import Message

#: bytes; what Standard Webhooks advises
LARGEST: Final = 20_000

#: (entries of a list, characters of a text): the first pair that fits is taken; the last always does
_CUTS: Final = ((200, 2000), (50, 500), (10, 200), (5, 50))


def body_of(message: Message) -> bytes:
    """Write the body. Long lists and texts are cut; `migration_count` and `reason_count` stay true."""
    bodies = (_json(message, entries, characters) for entries, characters in _CUTS)
    return next(body for body in bodies if len(body) < LARGEST)


def _json(message: Message, entries: int, characters: int) -> bytes:
    def cut(text: str) -> str:
        return text if len(text) <= characters else text[: characters - 1] + "…"

    data: dict[str, Any] = {
        "deployment": message.deployment,
        "status": message.event.value,
        "headline": cut(headline(message)),
        "target": cut(message.target),
        "repository": cut(message.repository),
        "branch": cut(message.branch),
        "commit": message.commit[:64],
        "subject": cut(message.subject),
        "actor": cut(message.actor),
        "cause": cut(message.cause),
        "migrations": [cut(version) for version in message.migrations[:entries]],
        "migration_count": len(message.migrations),
        "left": [cut(version) for version in message.left[:entries]],
        "left_count": len(message.left),
        "reasons": [cut(reason) for reason in message.reasons[:entries]],
        "reason_count": len(message.reasons),
        "remedy": cut(message.remedy),
        "took_seconds": round(message.took_seconds, 3),
        # a cut link leads nowhere
        "link": message.link if len(message.link) <= characters else "",
    }
    whole = {
        "type": f"{'target' if message.deployment is None else 'deployment'}.{message.event.value}",
        "timestamp": message.at.isoformat(),
        "data": data,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
