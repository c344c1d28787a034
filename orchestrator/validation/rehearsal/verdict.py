"""What is to be said of a way back, from what it left behind. Pure: the stage carries it out."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from orchestrator.domain.facts import Change, Fact, parts_of
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import RollbackProof, RollbackSource, RollbackVerdict
from orchestrator.validation.grammar.passwords import passwords_in
from orchestrator.validation.sql_text import SqlText

#: SQL that is put together while it runs, or that speaks of a role without its name
_MAY_MEAN_ANY_ROLE: Final = re.compile(
    r"\b(?:execute|format|current_user|current_role|session_user)\b", re.IGNORECASE
)
_EVERY_ROLE: Final = re.compile(r"\b(?:role|user)\s+all\b", re.IGNORECASE)


def proof_of(migration: Migration, verdict: RollbackVerdict, **found: Any) -> RollbackProof:  # noqa: ANN401
    """Return a proof whose source is still to be said."""
    return RollbackProof(version=migration.version, source=RollbackSource.NONE, verdict=verdict, **found)


def judged(
    migration: Migration,
    residue: tuple[Change, ...],
    *,
    lost: Sequence[str],
    unsure: Sequence[str],
    same_enums: Collection[str],
) -> RollbackProof:
    """Judge a way back that ran.

    `residue` is what is not as before; `unsure` what nobody can tell, or stays where it was not; `lost` what
    does not come back; `same_enums` the enumerations that are the ones that were there before.
    """
    verdict = _verdict(residue, lost=lost, unsure=unsure, same_enums=same_enums)
    return proof_of(migration, verdict, residue=residue, losses=(*lost, *unsure))


def _verdict(
    residue: Sequence[Change], *, lost: Sequence[str], unsure: Sequence[str], same_enums: Collection[str]
) -> RollbackVerdict:
    if residue:
        no_way = all(_is_new_label(change, same_enums) for change in residue)
        return RollbackVerdict.IRREVERSIBLE if no_way else RollbackVerdict.UNPROVEN
    if unsure:
        return RollbackVerdict.UNPROVEN
    return RollbackVerdict.LOSSY if lost else RollbackVerdict.PROVEN


def _is_new_label(change: Change, same_enums: Collection[str]) -> bool:
    """Tell whether an enum has more labels than before: no server takes one away.

    One that was made anew with other labels could have been made with the old ones.
    """
    if change.kind != "type" or change.before is None or change.after is None:
        return False
    before, after = parts_of(change.before), parts_of(change.after)
    if change.identity not in same_enums or {**before, "labels": ""} != {**after, "labels": ""}:
        return False
    old, new = (each.get("labels", "").split(", ") for each in (before, after))
    return [label for label in new if label in set(old)] == old


def new_passwords(*files: SqlText) -> tuple[str, ...]:
    """Say of which roles the files set a password, one line each: it may not be the old one."""
    text = "\n".join(file.text or "" for file in files)
    found = (role for file in files for part in file.parts for role in passwords_in(part.text))
    return tuple(
        f"the password of {role} is set: nobody can read what it was"
        for role in dict.fromkeys(found)
        if not re.search(
            rf'\bcreate\s+(?:user|role)\s+"?{re.escape(role.removeprefix("role "))}\b', text, re.IGNORECASE
        )
    )


def about_roles_of(facts: Iterable[Fact], *files: SqlText) -> tuple[Fact, ...]:
    """Keep what is said of roles that these files may mean.

    Roles are the server's, and other rehearsals may go on beside this one: what those do is not this one's.
    """
    text = "\n".join(file.text or "" for file in files).lower()
    if not text or _MAY_MEAN_ANY_ROLE.search(text):
        return tuple(facts)
    return tuple(fact for fact in facts if _may_mean(text, fact))


def _may_mean(text: str, fact: Fact) -> bool:
    names = parts_of(fact.definition).get("about", "").split("/")
    return any(_EVERY_ROLE.search(text) if name == "*" else name.lower() in text for name in names)
