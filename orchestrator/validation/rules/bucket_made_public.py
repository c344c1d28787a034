"""A bucket that becomes public, with the files that are in it."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.buckets import BUCKETS, rows_of, says_public
from orchestrator.validation.changes import ChangeRows, Verb
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[ChangeRows]) -> Iterator[Finding]:
    """Report each UPDATE that says so; a new bucket is empty, and public on purpose."""
    change = moment.change
    if change.table != BUCKETS or change.verb is not Verb.UPDATE or "public" not in change.columns:
        return
    for row in rows_of(moment.seen):
        if says_public(row):
            which = f"The bucket {row['id']} becomes" if "id" in row else "Buckets become"
            more = "" if change.has_where else ": the UPDATE has no WHERE, so all of them do"
            yield moment.finding(RULE, f"{which} public{more}", about=BUCKETS)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An UPDATE makes a bucket of files public",
    effect="Whoever knows or guesses a file's address downloads it, and no policy is asked any more",
    remedy="Make a new bucket for what everybody may see; give out single files by signed URLs",
    check=check,
    looks_at=(ChangeRows,),
)
