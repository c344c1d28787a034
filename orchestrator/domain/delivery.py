"""When an undelivered notification is tried again, and the key that signs one."""

import base64
import random
from collections.abc import Callable
from typing import Final

#: seconds before the first, the second ... attempt; a channel that is away over a weekend's night still hears
PAUSES_SECONDS: Final = (0.0, 5.0, 30.0, 120.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 86400.0)

#: no answer of a receiver makes us wait longer than this
LONGEST_RETRY_AFTER_SECONDS: Final = 86400.0

#: a pause becomes up to this much longer, so that what failed together does not come back together
JITTER: Final = 0.1


def next_attempt_seconds(
    attempts: int, retry_after: float | None = None, *, chance: Callable[[], float] = random.random
) -> float | None:
    """Tell how long to wait after so many attempts; None: it was the last one.

    `retry_after` is what the receiver asked for, in seconds; it makes a pause longer, never shorter.
    """
    if attempts >= len(PAUSES_SECONDS):
        return None
    asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS)
    return max(PAUSES_SECONDS[attempts] * (1 + JITTER * chance()), asked)


def signing_key(secret: str) -> bytes:
    """Read a secret of the form `whsec_<base64>` with a key of 24 to 64 bytes. Raises ValueError."""
    prefix, key = secret[:6], base64.b64decode(secret[6:], validate=True)
    if prefix != "whsec_" or not 24 <= len(key) <= 64:  # noqa: PLR2004 - the bounds of Standard Webhooks
        raise ValueError("not whsec_ and the base64 of 24 to 64 bytes")
    return key
