"""ARCHITECTURE.md tells the rooms and floors that import-linter holds."""

import tomllib

import pytest

from tests.support.pages import ROOT, page

TEXT = page("ARCHITECTURE.md")
CONTRACTS = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
(FLOORS,) = (contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")


def test_the_floors_are_those_of_the_contract() -> None:
    assert " over ".join(f"`{floor}`" for floor in FLOORS) + "." in " ".join(TEXT.split())


@pytest.mark.parametrize("room", sorted(" | ".join(FLOORS).split(" | ")))
def test_every_room_is_in_the_list(room: str) -> None:
    name = f"{room}/" if (ROOT / "orchestrator" / room).is_dir() else f"{room}.py"
    assert name in TEXT.split("```")[1].split()
