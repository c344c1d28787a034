"""Migration files of every shape that both tools accept."""

SHAPES: dict[str, str | bytes] = {
    "20260101000000_plain.sql": """create schema app;
create table app.plain (id int primary key);
insert into app.plain values (1);
""",
    "20260101000100_only_comments.sql": "-- nothing yet\n/* and nothing here; */\n",
    "20260101000200_empty.sql": "",
    "20260101000300_white_space.sql": "\n \t\n;\n",
    "20260101000400_comment_with_semicolon.sql": "-- drop table app.plain;",
    "20260101000500_wrapped.sql": "-- all or nothing\nbegin;\ncreate table app.wrapped (id int);\ncommit;\n",
    "20260101000600_start_transaction.sql": "START TRANSACTION;\ncreate table app.started (id int);\nEND;",
    "20260101000700_windows.sql": b"create table app.windows (\r\n  note text default 'a\r\nb'\r\n);\r\n\r\n",
    "20260101000800_byte_order_mark.sql": b"\xef\xbb\xbfcreate table app.marked (id int);\n",
    "20260101000900_mark_and_windows.sql": b"\xef\xbb\xbf-- one\r\nselect 1;\r\n-- two\r\nselect 2;\r\n",
    "20260101001000_dollar_quotes.sql": """create function app.outer_one() returns text language plpgsql
as $outer$
begin
  execute $inner$ select ';'; $inner$;
  return $$;$$;
end;
$outer$;
do $$ begin perform 1; end; $$;
""",
    "20260101001100_begin_atomic.sql": """create function app.standard(a int) returns int
begin atomic
  select 1; /* end; */
  select case when a > 0 then a else -a end;
end;
create function app.another() returns int language sql BEGIN
  ATOMIC SELECT 2; END;
""",
    "20260101001200_größe.sql": 'create table app."Größe" ("Länge 🦔" text default \'é;ü\'); -- ß\n',
    "20260101001300_.sql": "create table app.no_name (id int);",
    "20260101001400_name_with spaces, and 'quotes'.sql": "select 1;",
    "20260101001500_leading_comments.sql": """-- one
/* one; more */ -- and more
select 1;

-- two
select 2;
-- the end
""",
    "20260101001600_strings.sql": r"""select 'it''s; fine', E'a\'; b', U&'\0041;', 'C:\';
select ";" from (select 1 as ";") s;
select e'one'
  '\';two';
""",
    "20260101001700_arrays.sql": "select '{\"a,b\",NULL,\"c\\\\d\"}'::text[]; select 'NULL', '{}';",
    "20260101001800_rule.sql": (
        "create table app.log (id int);\n"
        "create rule twice as on insert to app.plain\n"
        "  do also (delete from app.log where id = 1; delete from app.log where id = 2);"
    ),
    "20260101001900_many_semicolons.sql": "select 1;;;\n;select 2;; -- done\n;",
    "20260101002000_no_last_semicolon.sql": "select 1;\nselect 2",
    "20260101002100_nested_comments.sql": "/* a /* b; */ c; */ select 1; select /* ; */ 2;",
    "20260101002200_settings.sql": """set search_path = '';
set statement_timeout = '5s';
create table app.pathless (id int);""",
    "20260101002300_row_level_security.sql": """create table public.notes (
  id bigint generated always as identity primary key,
  owner uuid not null
);
alter table public.notes enable row level security;
create policy "own; notes" on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert on public.notes to authenticated;
""",
    "20260101002400_enum.sql": """create type app.mood as enum ('good', 'bad');
alter type app.mood add value 'so-so';""",
    "20260101002500_wide_spaces.sql": "\u00a0select 1\u3000;\u2003select 2;\ufeff",
    "20260101002600_line_ends.sql": b"select 1; -- old Mac ;\rselect 2;\r",
    "20260101002700_dots.and.more.up.sql": "select 1;",
    "20260101002800_large.sql": "".join(
        f"comment on table app.plain is 'line {n}; of many';\n" for n in range(500)
    ),
    "20260101002900_concurrently.sql": """-- while people write
create unique index concurrently plain_id on app.plain (id);
""",
    "20260101003000_commented.sql": "/* a; b */ drop index concurrently app.plain_id; -- c;\n",
    "20260101003100_vacuum.sql": "vacuum (analyze) app.plain",
    "20260101003200_reindex.sql": b"\xef\xbb\xbfreindex index concurrently app.plain_pkey;\r\n",
    "20260101003210_reindex_all.sql": "reindex schema app",
    "20260101003300_no_transaction.sql": """-- pg-delta: transaction=false
set search_path = app;
alter type mood add value 'new';
create table moods (mood mood default 'new');

-- and its index
create index concurrently moods_mood on moods (mood);
""",
    "20260101003400_no_transaction_on_windows.sql": (
        b"\xef\xbb\xbf-- pg-delta: transaction=false\r\n"
        b"alter type app.mood add value 'newer';\r\nalter table app.moods alter mood set default 'newer';\r\n"
    ),
    "9_few_digits.sql": "select 'text order, not numbers';",
}
