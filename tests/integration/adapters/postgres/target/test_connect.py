import socket
import traceback

import pytest

from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.domain.errors import ConfigurationError, TargetError, Unavailable
from orchestrator.domain.plan import HistoryRow


def connect(targets):
    with targets.reading("staging"):
        pass


@pytest.mark.parametrize(
    ("change", "code", "sqlstate"),
    [
        (lambda url: url.replace("postgres:", "postgres:x"), "wrong-password", "28P01"),
        (lambda url: url.replace("postgres:", "nobody:"), "wrong-password", "28P01"),
        (lambda url: url + "_not_there", "unknown-database", "3D000"),
    ],
)
def test_a_refusal_is_known_by_its_sqlstate(make_targets, address, change, code, sqlstate):
    with pytest.raises(ConfigurationError) as raised:
        connect(make_targets(url=change(address.url)))
    assert (raised.value.code, raised.value.nouns["sqlstate"]) == (code, sqlstate)


def test_the_password_is_in_no_message_and_no_traceback(make_targets, address):
    password = address.url.split(":")[2].split("@")[0]
    for url in (address.url + "_not_there", address.url.replace("//", "/"), address.url + "?bad=1"):
        with pytest.raises(ConfigurationError) as raised:
            connect(make_targets(url=url))
        assert password not in "".join(traceback.format_exception(raised.value))
        assert password not in repr(make_targets(url=url)._addresses)


def test_a_server_without_tls_is_said_to_have_none(make_targets):
    with pytest.raises(ConfigurationError) as raised:
        connect(make_targets(sslmode="require"))
    assert raised.value.code in ("tls-not-offered", "tls-untrusted")


def test_a_database_that_takes_no_more_connections_is_tried_again_later(make_targets, db, target_database):
    db.execute(f"alter database {target_database.name} connection limit 0")
    with pytest.raises(Unavailable) as raised:
        connect(make_targets())
    assert raised.value.code == "too-many-connections"


def test_nobody_listening_is_tried_again_later(make_targets):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unavailable) as raised:
            connect(make_targets(url=f"postgresql://postgres:x@127.0.0.1:{port}/postgres"))
    assert raised.value.message == f"target staging: cannot connect to 127.0.0.1, port {port}"


def test_a_listener_that_says_nothing_is_given_up(make_targets):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable):
            connect(
                make_targets(
                    url=f"postgresql://postgres:x@127.0.0.1:{port}/postgres", connect_timeout_seconds=2
                )
            )


def test_limits_are_set_in_the_session_and_not_at_its_start(address):
    session = open_session(address)
    try:
        limits = dict(
            session.connection.execute(
                "select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout',"
                " 'client_connection_check_interval') and source = 'session'"
            ).fetchall()
        )
    finally:
        session.connection.close()
    assert limits == {
        "statement_timeout": "5000",
        "lock_timeout": "300",
        "client_connection_check_interval": "1000",
    }


def test_an_unknown_target_names_those_that_are_known(make_targets):
    with pytest.raises(ConfigurationError) as raised, make_targets().reading("production"):
        pass
    assert "staging" in raised.value.remedy


def test_a_database_without_history_and_fence_has_neither(unadopted):
    with unadopted.reading("staging") as reader:
        assert (reader.history(), reader.fence()) == ((), None)


def test_the_history_is_ordered_by_version_as_text(targets, db):
    db.execute("insert into supabase_migrations.schema_migrations values ('9'), ('10'), ('2')")
    with targets.reading("staging") as reader:
        assert reader.history() == tuple(HistoryRow(version=v) for v in ("10", "2", "9"))


def test_nothing_that_is_asked_can_write(targets):
    with targets.reading("staging") as reader:
        with reader.asking() as database:
            assert database.rows("select %(a)s::int + 1", {"a": 1}) == [(2,)]
            with pytest.raises(TargetError) as raised:
                database.rows("create table public.a()")
        assert raised.value.nouns["sqlstate"] == "25006"
        with reader.asking() as database:
            database.rows("set local role anon")
        with reader.asking() as database:
            assert database.rows("select current_user::text") == [("postgres",)]
