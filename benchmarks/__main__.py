"""`python -m benchmarks`: measure, beside a peer in the same run. See docs/benchmarks.md."""

import argparse
from types import ModuleType
from typing import Final

from benchmarks import (
    deploy_pending,
    first_stage,
    large_ledger,
    long_history,
    push_to_succeeded,
    rehearse,
    report,
    smoke,
    validate_files,
    webhook_to_202,
)
from benchmarks.figure import TINY, Figure, Sizes
from benchmarks.ground import ground
from orchestrator.adapters.logging import configure

_BENCHMARKS: Final[dict[str, ModuleType]] = {
    module.NAME: module
    for module in (
        webhook_to_202,
        first_stage,
        push_to_succeeded,
        deploy_pending,
        long_history,
        large_ledger,
        rehearse,
        smoke,
        validate_files,
    )
}


def main(arguments: list[str] | None = None) -> None:
    """Measure what was asked for, and print it."""
    asked = _parser().parse_args(arguments)
    configure(level="error", secrets=[])
    with ground(fsync=not asked.no_fsync) as here:
        environment = here.environment()
        figures: list[Figure] = []
        _say(asked, report.heading(environment))
        for name in asked.benchmarks or _BENCHMARKS:
            module = _BENCHMARKS[name]
            _say(asked, report.title(name, module.PEER))
            for figure in module.measure(here, TINY if asked.tiny else Sizes()):
                _say(asked, report.line(figure))
                figures.append(figure)
    if asked.json:
        print(report.as_json(environment, figures))


def _known(name: str) -> str:
    if name not in _BENCHMARKS:
        raise argparse.ArgumentTypeError(f"there is no benchmark {name}; there are {', '.join(_BENCHMARKS)}")
    return name


def _say(asked: argparse.Namespace, text: str) -> None:
    if not asked.json:
        print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Bascule beside a peer."
    )
    parser.add_argument(
        "benchmarks", nargs="*", type=_known, metavar="BENCHMARK", help=", ".join(_BENCHMARKS)
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of tables")
    parser.add_argument("--no-fsync", action="store_true", help="commits do not wait for the disk")
    parser.add_argument("--tiny", action="store_true", help="only see that everything runs")
    return parser


if __name__ == "__main__":
    main()
