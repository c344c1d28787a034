"""Every rule that a finding can name, of whatever stage, with its page: what people may look up.

Rules over SQL and history say condition, effect and remedy in their code; those of the other stages make them
up from what they see, so their pages begin with the general form.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Final

from orchestrator.domain.deployment import Stage
from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Severity, Source
from orchestrator.domain.plan import OutOfOrder, WhenFilesChange, WhenFilesLeave
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.rules import (
    COPY_RULES,
    PERMISSION_RULES,
    PLAN_RULES,
    REHEARSAL_RULES,
    RULES,
    SOURCE_RULES,
)

#: where pages lie, from the root of the repository
_CHECKOUT: Final = PurePosixPath("orchestrator/stages/checkout_rules")
_OBSERVE: Final = PurePosixPath("orchestrator/stages/observe_rules")
_SMOKE: Final = PurePosixPath("orchestrator/probes/rules")
_LINTS: Final = PurePosixPath("orchestrator/probes/lints")
_VALIDATION: Final = PurePosixPath("orchestrator/validation/rules")
_HOMES: Final = frozenset({_CHECKOUT, _OBSERVE, _SMOKE, _LINTS, _VALIDATION})
#: whose pages say all, and who looks there
_OF_PAGES: Final = {
    _CHECKOUT: (Stage.CHECKOUT, Source.TREE),
    _OBSERVE: (Stage.OBSERVE, Source.PREFLIGHT),
    _SMOKE: (Stage.SMOKE, Source.SMOKE),
    _LINTS: (Stage.SMOKE, Source.SMOKE),
}

_HEAD: Final = re.compile(
    r"# (?P<rule>[a-z0-9-]+)\n\n"
    r"- severity: (?P<severity>\w+)\n"
    r"- condition: (?P<condition>.+)\n"
    r"- effect: (?P<effect>.+)\n"
    r"- remedy: (?P<remedy>.+)\n\n"
)
#: letters that a part of a name must have to lead to rules, and how many of them are named
_WORD: Final = 3
_NEAREST: Final = 5
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)

#: gives what to write for a link: its text and where it leads; a rule is "#rule-id", a document "docs/…"
Write = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is to be told about one rule."""

    #: its id, e.g. "syntax-error"
    rule: str
    #: the stage that looks
    stage: Stage
    source: Source
    #: the usual one; the page says when it is another
    severity: Severity
    condition: str
    effect: str
    remedy: str
    #: whether a comment in the SQL may allow it
    may_be_allowed: bool
    #: whether a target's settings may give it another severity
    may_be_set: bool
    #: Markdown below the page's heading; links lead from where the page lies
    page: str
    #: the page's path, from the root of the repository
    path: str

    def linked(self, write: Write) -> str:
        """Return the page with its links rewritten; code stays as it is."""
        parts = _FENCE.split(self.page)
        folder = PurePosixPath(self.path).parent
        parts[::2] = [
            _LINK.sub(lambda link: write(link[1], _aim(link[2], folder)), part) for part in parts[::2]
        ]
        return "".join(parts)


@cache
def rulebook() -> tuple[Entry, ...]:
    """Return all rules: by stage in the order in which stages look, then by name."""
    entries = [*map(_of_validation, RULES), *chain.from_iterable(map(_own_pages, _OF_PAGES))]
    order = list(Stage)
    return tuple(sorted(entries, key=lambda entry: (order.index(entry.stage), entry.rule)))


def entry_of(rule: str) -> Entry:
    """Find a rule, however it is spelled. Raises ConfigurationError with the nearest names."""
    entries = {entry.rule: entry for entry in rulebook()}
    named, rule = rule, rule.strip().lower().replace("_", "-")
    if rule not in entries:
        near = [each for each in entries if len(rule) >= _WORD and rule in each][:_NEAREST]
        near = near or difflib.get_close_matches(rule, entries, n=3)
        raise ConfigurationError(
            f"there is no rule {named!r}",
            code="rule-unknown",
            remedy=f"did you mean {' or '.join(near)}?" if near else "bascule rules lists them all",
            rule=named,
        )
    return entries[rule]


def severity_on(entry: Entry, policy: TargetPolicy) -> Severity | None:
    """Return what a rule is on a target; None where it is switched off there."""
    if entry.rule == "target-drifted" and policy.when_drifted is WhenDrifted.IGNORE:
        return None
    eased = {
        "target-drifted": Severity.ERROR if policy.when_drifted is WhenDrifted.REFUSE else None,
        "out-of-order": Severity.NOTE if policy.out_of_order is OutOfOrder.APPLY else None,
        "file-left": Severity.WARNING if policy.when_files_leave is WhenFilesLeave.WARN else None,
        "file-edited": Severity.WARNING if policy.when_files_change is WhenFilesChange.WARN else None,
    }
    return policy.severities.get(entry.rule, eased.get(entry.rule) or entry.severity)


def stages(entries: Iterable[Entry]) -> tuple[Stage, ...]:
    """Name the stages of these rules, in the order in which they look."""
    return tuple(dict.fromkeys(entry.stage for entry in entries))


def _stage_of(rule: AnyRule) -> Stage:
    if rule in REHEARSAL_RULES:
        return Stage.REHEARSE
    return Stage.PLAN if rule in PLAN_RULES else Stage.VALIDATE


def _of_validation(rule: AnyRule) -> Entry:
    path = _VALIDATION / f"{rule.id.replace('-', '_')}.md"
    return Entry(
        rule=rule.id,
        stage=_stage_of(rule),
        source=rule.source,
        severity=rule.severity,
        condition=rule.condition,
        effect=rule.effect,
        remedy=rule.remedy,
        # a comment speaks for its file, and a source that is missing has none, nor has a copy
        may_be_allowed=rule.may_be_allowed and rule not in (*SOURCE_RULES, *COPY_RULES),
        # a comment about comments would be in vain; an operator may have other views of them
        may_be_set=rule.may_be_allowed or rule in PERMISSION_RULES,
        page=_text(path).removeprefix(f"# {rule.id}").strip(),
        path=str(path),
    )


def _own_pages(folder: PurePosixPath) -> Iterator[Entry]:
    """Read the pages of rules whose code says nothing in general."""
    for file in _folder(folder).iterdir():
        if file.name.endswith(".md"):
            yield _of_page(folder / file.name)


def _of_page(path: PurePosixPath) -> Entry:
    text = _text(path)
    head = _HEAD.match(text)
    assert head is not None, f"{path} does not begin with severity, condition, effect and remedy"
    stage, source = _OF_PAGES[path.parent]
    return Entry(
        rule=head["rule"],
        stage=stage,
        source=source,
        severity=Severity(head["severity"]),
        condition=head["condition"],
        effect=head["effect"],
        remedy=head["remedy"],
        may_be_allowed=False,
        # what keeps a commit from being read keeps it from being deployed, whatever anybody thinks of it
        may_be_set=stage is not Stage.CHECKOUT or head["severity"] != Severity.ERROR,
        page=text[head.end() :].strip(),
        path=str(path),
    )


def _folder(folder: PurePosixPath) -> Traversable:
    room, *below = folder.parts
    return resources.files(room).joinpath(*below)


def _text(path: PurePosixPath) -> str:
    return _folder(path.parent).joinpath(path.name).read_text(encoding="utf-8")


def _aim(link: str, folder: PurePosixPath) -> str:
    """Say where a link of a page leads: a rule, a document by its path from the root, or another site."""
    if link.startswith(("#", "https://", "http://")):
        return link
    path, mark, anchor = link.partition("#")
    aim = PurePosixPath(normpath(folder / path))
    if aim.parent in _HOMES and aim.suffix == ".md":
        return f"#{aim.stem.replace('_', '-')}"
    return f"{aim}{mark}{anchor}"
