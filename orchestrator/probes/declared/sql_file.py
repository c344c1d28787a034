"""Run one file of pgTAP tests as psql would, of which nothing stays on the database.

The file's own BEGIN … ROLLBACK becomes a savepoint inside our transaction. What stands outside of it would be
committed by psql: it is kept for the files behind it, and undone with everything at the end.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from orchestrator.domain.declared import FileOutcome, Mistake, TestedFile, TestFile
from orchestrator.domain.errors import TargetError
from orchestrator.probes.declared import pgtap
from orchestrator.probes.declared.psql import Psql, Say, Send
from orchestrator.probes.declared.psql_words import Refused
from orchestrator.probes.declared.queries import query
from orchestrator.probes.declared.session import OURS, Late, Session, sqlstate_of
from orchestrator.probes.declared.tap import Tap

#: where row_values.sql wants the file's own query
_ASKED: Final = "select null as asked"
_BLOCK: Final = "bascule_block"
_STATEMENT: Final = "bascule_statement"
_QUERY_CANCELED: Final = "57014"
_KEPT: Final = "what stands outside of BEGIN … ROLLBACK is there for the files behind this one"


class SqlFile:
    """One run of one file."""

    def __init__(self, session: Session, files: Mapping[str, TestFile], *, folder: str) -> None:
        """Run on this ground; include from these files only."""
        self._session = session
        self._psql = Psql(files, folder=folder)
        self._in_block = False
        self._had_block = False
        #: an error stands in the way until the file's own ROLLBACK
        self._aborted = False
        self._mistakes: list[Mistake] = []
        #: the file says that no other file makes sense either
        self.gave_up = False
        self._controls: Mapping[str, Callable[[Send], None]] = {
            "BEGIN": self._begin,
            "START": self._begin,
            "ROLLBACK": self._rollback,
            "ABORT": self._rollback,
            "COMMIT": self._commit,
            "END": self._commit,
            "PREPARE": self._prepare,
            "SAVEPOINT": self._savepoint,
            "RELEASE": self._savepoint,
        }

    def run(self, file: TestFile) -> TestedFile:
        """Run it to its end, or to what ends it."""
        started, tap = time.monotonic(), Tap(file.path)
        with self._session.for_a_file() as keeping:
            outcome = self._outcome(file, tap)
            # a file that begins no transaction and plans tests was not meant to prepare anything
            keeping.wanted = outcome is FileOutcome.NO_TESTS or (
                self._had_block and outcome in (FileOutcome.PASSED, FileOutcome.FAILED, FileOutcome.SKIPPED)
            )
            if self._in_block:
                self._session.undo(_BLOCK)
        return TestedFile(
            path=file.path,
            outcome=outcome,
            tests=tap.tests,
            mistakes=tuple(self._mistakes),
            seconds=time.monotonic() - started,
        )

    def _outcome(self, file: TestFile, tap: Tap) -> FileOutcome:
        at = Send(text="", words=(), file=file.path, line=1)
        try:
            for step in self._psql.steps(file):
                if isinstance(step, Say):
                    tap.hear(step.text, step.line)
                    continue
                at = step
                for text in self._texts(step):
                    tap.hear(text, step.line)
                if tap.gave_up is not None:
                    break
        except Refused as refused:
            self._mistakes.append(refused.mistake)
            return FileOutcome.REFUSED
        except TargetError as error:
            self._mistakes.append(_mistake(at, error))
            return FileOutcome.ERROR
        except Late:
            late = "the time for this file was over before this statement"
            self._mistakes.append(Mistake(line=at.line, message=late, file=at.file, sqlstate=_QUERY_CANCELED))
            return FileOutcome.ERROR
        outcome, mistakes = tap.verdict()
        self.gave_up = tap.gave_up is not None
        self._mistakes += mistakes
        return outcome

    def _texts(self, step: Send) -> Sequence[str]:
        """Carry a statement out, and return the texts of its answer."""
        control = self._controls.get(step.words[0]) if step.words else None
        if control is not None and not (step.words[0] == "PREPARE" and step.words[1:2] != ("TRANSACTION",)):
            control(step)
            return ()
        if self._aborted or self._is_pgtap(step):
            return ()
        _see_that_it_can_be_sent(step)
        self._session.guard()
        return [text for row in self._answer(step) for text in row if isinstance(text, str)]

    def _answer(self, step: Send) -> list[tuple[Any, ...]]:
        stops = self._psql.is_on("ON_ERROR_STOP")
        alone = not stops and (not self._in_block or self._psql.is_on("ON_ERROR_ROLLBACK"))
        if alone:
            self._session.rows(f"savepoint {_STATEMENT}")
        try:
            found = self._into_variables(step) if step.into is not None else self._session.rows(step.text)
        except TargetError as error:
            if stops:
                raise
            self._mistakes.append(_mistake(step, error))
            if alone:
                self._session.undo(_STATEMENT)
            self._aborted = not alone
            return []
        if alone:
            self._session.rows(f"release savepoint {_STATEMENT}")
        return found

    def _into_variables(self, step: Send) -> list[tuple[Any, ...]]:
        r"""Do what \gset does: the columns of one row become variables."""
        found = self._session.rows(query("row_values").replace(_ASKED, step.text))
        if {place for place, *_ in found} != {1}:
            raise _refused(step, "\\gset wants exactly one row", "let the query give one row")
        for _, name, value, kind in found:
            if kind in ("array", "object"):
                raise _refused(step, f"\\gset of {name}, which is no plain value", f"write {name}::text")
            if value is None:
                self._psql.variables.pop(f"{step.into}{name}", None)
            else:
                self._psql.variables[f"{step.into}{name}"] = value
        return []

    def _is_pgtap(self, step: Send) -> bool:
        """Tell whether a statement creates or drops pgTAP, which is there already and stays."""
        verb, words = step.words[:2], [word for word in step.words if word not in ("IF", "NOT", "EXISTS")]
        if verb not in (("CREATE", "EXTENSION"), ("DROP", "EXTENSION")) or len(words) < 3:  # noqa: PLR2004  # name
            return False
        if words[2].strip('"').lower() != "pgtap" or "," in step.text:
            return False
        if verb[0] == "CREATE" and "SCHEMA" in words[3:-1]:
            named = words[words.index("SCHEMA", 3) + 1]
            schema = named[1:-1] if named.startswith('"') else named.lower()
            pgtap.provide_in(self._session, schema)
        return True

    def _begin(self, step: Send) -> None:
        if step.words[0] == "START" and step.words[1:2] != ("TRANSACTION",):
            return
        self._had_block = True
        if not self._in_block:
            self._session.rows(f"savepoint {_BLOCK}")
        self._in_block = True

    def _rollback(self, step: Send) -> None:
        if "PREPARED" in step.words:
            raise _refused(
                step, "ROLLBACK PREPARED ends a transaction that is none of this file's", "leave it out"
            )
        if "TO" in step.words:
            self._savepoint(step)
            self._aborted = False
            return
        if self._in_block:
            self._session.undo(_BLOCK)
        self._in_block = self._aborted = False
        if "CHAIN" in step.words and "NO" not in step.words:
            self._begin(step)

    def _commit(self, step: Send) -> None:
        raise _refused(
            step,
            f"{step.words[0]} would keep what the file did; nothing of a test is ever kept",
            f"end with ROLLBACK. To prepare something, take BEGIN and {step.words[0]} away: {_KEPT}",
        )

    def _prepare(self, step: Send) -> None:
        raise _refused(step, "PREPARE TRANSACTION would leave a transaction behind", "end with ROLLBACK")

    def _savepoint(self, step: Send) -> None:
        if any(word.strip('"').lower().startswith(OURS) for word in step.words):
            raise _refused(step, f"a savepoint whose name begins with {OURS}", "give it another name")
        if self._aborted and step.words[0] != "ROLLBACK":
            return
        self._session.rows(step.text)


def _see_that_it_can_be_sent(step: Send) -> None:
    if step.words[:1] == ("COPY",) and {"STDIN", "STDOUT"} & {*step.words}:
        raise _refused(step, "COPY from or to psql is not carried out here", "write INSERT, or SELECT")


def _refused(step: Send, message: str, remedy: str) -> Refused:
    return Refused(Mistake(line=step.line, message=message, remedy=remedy, file=step.file))


def _mistake(step: Send, error: TargetError) -> Mistake:
    return Mistake(line=step.line, message=error.message, file=step.file, sqlstate=sqlstate_of(error))
