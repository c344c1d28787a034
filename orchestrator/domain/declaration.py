"""What a comment on a policy declares: a line such as `bascule: intended because prices are public`."""

import re
from typing import Final

#: a line that is for us
OURS: Final = re.compile(r"^[ \t]*bascule:(.*)$", re.MULTILINE | re.IGNORECASE)
#: what such a line may say
DECLARED: Final = re.compile(r"\s*intended\s+because\s+(\S.*?)\s*", re.IGNORECASE)
#: so much of a line of a comment is told
_LONGEST: Final = 200


def because_in(comment: str | None) -> str | None:
    """Return the reason that a policy's comment gives; None: it declares nothing."""
    for line in OURS.findall(comment or ""):
        declared = DECLARED.fullmatch(line)
        if declared is not None:
            return printable(declared[1])
    return None


def printable(text: str) -> str:
    """Return what may be told of a comment: whatever stands there, it goes to a terminal and to Slack."""
    return "".join(sign for sign in text if sign.isprintable())[:_LONGEST]
