from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orchestrator.actions.progress import ToldScratch
from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rehearsal import CopyOrigin, ScratchCopy

COPY = ScratchCopy(database="copy", origin=CopyOrigin.TARGET, role="postgres", server_major=18)
FACTS = Facts(server_major=18, all=())


class _Counted:
    """Scratch and play in one, which notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def note(*_: object, **__: object) -> Any:
            self.asked.append(name)
            return {"mark": 3, "works": True, "apply": (), "copy_of": COPY, "build": COPY}.get(name)

        return note

    @contextmanager
    def playing(self, *_: object, **__: object) -> Iterator["_Counted"]:
        yield self


def migration(version: str) -> Migration:
    return Migration(version=version, name="a", file=SqlFile(path=f"{version}_a.sql", sha256=""))


def test_somebody_who_waits_hears_how_far_it_is_and_everything_is_handed_on() -> None:
    counted, heard = _Counted(), list[str]()
    scratch = ToldScratch(counted, heard.append, of=2)
    assert scratch.copy_of("staging", FACTS) is COPY
    assert scratch.build(()) is COPY
    with scratch.playing(COPY, together=True) as play:
        for version in "12":
            play.apply(migration(version), "")
        for version in "21":
            play.revert(migration(version), "")
        for version in "12":
            play.apply_again(migration(version), "")
        assert (play.mark(lambda: None), play.works("")) == (3, True)
        play.back_to(0)
        play.asking()
        play.probing()
    assert heard == [
        "copying the schema of staging",
        "making a Supabase-like database",
        "waiting for the scratch server",
        "rehearsing 1 of 2",
        "rehearsing 2 of 2",
        "taking back 1 of 2",
        "taking back 2 of 2",
        "rehearsing once more 1 of 2",
        "rehearsing once more 2 of 2",
    ]
    assert counted.asked[2:] == [
        *["apply"] * 2,
        *["revert"] * 2,
        *["apply_again"] * 2,
        "mark",
        "works",
        "back_to",
        "asking",
        "probing",
    ]
