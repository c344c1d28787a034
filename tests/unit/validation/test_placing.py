"""Where in the files a smoke test's finding was brought."""

import pytest

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.placing import placed
from orchestrator.validation.sql_text import SqlText

FIRST = """create table orders (id int);
create policy own on public.orders using (true);
create view public."Odd" as select 1;
create function public.total(bigint) returns bigint language sql return 1;
"""
SECOND = """alter table public.orders enable row level security;
grant select on public.orders, billing.invoices to anon;
  create policy "spy on" on orders for select using (true);
"""
FILES = [SqlText(path="1.sql", content=FIRST.encode()), SqlText(path="2.sql", content=SECOND.encode())]


def place_of(object_: str | None, message: str = "", *, standing: bool = False) -> tuple[object, ...]:
    finding = Finding(
        rule="rows-of-others",
        severity=Severity.ERROR,
        source=Source.SMOKE,
        message=message,
        object=object_,
        standing=standing,
    )
    (found,) = placed([finding], FILES)
    return found.file, found.line, found.column


@pytest.mark.parametrize(
    ("object_", "message", "place"),
    [
        ("public.orders", "every row", ("1.sql", 1, 1)),
        ("public.orders", 'by policy "own", which says true', ("1.sql", 2, 1)),
        ("public.orders", 'by policy "spy on", which says true', ("2.sql", 3, 3)),
        ('public."Odd"', "shows all", ("1.sql", 3, 1)),
        ("public.total(bigint)", "runs as its owner", ("1.sql", 4, 1)),
        ("billing.invoices", "a grant", ("2.sql", 2, 1)),
        ("public.others", "nobody touched it", (None, None, None)),
        (None, "about nothing", (None, None, None)),
    ],
)
def test_the_policy_that_is_named_is_told_or_the_object_or_what_changes_it(object_, message, place):
    assert place_of(object_, message) == place


def test_what_was_so_before_has_no_place_in_what_comes_now():
    assert place_of("public.orders", standing=True) == (None, None, None)
