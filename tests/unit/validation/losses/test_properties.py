"""What holds for every migration and every rollback."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.shape import Column, Name, Shape, Table
from orchestrator.validation.losses import Losses, losses
from orchestrator.validation.sql_text import SqlText

TIERS = Table(
    name=Name("public", "tiers"),
    columns={each: Column(name=each, type="text") for each in ("id", "price")},
    primary_key=("id",),
    calls=frozenset(),
)
SHAPE = Shape(schemas=frozenset({"public"}), tables={TIERS.name: TIERS})

#: a change and its exact inverse, which leads back whatever stands between the two
PAIRS = [
    ("create table plans (id int primary key)", "drop table plans"),
    ("alter table tiers add column note text", "alter table tiers drop column note"),
    ("alter table tiers rename column price to cost", "alter table tiers rename column cost to price"),
    ("create index on tiers (id)", "drop index tiers_id_idx"),
    ("comment on table tiers is 'x'", "comment on table tiers is null"),
    ("insert into tiers (id) values ('pro'), ('max')", "delete from tiers where id in ('max', 'pro')"),
    ("insert into tiers (id) values ('free')", "delete from tiers where id = 'free'"),
    ("create table g (id int); insert into g values (1); update g set id = 2", "drop table g"),
]
MORE = [
    *("select 1", "insert into tiers (id) values ('a')", "delete from tiers", "truncate tiers"),
    *("update tiers set price = '1'", "drop table tiers", "do $$ begin execute a; end $$", "selekt"),
    *("alter table tiers rename to levels", "alter table tiers alter id type text using 'x'", "select f()"),
]


def judged(up: list[str], down: list[str]) -> Losses:
    path = "supabase/migrations/20260101000000_a.sql"
    one, two = (SqlText(path=path, content=";\n".join(each).encode()) for each in (up, down))
    return losses(one, two, SHAPE)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PAIRS), unique=True, max_size=5))
def test_a_migration_and_its_exact_inverse_lose_nothing(pairs: list[tuple[str, str]]) -> None:
    assert judged([up for up, _ in pairs], [down for _, down in reversed(pairs)]) == Losses()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([up for up, _ in PAIRS] + MORE), max_size=4),
    st.lists(st.sampled_from([down for _, down in PAIRS] + MORE), max_size=3),
    st.sampled_from(MORE),
)
def test_a_statement_more_at_the_end_of_a_rollback_never_makes_up_for_a_loss(
    up: list[str], down: list[str], more: str
) -> None:
    before, after = judged(up, down), judged(up, [*down, more])
    assert set(after.lost) >= set(before.lost)
    assert set(after.unseen) >= set(before.unseen)
