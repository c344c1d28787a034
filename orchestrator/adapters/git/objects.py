"""Objects of a mirror, all in one `cat-file --batch`, each held against its id."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.adapters.git.mirror import Mirror
from orchestrator.adapters.git.process import Deadline

_HASHES = {40: hashlib.sha1, 64: hashlib.sha256}
_HEADER_BYTES = 200
#: author and subject are shown, never stored whole
_SHOWN = 200


class Damaged(Exception):
    """The mirror did not give what an object id promises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitText:
    """Who wrote a commit, and its first line."""

    author: str
    subject: str


def holds_commit(mirror: Mirror, commit: str, deadline: Deadline) -> bool:
    """Tell whether the mirror has this very commit: not a tag, not another id that begins like it."""
    answer = mirror.git("cat-file", "--batch-check", deadline=deadline, given=f"{commit}\n".encode())
    return answer.startswith(f"{commit} commit ".encode())


def is_ancestor(mirror: Mirror, commit: str, head: str, deadline: Deadline) -> bool:
    """Tell whether a commit is reached from another; the mirror has both."""
    beyond = mirror.git(
        "rev-list", "--max-count=1", "--end-of-options", commit, f"^{head}", deadline=deadline
    )
    return not beyond


def read_objects(
    mirror: Mirror, commit: str, blobs: Sequence[str], *, content_bytes: int, deadline: Deadline
) -> tuple[CommitText, list[bytes]]:
    """Return what a commit says of itself, and the contents of these blobs in their order.

    `content_bytes` is what the blobs hold together, as git listed them. Raises Damaged.
    """
    written = mirror.git(
        "cat-file",
        "--batch",
        deadline=deadline,
        given="".join(f"{id_}\n" for id_ in (commit, *blobs)).encode(),
        most_bytes=content_bytes + _HEADER_BYTES * len(blobs) + 2**20,
    )
    start, text = _next_object(written, 0, commit, b"commit")
    contents = []
    for id_ in blobs:
        start, content = _next_object(written, start, id_, b"blob")
        contents.append(content)
    return _commit_text(text), contents


def _next_object(written: bytes, start: int, id_: str, kind: bytes) -> tuple[int, bytes]:
    """Read `<id> <kind> <size>`, a line's end, and so many bytes; return where the next one begins."""
    end_of_header = written.find(b"\n", start)
    header = written[start:end_of_header].split(b" ")
    if header[:2] != [id_.encode(), kind]:
        raise Damaged(id_)
    first = end_of_header + 1
    last = first + int(header[2])
    content = written[first:last]
    if _HASHES[len(id_)](b"%b %d\0" % (kind, len(content)) + content).hexdigest() != id_:
        raise Damaged(id_)
    return last + 1, content


def _commit_text(raw: bytes) -> CommitText:
    headers, _, message = raw.partition(b"\n\n")
    fields = dict(line.partition(b" ")[::2] for line in headers.split(b"\n"))
    encoding = fields.get(b"encoding", b"utf-8").decode("ascii", "replace")
    author = fields.get(b"author", b"").partition(b" <")[0]
    first_line = message.strip().partition(b"\n")[0]
    return CommitText(author=_shown(author, encoding), subject=_shown(first_line, encoding))


def _shown(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding, "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:_SHOWN]
