import re

import pytest

from orchestrator.domain.matrix import Command
from orchestrator.probes.declared.rls_form import RlsForm, read_form
from tests.support.pages import page

_ANY = "write allow, deny, or how many rows"
_TEST = "tests:\n- table: public.notes\n  as: anon\n"


def _mistakes(text: str) -> list[tuple[int, str, str]]:
    found = read_form(text)
    assert not isinstance(found, RlsForm)
    return [(each.line, each.message, each.remedy) for each in found]


def test_a_whole_file_is_read() -> None:
    form = read_form(
        """
identities:
  ada: {role: authenticated, user: "17", claims: {aal: aal2}}
seed:
- table: auth.users
  rows: [{id: 1}, {id: 2, on: no, at: 2026-01-01, n: 010, x: 1.5, y: -3, z: null, t: true}]
tests:
- name: Her notes
  table: public.notes
  as: [ada, service_role]
  where: {id: 1}
  select: 2
  insert: {expect: deny, values: {id: 3}}
  delete: {expect: 0, where: {id: 9}}
"""
    )

    assert isinstance(form, RlsForm)
    assert [(seed.line, dict(seed.row)) for seed in form.seed] == [
        (6, {"id": 1}),
        (6, {"id": 2, "on": "no", "at": "2026-01-01", "n": "010", "x": 1.5, "y": -3, "z": None, "t": True}),
    ]
    assert [test.who.name for test in form.tests] == ["ada", "service_role"]
    assert form.tests[0].who.claims == {"aal": "aal2"}
    assert [(one.command, one.expect, one.where, one.line) for one in form.tests[0].tries] == [
        (Command.SELECT, 2, {"id": 1}, 12),
        (Command.INSERT, "deny", {"id": 1}, 13),
        (Command.DELETE, 0, {"id": 9}, 14),
    ]


def test_the_sample_of_the_documentation_is_read() -> None:
    [sample] = re.findall(r"```yaml\n(.*?)```", page("docs/declared-tests.md"), re.DOTALL)
    assert isinstance(read_form(sample), RlsForm)


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("", 1, "the file is empty", "write tests, or delete the file"),
        ("- a", 1, "the file is no mapping", "write a mapping with identities, seed, tests"),
        ("seed: []", 1, "tests: missing", "write a list of tests"),
        ("tests: []\ntest: []", 2, "test: no such key", "write tests"),
        ("tests: []\nxyz: []", 2, "xyz: no such key", "known here: identities, seed, tests"),
        ("tests: []\ntests: []", 2, "tests: stands twice, first in line 1", "keep one of them"),
        ("tests: {}", 1, "tests is no list", "begin each of its lines with a dash"),
        ("tests:\n- 1", 2, "tests[1] is no mapping",
         "write a mapping with name, table, as, seed, where, select, insert, update, delete"),
        ("tests:\n- as: anon\n  select: deny", 2, "tests[1].table: missing",
         "write the table, such as public.orders"),
        ("tests:\n- table: t\n  select: deny", 2, "tests[1].as: missing", "write one of anon, service_role"),
        ("tests:\n- table: t\n  as: ada\n  select: deny", 3, "tests[1].as: 'ada' is no identity",
         "write one of anon, service_role, or define it under identities"),
        ("tests:\n- table: 5\n  as: anon\n  select: deny", 2, "tests[1].table is no text",
         "write the table, such as public.orders, in quotes if it is a number"),
        (_TEST, 2, "tests[1] expects nothing",
         "write one of select, insert, update, delete with allow or deny"),
        (_TEST + "  selct: 1\n  update: deny", 4, "tests[1].selct: no such key", "write select"),
        (_TEST + "  select: yes", 4, "tests[1].select: 'yes' is no expectation", _ANY),
        (_TEST + "  select: -1", 4, "tests[1].select: -1 is no expectation", _ANY),
        (_TEST + "  select: true", 4, "tests[1].select: True is no expectation",
         _ANY),
        (_TEST + "  select:", 4, "tests[1].select: no value", _ANY),
        (_TEST + "  select: []", 4, "tests[1].select: no value", _ANY),
        (_TEST + "  insert: deny", 4, "tests[1].insert.values: missing; an insert needs a row",
         "write insert: {expect: allow, values: {column: value}}"),
        (_TEST + "  insert: {expect: 1, values: {a: 1}}", 4, "tests[1].insert: 1 is no expectation",
         "write allow or deny"),
        (_TEST + "  update:\n    values: {a: 1}", 5, "tests[1].update: missing", _ANY),
        (_TEST + "  update: {expect: deny, set: {a: 1}}", 4, "tests[1].update.set: no such key",
         "known here: expect, where, values"),
        (_TEST + "  delete: {expect: deny, where: 1}", 4, "tests[1].delete.where is no mapping",
         "write column: value"),
        (_TEST + "  select: 1\n  seed:\n  - table: t", 6, "tests[1].seed[1].rows: missing",
         "write a list of rows, each with its columns"),
        (_TEST + "  select: 1\n  seed:\n  - {table: t, rows: [1]}", 6, "tests[1].seed[1] is no mapping",
         "write column: value"),
        ("identities: {a: {user: x}}\ntests: []", 1, "identities.a.role: missing",
         "write the database role, such as authenticated"),
        ("identities: {a: {role: b, claims: []}}\ntests: []", 1, "identities.a.claims is no mapping",
         "write column: value"),
        ("identities: {a: {rle: b, role: b}}\ntests: []", 1, "identities.a.rle: no such key", "write role"),
        ("tests:\n- &a {table: t}\n- *a", 3, "an alias (*) is not taken", "write the value out"),
        ("tests: !!python/name:os.system x", 1, "a tag (!) is not taken",
         "write the value alone, in quotes if it is text"),
        ("tests: []\n---\ntests: []", 2, "this is no YAML: but found another document", ""),
        ("tests:\n\t- a", 2, "this is no YAML: found character '\\t' that cannot start any token", ""),
        ("tests: \x00", 1, "this is no YAML: it holds a character that cannot be read", ""),
        ("tests: [{? [a] : b}]", 1, "a key is a word", "write it without brackets"),
        ("[" * 60, 1, "this is nested more than 20 deep", ""),
        ("#" * 600_000, 1, "the file is larger than 512 KiB", ""),
    ],
)  # fmt: skip
def test_each_mistake_says_where_and_what_to_write_instead(
    text: str, line: int, message: str, remedy: str
) -> None:
    assert (line, message, remedy) in _mistakes(text)


def test_all_mistakes_are_told_at_once() -> None:
    text = "identities:\n  a: {}\n  b: {role: 1}\ntests:\n- {table: t, as: c, select: x, updat: 1}\nsed: []\n"

    assert [line for line, *_ in _mistakes(text)] == [2, 3, 5, 5, 5, 6]
