"""Smoke tests of a database as it is: who may do what now, without a deployment before or after.

The planner is asked about every exposed relation. Where rows may be made up, users who do not exist try to
reach each other's, in transactions that are undone.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from orchestrator.actions.baseline import Baseline
from orchestrator.actions.choosing import Chosen
from orchestrator.actions.progress import Tell, nobody
from orchestrator.actions.project_settings import terms_of
from orchestrator.actions.unapplied import is_of
from orchestrator.actions.unapplied import told as unapplied
from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.declared import TestedFile
from orchestrator.domain.errors import ConfigurationError, TargetError
from orchestrator.domain.finding import Finding, Severity, Verdict, as_set, verdict_of, worst_first
from orchestrator.domain.matrix import ExposedRelation, Matrix
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.opening import Opening
from orchestrator.domain.target import MadeUpRows, TargetPolicy
from orchestrator.probes.declared import run as declared
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.probes.rules import declared_test_failed
from orchestrator.probes.seeding.seeded import seed_and_try
from orchestrator.validation.split import decode
from orchestrator.validation.sql_text import SqlText

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from orchestrator.ports import Database, Scratch

#: what is asked where no database is named
_MADE: Final = "a Supabase-like database made of the migrations"
#: so many names that may have been meant are told
_MEANT: Final = 3


class Asked(Protocol):
    """Something that can be asked: a target, or a scratch copy."""

    def asking(self) -> "AbstractContextManager[Database]":
        """Open a transaction that only reads and is always undone."""
        ...

    def probing(self) -> "AbstractContextManager[Database]":
        """Open a transaction that may write, and is always undone."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked."""

    #: schemas that the API exposes
    schemas: tuple[str, ...] = ("public",)
    #: relations as people name them; empty: all
    relations: tuple[str, ...] = ()
    #: why no rows are made up; empty: they are
    without_rows: str = ""
    #: what the operator made of rules, by id; None switches a rule off
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    #: what is declared as meant to be open
    openings: Sequence[Opening] = ()
    #: as whom is asked besides
    identities: Sequence[AddedIdentity] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Smoked:
    """What smoke tests showed."""

    #: what was asked, for people
    about: str
    matrix: Matrix
    #: worst first
    findings: tuple[Finding, ...]
    #: why no rows were made up; empty: they were
    without_rows: str = ""
    #: what came of the tests that the checkout declares; never of a target
    tested: tuple[TestedFile, ...] = ()
    #: files that findings are about
    files: tuple[SqlText, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Refuse as soon as one finding is an error."""
        return verdict_of(self.findings)


def why_no_rows(
    asked: bool | None,  # noqa: FBT001  # an option that was not given is neither
    *,
    policy: TargetPolicy | None = None,
    on_this_machine: bool = False,
) -> str:
    """Decide whether rows are made up: return why not, or nothing where they are.

    `asked` is what a person said. A target is asked by its settings, any other database by where it is.
    Raises ConfigurationError: a person wants what the settings never allow.
    """
    if asked is False:
        return "--no-rows"
    if policy is not None and asked and policy.made_up_rows is MadeUpRows.NEVER:
        raise ConfigurationError(
            f"targets.{policy.name}.made_up_rows allows no rows to be made up there",
            code="rows-not-allowed",
            remedy="leave --rows out, or set it to scratch: then a person may ask for them",
            target=policy.name,
        )
    if asked:
        return ""
    if policy is None:
        return (
            "" if on_this_machine else "the database is on another machine; --rows makes them up all the same"
        )
    if policy.rows_live:
        return ""
    setting = f"targets.{policy.name}.made_up_rows is {policy.made_up_rows.value}"
    return setting if not policy.rows_on_scratch else f"{setting}; --rows makes them up all the same"


def smoke(asked: Asked, wanted: Wanted, *, about: str, tell: Tell = nobody, on_copy: bool = False) -> Smoked:
    """Ask a database who may do what, and judge it as it is; `on_copy`: nobody's rows are there.

    Raises ConfigurationError for a relation that there is not; TargetError, Unavailable.
    """
    tell(f"asking {about}")
    with asked.asking() as database:
        matrix = ask(database, wanted.schemas, identities=wanted.identities)
    matrix = _only(matrix, wanted)
    openings = wanted.openings if not wanted.relations else _of(matrix, wanted.openings)
    if not wanted.without_rows:
        tell("making up rows")
        matrix = seed_and_try(asked.probing, matrix, on_copy=on_copy, identities=wanted.identities)
    return Smoked(
        about=about,
        matrix=matrix,
        findings=worst_first(as_set(judge(None, matrix, openings=openings), wanted.severities)),
        without_rows=wanted.without_rows,
    )


def smoke_files(
    chosen: Chosen,
    *,
    scratch: "Scratch",
    relations: Sequence[str] = (),
    without_rows: str = "",
    tell: Tell = nobody,
) -> Smoked:
    """Make a Supabase-like database of a folder's migrations, ask it, and run the tests that are declared.

    A migration that fails is a finding. Declared tests are left out where only some relations are wanted.
    Raises the same.
    """
    terms = terms_of(chosen.home)
    tell(f"making a database of {len(chosen.files)} files")
    base = Baseline.of(chosen, None)
    try:
        copy = scratch.build([*base.files, *_migrations(chosen)], target_major=terms.server_major)
    except TargetError as error:
        if not is_of(chosen.files, error):
            base.build(scratch, target_major=terms.server_major)  # says what is wrong with it
            raise
        failed = (unapplied(error, base, chosen.files),)
        return Smoked(
            about=_MADE, matrix=Matrix(), findings=failed, without_rows=without_rows, files=chosen.files
        )
    wanted = Wanted(schemas=terms.exposed_schemas, relations=tuple(relations), without_rows=without_rows)
    with scratch.playing(copy, together=True) as play:
        smoked = smoke(play, wanted, about=_MADE, tell=tell, on_copy=True)
        if relations or not chosen.tests:
            return smoked
        tell("running declared tests")
        with play.probing() as database:
            tested = declared.run(database, chosen.tests, folder=chosen.tests_folder)
    findings = worst_first((*smoked.findings, *declared_test_failed.check(tested, ())))
    return replace(smoked, findings=findings, tested=tested)


def _migrations(chosen: Chosen) -> Iterator[tuple[Migration, str]]:
    for file in chosen.files:
        migration = Migration.of(SqlFile(path=file.path, sha256=checksum(file.content)))
        if migration is not None:
            yield migration, decode(file.content)


def _only(matrix: Matrix, wanted: Wanted) -> Matrix:
    """Keep what was named, the partitions of it, and the views and functions that expose it."""
    if not wanted.relations:
        return matrix
    names = {name for word in wanted.relations for name in _named(word, matrix.relations, wanted.schemas)}
    kept = {each.name for each in matrix.relations if each.name in names or each.partition_of in names}
    relations = tuple(each for each in matrix.relations if each.name in kept or kept & {*each.bypasses})
    functions = tuple(each for each in matrix.functions if kept & {*each.reads})
    objects = {each.name for each in relations} | {each.name for each in functions}
    return Matrix(
        relations=relations,
        functions=functions,
        unfit=matrix.unfit,
        notices=tuple(each for each in matrix.notices if each.object in objects),
    )


def _of(matrix: Matrix, openings: Sequence[Opening]) -> list[Opening]:
    """Keep the openings of what is looked at: of others nobody can say whether there is anything open."""
    looked_at = {each.name for each in matrix.relations} | {each.name for each in matrix.functions}
    return [each for each in openings if each.object in looked_at]


def _named(word: str, relations: Sequence[ExposedRelation], schemas: Collection[str]) -> list[str]:
    """Find what a person means by a name, with or without its schema and its quotes."""
    plain = word.replace('"', "")
    known = {each.name: each.name.replace('"', "") for each in relations}
    found = [name for name, full in known.items() if plain in (full, full.partition(".")[2])]
    if found:
        return found
    spelled = {full: name for name, full in known.items()}
    spelled |= {full.partition(".")[2]: name for name, full in known.items()}
    near = difflib.get_close_matches(plain, list(spelled), n=_MEANT)
    meant = " or ".join(dict.fromkeys(spelled[each] for each in near))
    raise ConfigurationError(
        f"no relation {word!r} is exposed",
        code="relation-unknown",
        remedy=f"did you mean {meant}?" if meant else f"exposed is what lies in {', '.join(schemas)}",
        relation=word,
    )
