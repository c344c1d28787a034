"""`bascule demo`: the guided story."""


def command() -> None:
    """Play the guided story."""
