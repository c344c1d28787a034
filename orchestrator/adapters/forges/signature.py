"""HMAC over the raw bytes, compared in constant time with each active secret."""

import hmac
from collections.abc import Sequence


def signed(body: bytes, given: str, secrets: Sequence[bytes]) -> bool:
    """Tell whether `given` is the hexadecimal HMAC-SHA256 of the body under one of the secrets.

    Every secret is tried whatever the others said, so that time tells nothing about which one is in use. An
    empty secret never matches: anybody could compute its HMAC.
    """
    # bytes, because compare_digest raises for text that is not ASCII
    offered = given.encode("utf-8", "backslashreplace")
    matches = [_matches(body, offered, secret) for secret in secrets if secret]
    return any(matches)


def _matches(body: bytes, offered: bytes, secret: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode("ascii"), offered)
