"""The figures as people and programs read them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from benchmarks.figure import Figure

WIDTH = 80
_LINE = "{name:<38} {ours:>13} {peer:>13} {ratio:>13}"


def heading(environment: Mapping[str, str]) -> str:
    """Say what it was measured on."""
    return "\n".join(f"{name + ':':<12} {value}"[:WIDTH] for name, value in environment.items())


def title(benchmark: str, peer: str) -> str:
    """Begin a benchmark's table."""
    columns = _LINE.format(name=benchmark, ours="Bascule", peer="peer", ratio="ratio")
    return f"\n{columns}\n{'peer: ' + peer:<{WIDTH}}\n{'-' * WIDTH}".replace(" \n", "\n")


def line(figure: Figure) -> str:
    """Put a figure into one line of 80 columns."""
    ratio, peer = figure.ratio, figure.peer_milliseconds
    return _LINE.format(
        name=figure.name[:38],
        ours=f"{figure.milliseconds:.1f} ms",
        peer="" if peer is None else f"{peer:.1f} ms",
        ratio="" if ratio is None else f"{ratio:.2f}",
    ).rstrip()


def as_json(environment: Mapping[str, str], figures: Iterable[Figure]) -> str:
    """Put everything into one JSON value."""
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    return json.dumps({"environment": dict(environment), "figures": rows}, indent=2)
