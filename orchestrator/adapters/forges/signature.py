"""What shows that a delivery comes from somebody who knows the secret, compared in constant time.

Every secret is tried whatever the others said, so that time tells nothing about which one is in use. An empty
secret never matches: anybody could compute its HMAC.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final

_VERSION: Final = "v1,"


def signed(body: bytes, given: str, secrets: Sequence[bytes]) -> bool:
    """Tell whether `given` is the hexadecimal HMAC-SHA256 of the body under one of the secrets."""
    offered = _bytes(given)
    matches = [
        hmac.compare_digest(hmac.digest(secret, body, "sha256").hex().encode("ascii"), offered)
        for secret in secrets
        if secret
    ]
    return any(matches)


def signed_as(scheme: str, body: bytes, given: str, secrets: Sequence[bytes]) -> bool:
    """Tell the same of a header that names its scheme first, such as sha256=0a1b…; only that one counts."""
    named, _, digest = given.partition("=")
    # the digest is computed whatever the scheme is: every refusal takes the same time
    return signed(body, digest, secrets) and named == scheme


def signed_standard(parts: Sequence[bytes], given: str, keys: Sequence[bytes]) -> bool:
    """Tell whether `given` has the signature of these parts, one behind the other, under one of the keys.

    It is a list of `v1,<base64>`, as Standard Webhooks has it.
    """
    offered = [_bytes(one.removeprefix(_VERSION)) for one in given.split(" ") if one.startswith(_VERSION)]
    wanted = [_standard(parts, key) for key in keys if key]
    matches = [hmac.compare_digest(right, one) for right in wanted for one in offered]
    return any(matches)


def told(given: str, secrets: Sequence[bytes]) -> bool:
    """Tell whether `given` is one of the secrets itself. Digests are compared: no length is told."""
    offered = hashlib.sha256(_bytes(given)).digest()
    matches = [hmac.compare_digest(hashlib.sha256(secret).digest(), offered) for secret in secrets if secret]
    return any(matches)


def _standard(content: Iterable[bytes], key: bytes) -> bytes:
    digest = hmac.new(key, digestmod="sha256")
    for part in content:
        digest.update(part)
    return base64.b64encode(digest.digest())


def _bytes(value: str) -> bytes:
    # bytes, because compare_digest raises for text that is not ASCII; a header's are read as Latin-1
    return value.encode("latin-1", "backslashreplace")
