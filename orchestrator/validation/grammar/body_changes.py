"""What the body of a function changes, as far as it stands there in plain words. Part of the adapter."""

from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.plpgsql import UNREADABLE, queries_of
from orchestrator.validation.grammar.reading import changes_of_text


def changes_of_body(statement: str, body: str, language: str) -> tuple[Change, ...]:
    """Translate the statements of CREATE FUNCTION's body; nothing of languages that are not PostgreSQL's."""
    match language:
        case "sql":
            return changes_of_text(body)
        case "plpgsql":
            return tuple(change for query in _queries(statement) for change in changes_of_text(query))
        case _:
            return ()


def _queries(statement: str) -> tuple[str, ...]:
    try:
        return queries_of(statement)[0]
    except UNREADABLE:
        return ()
