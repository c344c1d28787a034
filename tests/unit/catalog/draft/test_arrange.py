"""Statements find their order by trial, and the trial ends."""

from orchestrator.catalog.draft import arranged, written


class Needs:
    """Statements that run once others have run."""

    def __init__(self, **needs: str) -> None:
        self.needs = needs
        self.done: list[str] = []
        self.asked = 0

    def works(self, statement: str) -> bool:
        self.asked += 1
        if self.needs.get(statement, "") in ("", *self.done):
            self.done.append(statement)
            return True
        return False


def test_what_cannot_run_yet_runs_after_what_it_needs() -> None:
    play = Needs(view="table", policy="function", function="view")
    assert arranged(["policy", "function", "view", "table"], play.works) == (
        ("table", "view", "function", "policy"),
        (),
    )


def test_what_never_runs_is_told_and_the_rest_is_done() -> None:
    play = Needs(view="gone")
    assert arranged(["view", "table"], play.works) == (("table",), ("view",))


def test_the_trial_is_bounded() -> None:
    chain = [f"s{place}" for place in range(100)]
    play = Needs(**{statement: f"s{place + 1}" for place, statement in enumerate(chain[:-1])})
    done, left = arranged(chain, play.works)
    assert play.asked <= 20 * len(chain)
    assert len(done) + len(left) == len(chain)


def test_a_draft_is_written_in_paragraphs_that_end_with_semicolons() -> None:
    assert written(["drop view a", "create view a as\nselect 1"]) == (
        "drop view a;\n\ncreate view a as\nselect 1;\n"
    )
    assert written([]) == ""
