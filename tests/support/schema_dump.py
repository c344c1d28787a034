"""What pg_dump says about a database's schema, to compare two moments of it."""

import subprocess
from pathlib import Path

from tests.support.servers import server_under_test

_SECONDS = 60


def client_program(name: str) -> Path:
    """Return a client program of the tested server's own version: an older one refuses a newer server."""
    source = server_under_test()
    return source.parts[source.bin / "postgres"].with_name(name)


def schema_dump(url: str, *schemas: str) -> str:
    """Dump these schemas, or all of them, without rows. Equal texts mean equal schemas."""
    only = [f"--schema={schema}" for schema in schemas]
    done = subprocess.run(
        [client_program("pg_dump"), "--schema-only", *only, f"--dbname={url}"],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    # pg_dump puts a random word into two lines
    return "\n".join(
        line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))
    )


def without_order(dump: str) -> str:
    """Sort what has no order: the blocks, the columns of a table, the privileges of an object."""
    blocks = []
    for block in dump.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith(("CREATE TABLE", "CREATE UNLOGGED TABLE", "GRANT", "REVOKE")):
            lines = sorted(line.removesuffix(",") for line in lines)
        if lines and lines[0].startswith(("ALTER PUBLICATION", "CREATE STATISTICS")):
            lines = ["".join(sorted(line)) for line in lines]  # columns, too
        blocks.append("\n".join(lines))
    return "\n\n".join(sorted(blocks))
