"""What a forge does after a push: tell the webhook. Git runs this in the bare repository.

    post_receive.py URL SECRET_FILE      one line "before after ref" for each ref on standard input

The delivery is what GitHub sends: a push, and for a merge into the default branch the closed pull request as
well. Run by its path and with the standard library alone, so that a push does not wait for imports; the
secret is read from a file that only its owner can read.
"""

import hashlib
import hmac
import json
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

_SECONDS = 10
_HEADS = "refs/heads/"
_DEFAULT_BRANCH = "main"
_MERGE_PARENTS = 2
_FIELDS = ("author", "email", "time", "parents", "subject")


def main(url: str, secret_file: str) -> None:
    """Deliver what was pushed. It cannot fail the push: the refs were moved already."""
    secret = Path(secret_file).read_bytes()
    for line in sys.stdin:
        before, after, ref = line.split()
        for event, payload in deliveries(before, after, ref):
            sys.stdout.write(f"webhook {event}: {_send(url, secret, event, payload)}\n")


def deliveries(before: str, after: str, ref: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of one moved ref, each with its payload."""
    deleted = not after.strip("0")
    head = {} if deleted else _commit(after)
    common = {"repository": _repository(), "sender": {"login": head.get("author", ""), "type": "User"}}
    push = {
        "ref": ref,
        "before": before,
        "after": after,
        "base_ref": None,
        "created": not before.strip("0"),
        "deleted": deleted,
        "forced": bool(before.strip("0")) and not deleted and not _contains(after, before),
        "commits": [] if deleted else [_shown(after, head)],
        "head_commit": None if deleted else _shown(after, head),
        "pusher": {"name": head.get("author", ""), "email": head.get("email", "")},
        **common,
    }
    merged = ref == _HEADS + _DEFAULT_BRANCH and len(head.get("parents", "").split()) == _MERGE_PARENTS
    return [("push", push), *([("pull_request", _pull_request(after, head, common))] if merged else [])]


def _pull_request(commit: str, head: dict[str, str], common: dict[str, Any]) -> dict[str, Any]:
    base, other = head["parents"].split()
    request = {
        "number": 12,
        "state": "closed",
        "title": head["subject"],
        "merged": True,
        "merge_commit_sha": commit,
        "merged_by": {"login": head["author"]},
        "base": {"ref": _DEFAULT_BRANCH, "sha": base},
        "head": {"ref": "staging", "sha": other},
    }
    return {"action": "closed", "number": 12, "pull_request": request, **common}


def _send(url: str, secret: bytes, event: str, payload: dict[str, Any]) -> str:
    """Sign and post; return the answer in a few words."""
    body = json.dumps(payload).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/demo",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-GitHub-Event": event,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # this machine needs no proxy
    try:
        with opener.open(urllib.request.Request(url, body, headers), timeout=_SECONDS) as answer:  # noqa: S310 - http, from our own hook
            return _in_words(answer.status, json.load(answer))
    except urllib.error.HTTPError as refusal:
        return f"{refusal.code} {refusal.reason}"
    except OSError as problem:
        return f"not delivered ({problem}); the branch is found by looking, within a minute"


def _in_words(status: int, answer: dict[str, Any]) -> str:
    made = ", ".join(f"deployment {one['id']}" for one in answer.get("deployments", ()))
    return f"{status} {answer.get('outcome', '')}" + (f", {made}" if made else "")


def _commit(commit: str) -> dict[str, str]:
    told = _git("show", "--no-patch", "--format=%an%n%ae%n%cI%n%P%n%s", commit)
    return dict(zip(_FIELDS, told.splitlines(), strict=False))


def _shown(commit: str, head: dict[str, str]) -> dict[str, Any]:
    """Return a commit as payloads hold it, with the files that it touched."""
    touched: dict[str, list[str]] = {"A": [], "M": [], "D": []}
    told = _git("show", "--format=", "--name-status", "--no-renames", "-m", "--first-parent", commit)
    for line in filter(None, told.splitlines()):
        kind, _, path = line.partition("\t")
        touched.setdefault(kind, []).append(path)
    return {
        "id": commit,
        "message": head["subject"],
        "timestamp": head["time"],
        "author": {"name": head["author"], "email": head["email"]},
        "added": touched["A"],
        "modified": touched["M"],
        "removed": touched["D"],
    }


def _repository() -> dict[str, Any]:
    name = Path.cwd().name.removesuffix(".git")
    return {"id": 1, "name": name, "full_name": f"example/{name}", "default_branch": _DEFAULT_BRANCH}


def _contains(commit: str, earlier: str) -> bool:
    done = subprocess.run(["git", "merge-base", "--is-ancestor", earlier, commit], check=False)  # noqa: S603, S607 - ids that git gave us
    return done.returncode == 0


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603, S607 - ids that git gave us
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
