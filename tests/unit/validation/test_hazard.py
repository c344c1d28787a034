from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.validation.hazard import Blocks, Hazard, Work, duration, seconds_of, severity_of, weigh
from orchestrator.validation.terms import Terms

ORDERS = Name("public", "orders")
SEEN = Finding(
    rule="index-blocks-writes",
    severity=Severity.WARNING,
    source=Source.SQUAWK,
    message="An index is built on public.orders",
    effect="Every INSERT waits until the index is finished",
)
INDEX = Hazard(blocks=Blocks.WRITES, work=Work.INDEX)
REWRITE = Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE)
WAITING = Hazard(blocks=Blocks.EVERYTHING, work=Work.NOTHING)
WEIGHT = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}

works = st.sampled_from(list(Work))
amounts = st.integers(min_value=0, max_value=10**15)


def terms(*transactions: LongTransaction, sizes: dict[Name, Size] | None = None) -> Terms:
    survey = Survey(
        target="staging",
        server_major=18,
        shape=Shape(),
        sizes=sizes or {},
        long_transactions=transactions,
    )
    return Terms(survey=survey)


def of_size(rows: int, size: int) -> Terms:
    return terms(sizes={ORDERS: Size(rows=rows, bytes=size)})


@given(work=works, rows=amounts, more=amounts, size=amounts)
def test_more_rows_never_take_less_time(work: Work, rows: int, more: int, size: int) -> None:
    fewer = seconds_of(work, Size(rows=rows, bytes=size))
    assert fewer <= seconds_of(work, Size(rows=rows + more, bytes=size))


@given(work=works, rows=amounts, size=amounts, more=amounts)
def test_more_bytes_never_take_less_time(work: Work, rows: int, size: int, more: int) -> None:
    smaller = seconds_of(work, Size(rows=rows, bytes=size))
    assert smaller <= seconds_of(work, Size(rows=rows, bytes=size + more))


@given(work=works, rows=amounts, size=amounts, more_rows=amounts, more_bytes=amounts)
def test_a_larger_table_never_weighs_less(
    work: Work, rows: int, size: int, more_rows: int, more_bytes: int
) -> None:
    hazard = Hazard(blocks=Blocks.EVERYTHING, work=work)
    small = weigh(SEEN, hazard, ORDERS, of_size(rows, size))
    large = weigh(SEEN, hazard, ORDERS, of_size(rows + more_rows, size + more_bytes))
    assert WEIGHT[small.severity] <= WEIGHT[large.severity]


@given(rows=amounts, size=amounts)
def test_the_works_are_ordered_by_what_they_do(rows: int, size: int) -> None:
    table = Size(rows=rows, bytes=size)
    order = (Work.NOTHING, Work.SCAN, Work.INDEX, Work.GIN, Work.EXCLUSION)
    times = [seconds_of(work, table) for work in order]
    assert times == sorted(times)
    assert seconds_of(Work.SCAN, table) <= seconds_of(Work.LOOK_UP, table) <= seconds_of(Work.REWRITE, table)


@given(works, st.integers(max_value=10**15, min_value=0), st.sampled_from([None, 0, 10**6, 10**12]))
def test_the_finding_keeps_what_was_seen_and_where(work: Work, rows: int, size: int | None) -> None:
    known = terms() if size is None else of_size(rows, size)
    weighed = weigh(SEEN, Hazard(blocks=Blocks.WRITES, work=work), ORDERS, known)
    assert replace(weighed, severity=SEEN.severity, effect=SEEN.effect, object=None) == SEEN
    assert weighed.object == "public.orders"


def test_without_a_target_a_finding_stays_as_it_is() -> None:
    assert weigh(SEEN, REWRITE, ORDERS, Terms()) is SEEN


def test_a_size_that_is_not_known_is_said_to_be_unknown_and_never_taken_for_small() -> None:
    weighed = weigh(SEEN, REWRITE, ORDERS, terms())
    assert weighed.severity is SEEN.severity
    assert weighed.effect == f"{SEEN.effect}; how much public.orders holds is not known"


def test_ten_rows_are_a_note() -> None:
    weighed = weigh(SEEN, INDEX, ORDERS, of_size(10, 8192))
    assert weighed.severity is Severity.NOTE
    assert weighed.effect == (
        "public.orders has about 10 rows in 8.2 kB: writes wait for about 1 ms (index build)"
    )


def test_a_second_is_a_warning() -> None:
    weighed = weigh(SEEN, INDEX, ORDERS, of_size(1_000_000, 100_000_000))
    assert weighed.severity is Severity.WARNING
    assert weighed.effect == (
        "public.orders has about 1.0 million rows in 100.0 MB: writes wait for about 867 ms (index build)"
    )


def test_ten_million_rows_are_refused() -> None:
    weighed = weigh(SEEN, REWRITE, ORDERS, of_size(10_000_000, 1_000_000_000))
    assert weighed.severity is Severity.ERROR
    assert weighed.effect.endswith("reads and writes wait for about 20 s (rewrite)")


def test_how_long_is_too_long_is_the_target_s_word() -> None:
    patient = replace(of_size(10_000_000, 1_000_000_000), longest_block_seconds=60)
    assert weigh(SEEN, REWRITE, ORDERS, patient).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("seconds", "severity"),
    [
        (0.0999, Severity.NOTE),
        (0.1, Severity.WARNING),
        (4.999, Severity.WARNING),
        (5.0, Severity.ERROR),
        (float("inf"), Severity.ERROR),
    ],
)
def test_the_limits_belong_to_the_heavier_side(seconds: float, severity: Severity) -> None:
    assert severity_of(seconds, Terms()) is severity


def test_a_lock_without_work_is_a_note_however_large_the_table_is() -> None:
    for known in (terms(), of_size(10**12, 10**15)):
        weighed = weigh(SEEN, WAITING, ORDERS, known)
        assert weighed.severity is Severity.NOTE
        assert weighed.effect == "reads and writes on public.orders wait for a moment"


def test_who_holds_the_table_is_named_with_the_time() -> None:
    busy = LongTransaction(pid=4711, who="psql", seconds=750, tables=(ORDERS,))
    elsewhere = LongTransaction(pid=1, who="other", seconds=9999, tables=(Name("public", "visits"),))
    for hazard in (WAITING, REWRITE):
        weighed = weigh(SEEN, hazard, ORDERS, terms(elsewhere, busy))
        assert weighed.effect.endswith("; process 4711 (psql) has held it for 12 min")


def test_nothing_is_said_of_the_time_where_it_cannot_be_seen() -> None:
    busy = LongTransaction(pid=4711, who="psql", seconds=0, tables=(ORDERS,))
    assert weigh(SEEN, WAITING, ORDERS, terms(busy)).effect.endswith(
        "; process 4711 (psql) holds a lock on it"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 ms"),
        (0.25, "250 ms"),
        (1, "1 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
    ],
)
def test_times_are_told_as_people_tell_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words
