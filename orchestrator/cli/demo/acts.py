"""The story as data: what each act pushes, and how it is to end. examples/telecom/README.md tells it."""

from dataclasses import dataclass
from typing import Final

from orchestrator.domain.deployment import Status

STAGING: Final = "staging"
PRODUCTION: Final = "production"
#: which branch a target follows
BRANCHES: Final = {STAGING: "staging", PRODUCTION: "main"}

#: versions, by the folder that holds their files
BASELINE: Final = ("20251103080000", "20251103081500", "20251110090000", "20251124140000")
GOOD: Final = ("20260302091000", "20260302092000", "20260302093000")
CARELESS: Final = ("20260309100000", "20260309101000", "20260309102000")
PHONES: Final = ("20260316080000", "20260316081000")
ADDRESSES: Final = ("20260317090000",)
UNRELATED: Final = ("20260317150000",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """One `git push`, and what is to come of it."""

    target: str
    author: str
    #: the commit's first line
    subject: str
    #: the folder below acts/ whose files are copied over the checkout; None: `staging` is merged
    files: str | None
    #: take the last commit of the branch back first, and force the branch
    take_back: bool = False

    status: Status
    #: why it was not let through: rules, codes of errors, or SQLSTATEs
    because: tuple[str, ...] = ()
    #: rules that only noted something; the story shows these notes
    noted: tuple[str, ...] = ()
    #: no rule has anything to say, not even a note
    exemplary: bool = False
    #: every version whose way back the rehearsal is to prove; empty: the story does not speak of that
    proven: tuple[str, ...] = ()
    #: every version in the target's history afterwards
    history: tuple[str, ...]
    #: every version of which a form failed, and is not tried again unchanged
    held: tuple[str, ...] = ()
    #: show who may do what afterwards
    shows_matrix: bool = False
    #: the target's schema is to equal this other target's afterwards
    same_as: str = ""

    @property
    def branch(self) -> str:
        """The branch that is pushed."""
        return BRANCHES[self.target]

    @property
    def leaves_no_trace(self) -> bool:
        """The target is to be exactly as before."""
        return self.status is not Status.SUCCEEDED


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A headline and its pushes."""

    number: int
    headline: str
    #: what the audience has to know before
    before: str
    #: what just happened, in a sentence
    moral: str
    pushes: tuple[Push, ...] = ()


ADOPTION: Final = Act(
    number=0,
    headline="Both targets are taken under care",
    before="staging is a copy of a live system: four migrations in its history, 240 customers, 420 orders. "
    "production is a new, empty project. Until a target is adopted, pushes only wait.",
    moral="Each got a row of ours that keeps others out, and nothing else; from now on a push is enough.",
)

_APPLIED = BASELINE + GOOD
_ALL = _APPLIED + CARELESS + PHONES + ADDRESSES + UNRELATED

STORY: Final = (
    ADOPTION,
    Act(
        number=1,
        headline="Three good migrations",
        before="Customer services, quotes with identity checks, partners with their papers.",
        moral="First on a copy of staging, which has no rows: up, down, as before, up again. Then on staging "
        "itself, each with its history row in one transaction.",
        pushes=(
            Push(
                target=STAGING,
                author="Lindiwe Mokoena",
                subject="Customer services, KYC sessions and partners",
                files="1-three-good-migrations",
                status=Status.SUCCEEDED,
                exemplary=True,
                proven=GOOD,
                history=_APPLIED,
                shows_matrix=True,
            ),
        ),
    ),
    Act(
        number=2,
        headline="One careless push",
        before="A table without row level security; a policy that asks itself for ever; one customer per "
        "phone number, where customers of the live system share some, which no test database knows.",
        moral="Refused before anything was begun, each with its place and the way out; the rows in the way "
        "were counted on the target itself.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Referral codes, branches, unique phones",
                files="2-careless",
                status=Status.REFUSED,
                because=("policy-recursion", "row-security-missing", "rows-in-the-way"),
                history=_APPLIED,
            ),
        ),
    ),
    Act(
        number=3,
        headline="A leak that does not stand in the text",
        before="The branch is put back and forced, as teams do. A good new table, whose rollback nobody "
        "wrote; then a bulk load, which puts a statement together while it runs: row level security off, and "
        "never on again.",
        moral="The review could only note it. The rehearsal did it, on a copy, and asked who may do what: "
        "staging never saw the leak. The rollback that was missing is drafted, and proven.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Phone verifications, loaded from the shops",
                files="3-hidden-leak",
                take_back=True,
                status=Status.REFUSED,
                because=("rls-disabled", "rollback-unproven"),
                noted=("hidden-sql", "rollback-drafted"),
                history=_APPLIED,
            ),
        ),
    ),
    Act(
        number=4,
        headline="What only the live rows know",
        before="The load is mended; the table's rollback is still not written. On top, one active line per "
        "address: a unique index over a function of the project's own. But people in flats share one.",
        moral="No text shows it, no copy without rows, no count beforehand. Two migrations had committed, "
        "and were taken back at once: the load by its author's rollback, the table by the proven draft.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Load mended; one line per address",
                files="4-live-rows",
                status=Status.ROLLED_BACK,
                because=("23505",),
                noted=("rollback-drafted",),
                proven=(PHONES[0], *ADDRESSES),
                history=_APPLIED,
                held=ADDRESSES,
            ),
        ),
    ),
    Act(
        number=5,
        headline="Something unrelated, on top of it",
        before="An index. The culprit of act 4 is still in the branch, unchanged.",
        moral="Held by its checksum, not by its commit: the culprit was not tried a second time.",
        pushes=(
            Push(
                target=STAGING,
                author="Lindiwe Mokoena",
                subject="Index open orders",
                files="5-unrelated",
                status=Status.REFUSED,
                because=("held",),
                history=_APPLIED,
                held=ADDRESSES,
            ),
        ),
    ),
    Act(
        number=6,
        headline="All of it is mended, and goes live",
        before="Acts 2 and 4 once more, done right. Numbers that customers share are set aside first: that "
        "changes rows, so its rollback is not proven but allowed, with the author's reason in the file. Then "
        "main takes over.",
        moral="The same files on both, in the same order; the new project is live.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Everything again, done right",
                files="6-mended",
                status=Status.SUCCEEDED,
                history=_ALL,
            ),
            Push(
                target=PRODUCTION,
                author="Nomsa Dlamini",
                subject="Merge pull request #12 from example/staging",
                files=None,
                status=Status.SUCCEEDED,
                history=_ALL,
                same_as=STAGING,
            ),
        ),
    ),
)
