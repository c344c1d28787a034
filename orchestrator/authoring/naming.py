"""Names out of words: what a file is called, and what PostgreSQL keeps whole."""

import re
import unicodedata
from typing import Final

import postgast

from orchestrator.domain.errors import ConfigurationError

#: letters of a description that a file's name keeps at most
LONGEST: Final = 60
#: bytes of a name that PostgreSQL keeps
_IDENTIFIER: Final = 63

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_BUCKET = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
#: Latin letters that Unicode does not take apart; ß and the like are taken apart by casefold
_LATIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "'": "", "’": ""}
)


def words_of(description: str) -> list[str]:
    """Return the words in small ASCII letters and digits; letters that have no such form are left out."""
    folded = unicodedata.normalize("NFKD", description.casefold().translate(_LATIN))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9]+", plain)


def one_line(description: str) -> str:
    """Return the description as it may stand in a comment: printable, without a line's end."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in description).split())


def slug_of(description: str) -> str:
    """Return what a file is called, cut at a word. Raises ConfigurationError when no word is there."""
    slug = "_".join(words_of(description))
    if not slug:
        raise ConfigurationError(
            f'"{one_line(description)}" has no letter or digit that a file\'s name could be made of',
            code="description",
            remedy='describe the change in words, as in: bascule new "create customer invoices table"',
        )
    if len(slug) <= LONGEST:
        return slug
    end = slug.rfind("_", 0, LONGEST + 1)
    return slug[: end if end > 0 else LONGEST]


def is_cut(description: str) -> bool:
    """Tell whether a file's name keeps only the beginning of the description."""
    return len("_".join(words_of(description))) > LONGEST


def called(*parts: str) -> str:
    """Join parts to a name that PostgreSQL keeps whole: where it is too long, the longest part gives way."""
    kept = list(parts)
    while len("_".join(kept)) > _IDENTIFIER:
        longest = max(range(len(kept)), key=lambda at: len(kept[at]))
        kept[longest] = kept[longest][:-1]
    return "_".join(kept)


def singular(plural: str) -> str:
    """Return the word for one of them, as far as endings tell: categories, boxes and orders."""
    if plural.endswith("ies") and len(plural) > len("ties"):
        return f"{plural[:-3]}y"
    if plural.endswith(("sses", "shes", "ches", "xes", "zes")):
        return plural[:-2]
    return plural[:-1] if plural.endswith("s") and not plural.endswith(("ss", "us", "is")) else plural


def is_table(name: str) -> bool:
    """Judge whether SQL may call a table so without quotes, wherever others name it without its schema."""
    return is_column(name)


def is_column(name: str) -> bool:
    """Judge whether SQL may call a column so without quotes: no word that the grammar keeps for itself."""
    if not _NAME.fullmatch(name) or len(name) > _IDENTIFIER:
        return False
    try:
        postgast.parse(f"create table t ({name} int)")
    except postgast.PgQueryError:
        return False
    return True


def is_bucket(name: str) -> bool:
    """Judge whether a bucket may be called so: words and digits between hyphens, as in a path."""
    return bool(_BUCKET.fullmatch(name)) and len(name) <= _IDENTIFIER
