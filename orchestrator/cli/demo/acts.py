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
LEAK: Final = ("20260316080000", "20260316081000")
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
_ALL = _APPLIED + CARELESS + LEAK + UNRELATED

STORY: Final = (
    ADOPTION,
    Act(
        number=1,
        headline="Three good migrations",
        before="Customer services, quotes with identity checks, partners with their papers.",
        moral="Applied in order, each with its history row in one transaction, and the policies were tested.",
        pushes=(
            Push(
                target=STAGING,
                author="Lindiwe Mokoena",
                subject="Customer services, KYC sessions and partners",
                files="1-three-good-migrations",
                status=Status.SUCCEEDED,
                exemplary=True,
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
        before="The branch is put back and forced, as teams do. A good new table; then a bulk load, which "
        "puts a statement together while it runs: row level security off, and never on again.",
        moral="Both had committed. The smoke stage asked the live database, and the rollbacks ran by "
        "themselves.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Phone verifications, loaded from the shops",
                files="3-hidden-leak",
                take_back=True,
                status=Status.ROLLED_BACK,
                because=("rls-disabled",),
                noted=("hidden-sql",),
                history=_APPLIED,
                held=LEAK,
            ),
        ),
    ),
    Act(
        number=4,
        headline="Something unrelated, on top of it",
        before="An index. The culprit of act 3 is still in the branch, unchanged.",
        moral="Held by its checksum, not by its commit: the culprit was not tried a second time.",
        pushes=(
            Push(
                target=STAGING,
                author="Lindiwe Mokoena",
                subject="Index open orders",
                files="4-unrelated",
                status=Status.REFUSED,
                because=("held",),
                history=_APPLIED,
                held=LEAK,
            ),
        ),
    ),
    Act(
        number=5,
        headline="All of it is mended, and goes live",
        before="Acts 2 and 3 once more, done right: numbers that customers share are set aside first; the "
        "oldest account keeps its own. Then main takes over.",
        moral="The same files on both, in the same order; the new project is live.",
        pushes=(
            Push(
                target=STAGING,
                author="Ruben Visser",
                subject="Everything again, done right",
                files="5-fix",
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
