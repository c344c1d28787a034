"""The text of a draft."""

from collections.abc import Iterable


def written(statements: Iterable[str]) -> str:
    """Write statements as a file has them: each a paragraph that ends with a semicolon."""
    return "\n".join(f"{statement.strip()};\n" for statement in statements)
