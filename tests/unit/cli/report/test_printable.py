import pytest

from orchestrator.cli.report.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("table public.Größe — 日本", "table public.Größe — 日本"),
        ("a\nb\tc", "a b c"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("\x9b31m", "\ufffd31m"),
        ("safe\u202eevil", "safe\ufffdevil"),
        ("\udcff", "\ufffd"),
    ],
)
def test_no_sign_steers_a_terminal(text, shown):
    assert printable(text) == shown
