"""The shapes in which policies, and the functions that they call, say whose a row is and what it must bear.

Each text is read once, whatever tables it is about; which of the names are columns of a table is another's
question. Both the server's spelling of an expression and the author's of a function body are read.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: where in a token a claim stands
Path = tuple[str, ...]

_CAST = r"(?:::[\w.\" ]+(?:\[\])?)?"
#: a column, perhaps of a table, perhaps in brackets, perhaps cast
_COLUMN = rf"\(*(?:\"?\w+\"?\.)*\"?(\w+)\"?\)*{_CAST}\)*"
_UID = (
    rf"\(*\s*(?:select\s+)?\(*auth\.uid\(\)\)*{_CAST}\)*{_CAST}"
    rf"(?:\s+as\s+\"?[\w?]+\"?)?\)*{_CAST}"
)
_EMAIL = (
    rf"\(*\s*(?:select\s+)?\(*(?:auth\.email\(\)|auth\.jwt\(\)\)*\s*->>\s*'email'){_CAST}"
    rf"(?:\s+as\s+\"?[\w?]+\"?)?\)*{_CAST}"
)
_JWT = (
    r"\(*\s*(?:select\s+)?\(*auth\.jwt\(\)(?:\s+as\s+jwt)?\)*"
    rf"(?:\s*->\s*'(?P<outer>\w+)'{_CAST}\)*)?\s*->>\s*'(?P<claim>\w+)'{_CAST}\)*{_CAST}\)*"
)
_CONSTANT = r"'((?:[^']|'')*)'"
_SETTING = r"current_setting\(\s*'request\.jwt\.{}'(?:::text)?(?:\s*,\s*\w+)?\s*\)"
_OR_NULL = r"(?:nullif\s*\(\s*{0}\s*,\s*''(?:::text)?\s*\)|{0})"
#: other spellings of a token and of its user's id, read as the usual ones; brackets may be left over
_SPELLINGS: Final = (
    (rf"{_OR_NULL.format(_SETTING.format('claims'))}\)*\s*::\s*jsonb?", "auth.jwt()"),
    (
        (
            r"auth\.jwt\(\)(?:\s+as\s+\w+)?\)*\s*"
            r"(?:->>\s*'sub'(?:::text)?|#>>\s*'\{sub\}'(?:::text\[\])?)"
        ),
        "auth.uid()",
    ),
    (_OR_NULL.format(_SETTING.format(r"claim\.sub")), "auth.uid()"),
    (r"nullif\s*\(\s*\(*auth\.uid\(\)\)*(?:::text)?\s*,\s*''(?:::text)?\s*\)", "auth.uid()"),
)
_RESPELLED: Final = tuple((re.compile(shape, re.IGNORECASE), as_) for shape, as_ in _SPELLINGS)
#: a whole body that gives the user's id and asks for nothing else
_GIVES_UID: Final = re.compile(
    rf"\s*(?:begin\b)?\s*(?:return\b)?\s*(?:select\b)?\s*{_UID}\s*;?\s*(?:end\b)?\s*;?\s*", re.IGNORECASE
)


def _either_way(value: str) -> re.Pattern[str]:
    return re.compile(rf"{_COLUMN}\s*=\s*{value}|{value}\s*=\s*{_COLUMN}", re.IGNORECASE)


_OWNS: Final = _either_way(_UID)
_MAILS: Final = _either_way(_EMAIL)
_OWNS_AMONG: Final = re.compile(rf"{_UID}\s*=\s*any\s*\({_COLUMN}", re.IGNORECASE)
_OWNS_INSIDE: Final = re.compile(rf"{_COLUMN}\s*@>\s*array\s*\[{_UID}", re.IGNORECASE)
_CLAIMS: Final = (
    re.compile(rf"{_COLUMN}\s*=\s*{_JWT}", re.IGNORECASE),
    re.compile(rf"{_JWT}\s*=\s*{_COLUMN}", re.IGNORECASE),
)
_CLAIM_IS: Final = (
    re.compile(rf"{_JWT}\s*=\s*(?P<constant>{_CONSTANT})", re.IGNORECASE),
    re.compile(rf"(?P<constant>{_CONSTANT}){_CAST}\s*=\s*{_JWT}", re.IGNORECASE),
)
#: a claim that is a truth by itself
_CLAIM_IS_TRUE: Final = re.compile(
    r"auth\.jwt\(\)(?:\s+as\s+jwt)?\)*(?:\s*->\s*'(?P<outer>\w+)'(?:::text)?\)*)?\s*->>\s*'(?P<claim>\w+)'(?:::text)?\)*::bool",
    re.IGNORECASE,
)
_EQUALS: Final = re.compile(rf"{_COLUMN}\s*=\s*{_CONSTANT}", re.IGNORECASE)
_IS_ONE_OF: Final = re.compile(
    rf"{_COLUMN}\s*(?:=\s*any\s*\(+\s*array\s*\[|in\s*\()(?P<many>[^\])]*)", re.IGNORECASE
)
_DIFFERS: Final = re.compile(rf"{_COLUMN}\s*(?:<>|!=|\bis\s+distinct\s+from\b)\s*{_CONSTANT}", re.IGNORECASE)
_IS_NONE_OF: Final = re.compile(
    rf"{_COLUMN}\s*(?:<>\s*all\s*\(+\s*array\s*\[|not\s+in\s*\()(?P<many>[^\])]*)", re.IGNORECASE
)
_IS_THERE: Final = re.compile(rf"{_COLUMN}\s+is\s+not\s+null", re.IGNORECASE)
_LATER: Final = re.compile(rf"{_COLUMN}\s*>=?\s*\(?now\(\)", re.IGNORECASE)
_EARLIER: Final = re.compile(rf"{_COLUMN}\s*<=?\s*\(?now\(\)", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_NAME: Final = re.compile(r'"([^"]+)"')
_QUOTED: Final = re.compile(_CONSTANT)
#: what the folder of a file is called, where that is a constant
_FOLDER: Final = re.compile(rf"foldername\([\w.\"]+\)\)?\s*\[\d\]\)*{_CAST}\s*=\s*{_CONSTANT}", re.IGNORECASE)

#: what is known about a token's user anyway
_NO_CLAIMS: Final = frozenset({("email",), ("sub",), ("role",)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What one text says; names and values in the order in which they are written."""

    #: compared with the user's id, contain it, compared with the user's e-mail address
    owners: tuple[str, ...]
    owner_lists: tuple[str, ...]
    mails: tuple[str, ...]
    #: names that stand beside a claim, by its path
    beside_claims: tuple[tuple[Path, tuple[str, ...]], ...]
    #: claims that are held against a constant
    claims: Mapping[Path, str]
    #: constants that names are held against
    values: Mapping[str, tuple[str, ...]]
    #: constants that names are to differ from
    unlike: Mapping[str, tuple[str, ...]]
    #: moments that suit what is said of a name
    moments: Mapping[str, tuple[str, ...]]
    #: names of files' folders
    folders: tuple[str, ...]
    #: every constant
    constants: tuple[str, ...]
    words: frozenset[str]


@lru_cache(maxsize=8192)
def said(text: str) -> Said:
    """Read a text."""
    text = respelled(text)
    return Said(
        owners=_names(_OWNS, text),
        owner_lists=(*_names(_OWNS_AMONG, text), *_names(_OWNS_INSIDE, text)),
        mails=_names(_MAILS, text),
        beside_claims=tuple(_beside_claims(text)),
        claims=dict(reversed(list(_claims(text)))),
        values=_grouped(_held_against(text, _EQUALS, _IS_ONE_OF)),
        unlike=_grouped(_held_against(text, _DIFFERS, _IS_NONE_OF)),
        moments=_grouped(_moments(text)),
        folders=tuple(_unquoted(match[1]) for match in _FOLDER.finditer(text)),
        constants=constants(text),
        # a name that is not quoted is one in small letters, however it is written
        words=frozenset((*_WORD.findall(text), *_WORD.findall(text.lower()), *_NAME.findall(text))),
    )


def respelled(text: str, wrappers: Collection[str] = ()) -> str:
    """Write each spelling of the user's id in the same way; `wrappers` are functions that give it."""
    if wrappers:
        names = "|".join(re.escape(name) for name in sorted(wrappers))
        text = re.sub(
            rf'(?:"?\w+"?\.)?"?\b(?:{names})\b"?\s*\(\s*\)', "auth.uid()", text, flags=re.IGNORECASE
        )
    for pattern, usual in _RESPELLED:
        text = pattern.sub(usual, text)
    return text


def gives_uid(body: str) -> bool:
    """Tell whether a function does no more than give the user's id."""
    return _GIVES_UID.fullmatch(respelled(body)) is not None


def constants(text: str) -> tuple[str, ...]:
    """Return everything that stands in quotes."""
    return tuple(_unquoted(match[1]) for match in _QUOTED.finditer(text))


def _names(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(name for match in pattern.finditer(text) for name in match.groups() if name)


def _grouped(pairs: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


def _held_against(text: str, one: re.Pattern[str], many: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for match in one.finditer(text):
        yield match[1], match[2]
    for match in many.finditer(text):
        yield from ((match[1], value) for value in constants(match["many"]))


def _moments(text: str) -> Iterator[tuple[str, str]]:
    for pattern, value in ((_LATER, "2099-01-01"), (_EARLIER, "2000-01-01"), (_IS_THERE, "2020-01-01")):
        yield from dict.fromkeys((match[1], value) for match in pattern.finditer(text))


def _beside_claims(text: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for pattern in _CLAIMS:
        for match in pattern.finditer(text):
            if (path := _path(match)) not in _NO_CLAIMS:
                yield path, tuple(name for name in match.groups() if name)


def _claims(text: str) -> Iterator[tuple[Path, str]]:
    for pattern in (*_CLAIM_IS, _CLAIM_IS_TRUE):
        for match in pattern.finditer(text):
            constant = match.groupdict().get("constant") or "'true'"
            if (path := _path(match)) not in _NO_CLAIMS:
                yield path, _unquoted(constant[1:-1])


def _path(match: re.Match[str]) -> Path:
    return tuple(each for each in (match["outer"], match["claim"]) if each)


def _unquoted(value: str) -> str:
    return value.replace("''", "'")
