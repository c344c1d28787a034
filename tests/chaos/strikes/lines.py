"""What befalls the lines between them, the forge, and the receiver of notifications."""

from tests.chaos.town import Repair, Town
from tests.support.http_receiver import Answer


def lines_to_targets_are_cut(town: Town) -> Repair:
    town.target_line.cut()
    return None


def lines_to_the_ledger_are_cut(town: Town) -> Repair:
    town.control_line.cut()
    return None


def targets_are_not_heard(town: Town) -> Repair:
    """What targets say is lost; then all lines break. The answer to a COMMIT is among it."""
    town.target_line.deaf = True

    def hear_again() -> None:
        town.target_line.cut()
        town.target_line.deaf = False

    return hear_again


def targets_are_out_of_reach(town: Town) -> Repair:
    town.target_line.closed = True
    town.target_line.cut()

    def back() -> None:
        town.target_line.closed = False

    return back


def git_is_out_of_reach(town: Town) -> Repair:
    town.git_line.closed = True
    town.git_line.cut()

    def back() -> None:
        town.git_line.closed = False

    return back


def git_hangs(town: Town) -> Repair:
    town.git_line.deaf = True

    def hear_again() -> None:
        town.git_line.cut()
        town.git_line.deaf = False

    return hear_again


def git_answers_with_errors(town: Town) -> Repair:
    town.git.failing = b"command="

    def well_again() -> None:
        town.git.failing = b""

    return well_again


def a_fetch_is_cut(town: Town) -> Repair:
    town.git_line.cut()
    return None


def deliveries_come_again(town: Town) -> Repair:
    """Redeliver old ones, in any order."""
    for delivery in town.random.sample(town.sent, k=min(5, len(town.sent))):
        town.deliver(delivery)
    return None


def the_receiver_fails(town: Town) -> Repair:
    town.hooks.otherwise = Answer(status=500)

    def well_again() -> None:
        town.hooks.otherwise = Answer()

    return well_again


def the_receiver_hangs(town: Town) -> Repair:
    """It takes what comes and says so too late."""
    town.hooks.otherwise = Answer(hang_seconds=3)

    def well_again() -> None:
        town.hooks.otherwise = Answer()

    return well_again
