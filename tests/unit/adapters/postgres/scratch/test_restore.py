import pytest

from orchestrator.adapters.postgres.scratch.restore import statements_of


def test_what_only_psql_understands_is_taken_off():
    dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc1\n\nSET a = 1;\n\n\\unrestrict abc1\n\n"
    assert statements_of(dump) == ("SET a = 1",)


def test_a_user_mapping_loses_its_options():
    options = """OPTIONS (\n    "password" 'hush;hush'\n)"""
    dump = f'CREATE USER MAPPING FOR "me" SERVER "other" {options};\nSET a = 1;\n'
    assert statements_of(dump) == ('CREATE USER MAPPING FOR "me" SERVER "other"', "SET a = 1")


@pytest.mark.parametrize("how", ["ALWAYS", "REPLICA"])
def test_event_triggers_that_would_fire_for_us_do_not_come(how):
    dump = f'CREATE EVENT TRIGGER "spy" ON ddl_command_end;\nALTER EVENT TRIGGER "spy" ENABLE {how};\n'
    assert len(statements_of(dump)) == 1


def test_an_event_trigger_that_is_off_stays_off():
    assert len(statements_of('ALTER EVENT TRIGGER "spy" DISABLE;\n')) == 1
