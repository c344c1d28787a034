import pytest

from orchestrator.domain.declared import TestFile
from orchestrator.probes.declared.psql import Psql, Say, Send, included_by
from orchestrator.probes.declared.psql_text import Command, Sql, pieces
from orchestrator.probes.declared.psql_words import Refused

FOLDER = "supabase/tests"


def _statements(text: str) -> list[str]:
    return [
        "".join(part if isinstance(part, str) else part.text for part in piece.parts).strip()
        for piece in pieces(text)
        if isinstance(piece, Sql)
    ]


def _steps(text: str, **others: str) -> list[Send | Say]:
    files = {
        f"{FOLDER}/{name.replace('__', '/')}.sql": TestFile(
            path=f"{FOLDER}/{name.replace('__', '/')}.sql", text=content
        )
        for name, content in {"a": text, **others}.items()
    }
    return list(Psql(files, folder=FOLDER).steps(files[f"{FOLDER}/a.sql"]))


def _texts(text: str, **others: str) -> list[str]:
    return [step.text for step in _steps(text, **others)]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1; select 2", ["select 1", "select 2"]),
        ("select ';'; -- a;b\n/* ; /* ; */ ; */ select $$;$$, $x$ $$; $x$;",
         ["select ';'", "select $$;$$, $x$ $$; $x$"]),
        ("select e'\\';', E'a''\\\\'; select 2", ["select e'\\';', E'a''\\\\'", "select 2"]),
        ("select typee'x;';", ["select typee'x;'"]),
        ('select "a;b""c;"; select a$b$ ; select $c$', ['select "a;b""c;"', "select a$b$", "select $c$"]),
        ("create rule r as on insert to t do (select 1; select 2); select 3",
         ["create rule r as on insert to t do (select 1; select 2)", "select 3"]),
        ("create function f() begin atomic select case when a then 1 end; end; select 1",
         ["create function f() begin atomic select case when a then 1 end; end", "select 1"]),
        ("begin; select 1; end; atomic; end", ["begin", "select 1", "end", "atomic", "end"]),
        (";;\n;", []),
        ("-- only a comment", []),
    ],
)  # fmt: skip
def test_statements_end_where_psql_ends_them(text: str, statements: list[str]) -> None:
    assert _statements(text) == statements


def test_commands_stand_anywhere_and_lines_are_counted() -> None:
    found = list(pieces("\n\\set a 'x;\\'y' \\echo don't\nselect\n 1 \\g\n/*\n*/\n\\echo x \\\\ select 2;"))

    assert [(type(each), each.line) for each in found] == [
        (Command, 2),
        (Command, 2),
        (Command, 4),
        (Command, 7),
        (Sql, 7),
    ]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (
            "\\set a 1\nselect :a, :'a', :\"a\", a::a, :b, ':a', $$:a$$;",
            "select 1, '1', \"1\", a::a, :b, ':a', $$:a$$",
        ),
        ("\\set a 'it''s \\\\ x'\nselect :'a';", "select  E'it''s \\\\ x'"),
        ("\\set a x y 'z w'\nselect :'a';", "select 'xyz w'"),
        ("\\set a 1\n\\set b :a 2\nselect :b;", "select 12"),
        ("\\set a\nselect :'a', :{?a}, :{?b};", "select '', TRUE, FALSE"),
        ("\\set a 1\n\\unset a\nselect :a;", "select :a"),
    ],
)
def test_variables_are_filled_in_outside_of_quotes_only(text: str, sent: str) -> None:
    assert _texts(text) == [sent]


def test_only_the_branch_that_holds_is_done() -> None:
    text = (
        "\\if 0\nselect 1;\n\\if true\nselect 2;\n\\else\n\\nonsense\n\\endif\n\\elif on\nselect 3;\n"
        "\\elif broken\nselect 4;\n\\else\nselect 5;\n\\endif\nselect 6; \\q\nselect 7;"
    )
    assert _texts(text) == ["select 3", "select 6"]


def test_files_include_files_from_where_they_are() -> None:
    sent = _texts(
        "\\ir sub/b.sql\n\\i sub/c.sql\n\\include 'supabase/tests/sub/c.sql'",
        sub__b="\\ir c.sql\nselect 1;",
        sub__c="select 2",
    )
    assert sent == ["select 2", "select 1", "select 2", "select 2"]


def test_what_echo_says_is_heard_and_what_only_shows_is_not() -> None:
    assert _steps("\\pset pager off \\timing \\x on \\dt public.*\n\\echo -n 1..3\n") == [
        Say(text="1..3", line=2)
    ]


@pytest.mark.parametrize(
    ("text", "line", "begins"),
    [
        ("\\copy t from 'x'", 1, "\\copy is not carried out here"),
        ("\n\\! ls", 2, "\\! ls is not carried out here"),
        ("\\set a `hostname`", 1, "\\set runs a program"),
        ("\\echo `hostname`", 1, "\\echo runs a program"),
        ("\\o /tmp/x", 1, "\\o is not carried out here"),
        ("select 1 \\g /tmp/x", 1, "\\g is not carried out here"),
        ("select 1 \\gexec", 1, "\\gexec is not carried out here"),
        ("\\c other", 1, "\\c is not carried out here"),
        ("\\set AUTOCOMMIT off", 1, "\\set cannot switch AUTOCOMMIT off"),
        ("\\encoding latin1", 1, "\\encoding asks for another encoding"),
        ("\\if perhaps\n\\endif", 1, "\\if does not say true or false"),
        ("\\endif", 1, "\\endif stands without its \\if"),
        ("\\ir", 1, "\\ir names no file"),
        ("\\ir a.sql", 1, "\\ir is the 11th file inside a file"),
        ("\\set a ';'\nselect 1 :a select 2", 2, "a variable brings a semicolon"),
        ("\\set a ''''\nselect :a ' ; commit; '", 2, "a variable brings a semicolon"),
        ("\\set a '\\\\! ls'\nselect :a", 2, "a variable brings a semicolon"),
        ("select 1;" * 20_001, 1, "supabase/tests/a.sql and what it includes hold more than"),
    ],
)
def test_what_psql_would_do_elsewhere_is_refused(text: str, line: int, begins: str) -> None:
    with pytest.raises(Refused) as raised:
        _steps(text)

    assert raised.value.mistake.line == line
    assert raised.value.mistake.message.startswith(begins)
    assert raised.value.mistake.file == "supabase/tests/a.sql"


def test_files_that_others_include_are_known() -> None:
    files = [
        TestFile(path=f"{FOLDER}/{name}", text=text)
        for name, text in {
            "a.sql": "\\ir h/b.sql",
            "h/b.sql": "\\i h/c.sql",
            "h/c.sql": "\\ir c.sql",
            "d.sql": "",
        }.items()
    ]
    assert included_by(files, folder=FOLDER) == {f"{FOLDER}/h/b.sql", f"{FOLDER}/h/c.sql"}


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "/*" * 50_000, "'" * 50_001, "\\set a " + "''" * 30_000, "$a" * 50_000]
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    assert len(list(pieces(text))) <= 2
