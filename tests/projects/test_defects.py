"""The defects that ABOUT.md names do hurt, each asked of the database by whom it lets in."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.projects.folders import apply_all
from tests.support.servers import TestDatabase

ANN, EVE = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
Project = Callable[[str], psycopg.Connection]


@pytest.fixture
def applied(target_database: TestDatabase) -> Iterator[Project]:
    """A project with two accounts that have signed up."""
    opened: list[psycopg.Connection] = []

    def apply(project: str) -> psycopg.Connection:
        list(apply_all(project, target_database))
        connection = psycopg.connect(target_database.url, autocommit=True, connect_timeout=10)
        opened.append(connection)
        for account, email in ((ANN, "ann@mail.example"), (EVE, "eve@mail.example")):
            connection.execute("insert into auth.users (id, email) values (%s, %s)", [account, email])
        return connection

    yield apply
    for connection in opened:
        connection.close()


@contextmanager
def acting_as(
    connection: psycopg.Connection, role: str, account: str | None = None, **claims: object
) -> Iterator[None]:
    """Speak to the database as the API does for a request; everything is undone."""
    token = json.dumps({"sub": account, "role": role, **claims})
    with connection.transaction(force_rollback=True):
        connection.execute("select set_config('request.jwt.claims', %s, true)", [token])
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield


def values(connection: psycopg.Connection, query: str) -> list[object]:
    return [row[0] for row in connection.execute(query.encode())]


def changed(connection: psycopg.Connection, statement: str) -> int:
    return connection.execute(statement.encode()).rowcount


# --- shop --------------------------------------------------------------------------------------------------


def test_shop_visitors_make_their_own_coupons(applied: Project) -> None:
    db = applied("shop")
    with acting_as(db, "anon"):
        assert changed(db, "insert into coupons (code, percent_off) values ('MINE', 100)") == 1


def test_shop_everybody_who_says_so_uploads_product_images(applied: Project) -> None:
    db = applied("shop")
    upload = "insert into storage.objects (bucket_id, name) values ('product-images', 'x.png')"
    with acting_as(db, "authenticated", EVE, user_metadata={"staff": "true"}):
        assert changed(db, upload) == 1
    with acting_as(db, "authenticated", EVE), pytest.raises(psycopg.errors.InsufficientPrivilege):
        changed(db, upload)


def test_shop_visitors_read_the_sales_while_the_view_is_there(target_database: TestDatabase) -> None:
    files = apply_all("shop", target_database)
    while next(files) != "20241108154422":
        pass
    with psycopg.connect(target_database.url, autocommit=True, connect_timeout=10) as db:
        db.execute("insert into auth.users (id, email) values (%s, 'ann@mail.example')", [ANN])
        db.execute("insert into orders (user_id, total, status) values (%s, 12, 'paid')", [ANN])
        with acting_as(db, "anon"):
            assert values(db, "select email from customer_sales") == ["ann@mail.example"]
            assert values(db, "select id from orders") == []
    assert len(list(files)) > 10


def test_shop_the_token_lies_in_a_job(applied: Project) -> None:
    db = applied("shop")
    assert values(db, "select jobname from cron.job where command like '%Bearer ey%'") == ["track-parcels"]


# --- saas --------------------------------------------------------------------------------------------------


@pytest.fixture
def tenant(applied: Project) -> psycopg.Connection:
    """Ann has an organisation; Eve belongs to none."""
    db = applied("saas")
    db.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": ANN})])
    db.execute("select create_organisation('Ann & Sons', 'ann-and-sons')")
    db.execute("reset all")
    return db


def test_saas_every_account_reads_the_members_of_every_tenant(tenant: psycopg.Connection) -> None:
    with acting_as(tenant, "authenticated", EVE):
        assert values(tenant, "select email from organisation_directory") == ["ann@mail.example"]
        assert values(tenant, "select user_id from memberships") == []


def test_saas_payment_notices_can_be_forged(tenant: psycopg.Connection) -> None:
    with acting_as(tenant, "authenticated", EVE):
        notice = "insert into payment_events (id, kind, payload) values ('e1', 'invoice.paid', '{}')"
        assert changed(tenant, notice) == 1


def test_saas_everybody_who_says_so_reads_an_organisation(tenant: psycopg.Connection) -> None:
    [organisation] = values(tenant, "select id::text from organisations")
    with acting_as(tenant, "authenticated", EVE, user_metadata={"organisation_id": organisation}):
        assert values(tenant, "select slug from organisations") == ["ann-and-sons"]
    with acting_as(tenant, "authenticated", EVE):
        assert values(tenant, "select slug from organisations") == []


def test_saas_one_partition_can_be_read_by_its_own_name(tenant: psycopg.Connection) -> None:
    tenant.execute(
        "insert into events (organisation_id, name, occurred_at)"
        " select id, 'opened', day::date from organisations, unnest(array['2026-02-05', '2026-03-05']) as day"
    )
    with acting_as(tenant, "authenticated", EVE):
        assert values(tenant, "select name from events") == []
        assert values(tenant, "select name from events_2026_02") == []
        assert values(tenant, "select name from events_2026_03") == ["opened"]


# --- chat --------------------------------------------------------------------------------------------------


@pytest.fixture
def chat(applied: Project) -> psycopg.Connection:
    """Ann wrote to Eve."""
    db = applied("chat")
    db.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": ANN})])
    db.execute("select start_conversation(array[%s]::uuid[])", [EVE])
    db.execute("reset all")
    db.execute(
        "insert into messages (conversation_id, sender_id, body) select id, %s, 'psst' from conversations",
        [ANN],
    )
    return db


def test_chat_visitors_read_the_last_message(chat: psycopg.Connection) -> None:
    with acting_as(chat, "anon"):
        assert values(chat, "select last_message from conversation_overview") == ["psst"]


def test_chat_visitors_register_a_device_for_anybody(chat: psycopg.Connection) -> None:
    device = f"insert into device_tokens (user_id, token, platform) values ('{ANN}', 'mine', 'web')"
    with acting_as(chat, "anon"):
        assert changed(chat, device) == 1


def test_chat_every_account_reads_what_moderators_noted(chat: psycopg.Connection) -> None:
    chat.execute(
        "insert into moderation_actions (user_id, action, internal_note) values (%s, 'mute', 'rude')", [ANN]
    )
    with acting_as(chat, "authenticated", EVE):
        assert values(chat, "select internal_note from moderation_actions") == ["rude"]


def test_chat_visitors_delete_any_account(chat: psycopg.Connection) -> None:
    with acting_as(chat, "anon"):
        chat.execute("select delete_account(%s)", [ANN])
        chat.execute("reset role")
        assert values(chat, "select id::text from auth.users") == [EVE]
