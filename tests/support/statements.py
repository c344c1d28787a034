"""SQL of every kind, whole and cut to pieces, for tests that nothing raises."""

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from orchestrator.validation.split import split_statements

_TESTS = Path(__file__).parents[1]


@cache
def statements() -> tuple[str, ...]:
    """All statements of all rules' examples and of the projects: SQL of every kind."""
    files = [*_TESTS.glob("rules/*/*.sql"), *_TESTS.glob("projects/*/supabase/migrations/*.sql")]
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in sorted(files)]
    return tuple(sorted({each.text for text in texts for each in split_statements(text)}))


@cache
def words() -> tuple[str, ...]:
    """Single words and signs of these statements, to cut and paste."""
    return tuple(sorted({word for each in statements() for word in each.split() if len(word) < 40}))


@st.composite
def cut(draw: st.DrawFn) -> str:
    """Take a statement with a piece missing, or doubled, or with another word in its place."""
    text = draw(st.deferred(lambda: st.sampled_from(statements())))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 30)))
    put = draw(
        st.one_of(st.just(""), st.just(text[start:end] * 2), st.sampled_from(words()), st.text(max_size=3))
    )
    return text[:start] + put + text[end:]
