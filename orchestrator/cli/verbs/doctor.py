"""`bascule doctor`: whether everything is there that the service depends on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from orchestrator.actions.diagnosis import Diagnosis, Health
from orchestrator.cli.options import Json, SettingsFile, opened
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from orchestrator.wiring import House

_MARK = {Health.WELL: ("✓", "green"), Health.NOTE: ("!", "yellow"), Health.ILL: ("✗", "red")}


def command(*, settings: SettingsFile = None, json: Json = False) -> int:
    """Ask ledger, broker, repositories and targets whether they are there and fit for work."""
    output = Output(as_json=json)
    seen = []
    with opened(settings) as house:
        for diagnosis in _examine(house):
            seen.append(diagnosis)
            if not json:
                _tell(output, diagnosis)
    if json:
        output.result(seen)
    return 2 if any(one.health is Health.ILL for one in seen) else 0


def _examine(house: "House") -> Iterator[Diagnosis]:
    from orchestrator.actions.diagnosis import checked, examine_repositories, examine_targets
    from orchestrator.adapters.broker import ping

    file = house.settings.file
    yield checked("settings", lambda: f"{file} has no faults" if file else "none: everything is embedded")
    ledger = checked("ledger", lambda: f"is {house.claims.ledger_id}")
    yield ledger
    yield checked("broker", lambda: f"{ping(house.broker_url)} answers")
    yield _rehearsals(house)
    yield from examine_repositories(house.policies.values(), house.git)
    yield from house.hosts_in_doubt()
    ledger_id = house.claims.ledger_id if ledger.health is Health.WELL else None
    yield from examine_targets(house.policies.values(), house.targets, ledger_id)


def _rehearsals(house: "House") -> Diagnosis:
    from orchestrator.actions.diagnosis import checked
    from orchestrator.embedded.scratch import available_majors, configured

    about = "rehearsals"
    if url := house.settings.service.scratch_url:
        return checked(about, lambda: f"PostgreSQL {configured(url.reveal()).major} at service.scratch_url")
    if majors := available_majors():
        found = f"on PostgreSQL {', '.join(map(str, majors))} of this host"
        return Diagnosis(about=about, health=Health.WELL, found=found)
    return Diagnosis(
        about=about,
        health=Health.NOTE,
        found="there is no PostgreSQL on this host to rehearse on",
        remedy="install bascule[embedded], or name service.scratch_url",
    )


def _tell(output: Output, diagnosis: Diagnosis) -> None:
    mark, style = _MARK[diagnosis.health]
    output.say(Text.assemble((f"{mark} ", style), (diagnosis.about, "bold"), f": {diagnosis.found}"))
    if diagnosis.remedy:
        output.say(Text.assemble(("    do: ", "bold"), diagnosis.remedy))
