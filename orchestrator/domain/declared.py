"""Tests that a project declares: pgTAP files and the table of rights in rls.yaml, and what came of each."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

#: the one file that is no SQL; it lies directly in the folder of tests
RLS_FILE: Final = "rls.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class TestFile:
    """A file of the folder of tests: one to run, or one that another includes."""

    __test__ = False

    #: in the repository, e.g. "supabase/tests/database/orders.test.sql"
    path: str
    text: str


class TestOutcome(StrEnum):
    """What came of one test."""

    __test__ = False

    PASS = "pass"
    FAIL = "fail"
    #: the file says that it was not carried out
    SKIP = "skip"
    #: the file says that it is not expected to pass yet
    TODO = "todo"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredTest:
    """One test of a file."""

    file: str
    #: 1-based, of the statement that it came from, or of its key in rls.yaml
    line: int
    #: as the file counts them, from 1
    number: int
    name: str
    outcome: TestOutcome
    #: what the file or the database said about a failure; else the reason for SKIP and TODO
    detail: str = ""


class FileOutcome(StrEnum):
    """What came of a whole file."""

    #: everything that was planned ran, and nothing failed
    PASSED = "passed"
    #: a test failed, or others ran than were planned
    FAILED = "failed"
    #: a statement ended in an error, so that the rest did not run
    ERROR = "error"
    #: it wants something that is not done here, or cannot be read; nothing after that ran
    REFUSED = "refused"
    #: it says itself that it is to be left out
    SKIPPED = "skipped"
    #: it ran and tests nothing: it prepares what later files use
    NO_TESTS = "no-tests"
    #: another file includes it; it does not run by itself
    INCLUDED = "included"
    #: its turn never came
    NOT_RUN = "not-run"


#: outcomes that speak against a deployment. NOT_RUN says nothing either way, and never counts as passed
FAILURES: Final = frozenset({FileOutcome.FAILED, FileOutcome.ERROR, FileOutcome.REFUSED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong with a file, where, and what to do about it."""

    #: 1-based; in an included file it is the line of that file
    line: int
    #: what is wrong, naming the command, the key or the object
    message: str
    remedy: str = ""
    #: where the line is; empty: in the file itself
    file: str = ""
    #: the database's code, where the database said it
    sqlstate: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TestedFile:
    """What came of one file."""

    __test__ = False

    path: str
    outcome: FileOutcome
    tests: tuple[DeclaredTest, ...] = ()
    #: why it is neither passed nor failed by its tests alone
    mistakes: tuple[Mistake, ...] = ()
    seconds: float = 0.0


def folder_of_tests(directory: str) -> str:
    """Return where tests lie, beside `migrations/`, as a plain path in the repository."""
    return str(PurePosixPath(directory) / "tests")


def text_of(content: bytes) -> str:
    """Read a file's bytes; what is not UTF-8 becomes signs that no statement can do with."""
    return content.decode("utf-8-sig", "replace")
