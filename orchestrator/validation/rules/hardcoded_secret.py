"""A secret that stands in the file."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.expression import Constant
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText

#: a file without any of these is not looked at
_MARKS: Final = (
    *("AKIA", "ASIA", "PRIVATE KEY", "SG.", "eyJ", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-"),
    *("hooks.slack.com", "k_live_", "sb_secret_", "sbp_", "whsec_", "xox"),
)
#: nor one where the word stands before nothing that could be its value, or a URL without a password
_PASSWORD_HINT: Final = re.compile(r"assword\s*(?:--|/\*|[eu]?&?'|\$)", re.IGNORECASE)
_URL_HINT: Final = re.compile(r"://[^\s/:@'\"]*:[^\s/@'\"]+@")
#: secrets that show by their form; what a group "value" catches may be a stand-in
_FORMS: Final = {
    "A secret key of Supabase": re.compile(r"\bsb_secret_[\w-]{16,}"),
    "An access token of Supabase": re.compile(r"\bsbp_(?:v\d_)?[0-9a-f]{32,}"),
    "A secret key of Stripe": re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16,}"),
    "A signing secret of a webhook": re.compile(r"\bwhsec_[A-Za-z0-9+/]{16,}"),
    "An access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "A token of GitHub": re.compile(r"\b(?:gh[opsu]_[A-Za-z0-9]{30,}|github_pat_\w{22,})"),
    "A token of GitLab": re.compile(r"\bglpat-[\w-]{20,}"),
    "A token of Slack": re.compile(r"\bxox[abeoprs]-[\w-]{10,}"),
    "A webhook of Slack": re.compile(r"\bhooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,}"),
    "A key of SendGrid": re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
    "A private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    "A password in a URL": re.compile(r"://[^\s/:@'\"]*:(?P<value>[^\s/:@'\"]+)@(?!localhost\b|127\.)"),
}
_TOKEN: Final = re.compile(r"\beyJ[\w-]{8,}\.(?P<claims>eyJ[\w-]{8,})\.[\w-]{8,}")
#: in SQL that is put together as text
_PASSWORD: Final = re.compile(r"\bpassword\s+'(?P<value>[^']+)'", re.IGNORECASE)
#: <your key>, ${KEY}, {{ key }}, %s, $1, [key], …, xxxx, AWS's AKIA…EXAMPLE
_STAND_IN: Final = re.compile(r"^[<${%\[*:]|^your[-_ ]|x{6}|X{6}|\.\.\.|…|EXAMPLE$")


def check(file: SqlText) -> Iterator[Finding]:
    """Report each constant and comment that holds one, by its kind and place only."""
    if not _may_hold(file.text or ""):
        return
    found: dict[int, str] = {}
    for comment in file.comments:
        said = (file.text or "").find(comment.text, comment.offset)
        found |= {said + offset: kind for offset, kind in _in_text(comment.text)}
    for part in file.parts:
        if _may_hold(part.text):
            for constant in part.constants:
                found |= {part.offset + offset: kind for offset, kind in _in_constant(constant)}
    for offset, kind in sorted(found.items()):
        message = f"{kind} is written into the file"
        yield RULE.finding(message, file=file.path, at=file.place(offset))


def _may_hold(text: str) -> bool:
    if any(mark in text for mark in _MARKS):
        return True
    if ("assword" in text or "ASSWORD" in text) and _PASSWORD_HINT.search(text):
        return True
    return "://" in text and _URL_HINT.search(text) is not None


def _in_constant(constant: Constant) -> Iterator[tuple[int, str]]:
    """Yield where there is one in the statement, and its kind."""
    text = constant.text
    if constant.behind == "password":
        if text and not _STAND_IN.search(text):
            yield constant.offset, "A password"
        return
    written = _PASSWORD.search(text) if "assword" in text.lower() and not constant.is_comment else None
    if written and not _STAND_IN.search(written["value"]):
        yield constant.start + written.start(), "A password"
    for offset, kind in _in_text(text):
        yield constant.start + offset, kind


def _in_text(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first that shows by its form."""
    for token in _TOKEN.finditer(text):
        kind = _kind_of_token(token["claims"])
        if kind is not None:
            yield token.start(), kind
            return
    for kind, form in _FORMS.items():
        for match in form.finditer(text):
            if not _STAND_IN.search(match.groupdict().get("value") or match[0]):
                yield match.start(), kind
                return


def _kind_of_token(claims: str) -> str | None:
    """Read whose token it is; the key for anon, and those of every local Supabase, are no secrets."""
    try:
        said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return "A JSON web token"
    if said.get("iss") == "supabase-demo" or said.get("role") == "anon":
        return None
    return "A service_role key" if said.get("role") == "service_role" else "A JSON web token"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A secret stands in the file",
    effect="It stays in Git's history and in the target's history table, for everybody who may read either",
    remedy="Take it out, have a new one made, and read it where it is needed: from vault.decrypted_secrets",
    check=check,
)
