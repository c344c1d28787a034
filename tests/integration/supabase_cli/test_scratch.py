import json
import psycopg
import pytest
from tests.integration.supabase_cli.test_history import history
CASES = {
 "nested": {"20260101000000_a.sql": "create table app.t (id int); create rule r as on insert to app.t do also (delete from app.t where id in (1); delete from app.t);"},
 "dollar3": {"20260101000000_a.sql": "select $$$ ; $$; select 2;"},
 "dollar3b": {"20260101000000_a.sql": "select $a$a$ ; $a$; select 2;"},
 "continued": {"20260101000000_a.sql": "select 'a' -- x\n 'b';"},
 "conc": {"20260101000000_a.sql": "create table app.t (id int); create index concurrently i on app.t (id);"},
 "mid-commit": {"20260101000000_a.sql": "create table app.t (id int); commit; begin; create table app.u (id int);"},
 "lock-first": {"20260101000000_a.sql": "lock table app.z in share mode; select 1;"},
 "lock-second": {"20260101000000_a.sql": "select 1; lock table app.z in share mode;"},
 "copy": {"20260101000000_a.sql": "copy app.z from stdin;"},
 "copyout": {"20260101000000_a.sql": "copy app.z to stdout;"},
 "pgdelta": {"20260101000000_a.sql": "-- pg-delta: transaction=false\ncreate type app.m as enum ('a'); alter type app.m add value 'b'; select 'b'::app.m;"},
 "enum": {"20260101000000_a.sql": "create type app.m as enum ('a');", "20260101000001_a.sql": "alter type app.m add value 'b'; select 'b'::app.m;"},
 "utf8": {"20260101000000_a.sql": b"select '\xff';"},
 "nul": {"20260101000000_a.sql": b"select '\0';"},
 "oldinit": {"20200101000000_init.sql": "create table app.t (id int);", "20260101000001_b.sql": "select 1;"},
 "big": {"99999999999999999999999_a.sql": "select 1;"},
 "temp": {"20260101000000_a.sql": "create temp table x (id int);", "20260101000001_b.sql": "select * from x;"},
 "setrole": {"20260101000000_a.sql": "set role anon;", "20260101000001_b.sql": "select 1;"},
 "setrolelocal": {"20260101000000_a.sql": "set local role service_role; select 1; reset role;"},
 "advlock": {"20260101000000_a.sql": "select pg_advisory_lock(1);"},
 "prepared": {"20260101000000_a.sql": "prepare bascule_guard as select 1;"},
 "wrapped-fails": {"20260101000000_a.sql": "begin; create table app.t (id int); commit;", "20260101000001_a.sql": "begin; create table app.u(id int); select 1/0; commit;"},
 "savepoint": {"20260101000000_a.sql": "savepoint a; create table app.t (id int); rollback to a; release a;"},
 "abort-words": {"20260101000000_a.sql": "begin isolation level serializable; select 1; commit;"},
 "vacuum": {"20260101000000_a.sql": "vacuum app.z;"},
 "refresh": {"20260101000000_a.sql": "create materialized view app.mv as select 1 as a; create unique index on app.mv(a); refresh materialized view concurrently app.mv;"},
 "backslash": {"20260101000000_a.sql": "\\set x 1\nselect 1;"},
 "dup": {"20260101000000_a.sql": "select 1;", "20260101000000_b.sql": "select 2;"},
}
@pytest.mark.parametrize("case", CASES)
def test_it(case, service, cli, target_database, second_target_database):
    out = {}
    for d in (target_database, second_target_database):
        with psycopg.connect(d.url) as c: c.execute("create schema app; create table app.z (id int);"); c.execute("create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text); insert into supabase_migrations.schema_migrations values ('1','{}','base')")
    service.work.write("supabase/migrations/1_base.sql", "")
    for n, c in CASES[case].items(): service.work.write("supabase/migrations/"+n, c)
    service.work.commit("x"); service.work.push("origin", "staging")
    service.command("adopt", "staging")
    d = json.loads(service.command("deploy","staging","--here","--json", code=None))
    with open("/tmp/scratch.out","a") as f:
        print("=====", case, file=f)
        if "deployment" in d:
            print("bascule", d["deployment"]["status"], (d["deployment"].get("failure") or {}).get("message"), [x["rule"]+": "+x["message"] for r in d["runs"] for x in r["findings"] if x["severity"]=="error"], file=f)
        else: print(d, file=f)
        print("   hist", history(target_database.url)[1:], file=f)
        p = cli._run("db","push","--yes",url=second_target_database.url)
        print("cli", p.returncode, p.stdout.strip()[-400:], file=f)
        print("   hist", history(second_target_database.url)[1:], file=f)
        p = cli._run("db","push","--yes",url=target_database.url)
        print("cli on bascules", p.returncode, p.stdout.strip()[-300:], file=f)
        print("list on bascule", cli._run("migration","list",url=target_database.url).stdout[-400:], file=f)
