import pytest

from orchestrator.probes.seeding import outward
from orchestrator.probes.seeding.shapes import said


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("perform net.http_post('x')", "leaves the database"),
        ('perform "net"."http_post"(1)', "leaves the database"),
        ("SELECT DBLINK('x', 'y')", "leaves the database"),
        ('return "nextval"(1)', "may move a sequence"),
        ("update public.counters set n = n + 1 returning n", "locks what others may want"),
        ("perform pg_advisory_xact_lock(42)", "locks what others may want"),
        ("select n from counters for no key update", "locks what others may want"),
    ],
)
def test_a_body_that_does_more_than_read_is_known_however_it_is_written(body, what):
    assert [told for pattern, told in outward._ALL if pattern.search(body)] == [what]


@pytest.mark.parametrize("body", ["select updated_at from t", "select role from members where id = 1"])
def test_a_body_that_reads_is_let_alone(body):
    assert not any(pattern.search(body) for pattern, _ in outward._ALL)


def test_a_name_that_is_not_quoted_is_one_in_small_letters():
    assert {"private", "send_out"} <= said("BEGIN PERFORM PRIVATE.SEND_OUT(); END").words
