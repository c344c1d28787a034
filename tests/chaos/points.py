"""The named places at which a worker may die: all that the source names."""

import re
from pathlib import Path
from typing import Final

_NAMED: Final = re.compile(r'crash_point\(\s*"([^"]+)"')
_SOURCE: Final = Path(__file__).parents[2] / "orchestrator"

CRASH_POINTS: Final = tuple(
    sorted({name for file in _SOURCE.rglob("*.py") for name in _NAMED.findall(file.read_text())})
)
