"""The small parts that all statements are made of: names, types, places. Part of the adapter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name

#: one of the generated classes; their names are not for annotations
Node = Any

#: what format_type calls the types that the grammar knows by other names
_TYPES: Final = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "float4": "real",
    "float8": "double precision",
    "varchar": "character varying",
    "bpchar": "character",
    "varbit": "bit varying",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}
_SERIALS: Final = {
    "serial": "serial",
    "serial4": "serial",
    "bigserial": "bigserial",
    "serial8": "bigserial",
    "smallserial": "smallserial",
    "serial2": "smallserial",
}
#: types with these parts have their length in the middle: timestamp(3) with time zone
_SPLIT: Final = ("time", "timestamp")


@dataclass(frozen=True)
class Source:
    """A statement's text; libpg_query counts its bytes, we count characters."""

    text: str

    @cached_property
    def _bytes(self) -> bytes | None:
        return None if self.text.isascii() else self.text.encode()

    def at(self, location: int) -> int:
        """Turn a location of the tree into an offset; one that the grammar does not tell into 0."""
        if location <= 0:
            return 0
        if self._bytes is None:
            return min(location, len(self.text))
        return len(self._bytes[:location].decode(errors="ignore"))

    def token_at(self, location: int) -> str:
        """Return up to 40 characters from a location on."""
        start = self.at(location)
        return self.text[start : start + 40]


def relation(node: Node) -> Name:
    """Read a RangeVar."""
    return Name(node.schemaname or None, node.relname)


def qualified(parts: Iterable[Node]) -> Name:
    """Read a list of names: the last two count (a database's name in front says nothing)."""
    words = [part.string.sval for part in parts]
    return Name(words[-2] if len(words) > 1 else None, words[-1] if words else "")


def strings(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Read a list of names that stand for themselves."""
    return tuple([node.string.sval for node in nodes])


def roles(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Read roles; "public" is everybody, CURRENT_USER and its kind keep their words."""
    return tuple(_role(node.role_spec) for node in nodes)


def _role(node: Node) -> str:
    match node.roletype:
        case pg.ROLESPEC_CSTRING:
            return str(node.rolename)
        case pg.ROLESPEC_PUBLIC:
            return "public"
        case pg.ROLESPEC_SESSION_USER:
            return "session_user"
        case _:
            return "current_user"


def type_text(node: Node) -> str:
    """Write a type as format_type would, as far as the text alone tells."""
    words = strings(node.names)
    if len(words) > 1 and words[-2] != "pg_catalog":
        name = ".".join(words[-2:])
    else:
        name = _plain(words[-1] if words else "")
    return name if not node.array_bounds else name + "[]"


def type_with_modifiers(node: Node) -> str:
    """Write a type with its length: "character varying(20)", "numeric(10,2)"."""
    sizes = [str(each.a_const.ival.ival) for each in node.typmods if each.WhichOneof("node") == "a_const"]
    text = type_text(node)
    if not sizes or text.startswith("interval"):
        return text
    base, array = (text[:-2], "[]") if text.endswith("[]") else (text, "")
    head, space, rest = base.partition(" ") if base.startswith(_SPLIT) else (base, "", "")
    return f"{head}({','.join(sizes)}){space}{rest}{array}"


def _plain(word: str) -> str:
    return _TYPES.get(word) or _SERIALS.get(word) or word


def without_casts(node: Node) -> Node:
    """Return what is cast, however often."""
    while node.WhichOneof("node") == "type_cast":
        node = node.type_cast.arg
    return node


def option(options: Iterable[Node], name: str) -> Node | None:
    """Find an option by its name."""
    return next((each.def_elem for each in options if each.def_elem.defname == name), None)


def text_of(value: Node) -> str | None:
    """Read an option's value; None when there is none."""
    kind = value.WhichOneof("node")
    return _TEXTS[kind](getattr(value, kind)) if kind in _TEXTS else None


def constant(node: Node) -> str | None:
    """Read a constant; None for NULL."""
    match node.WhichOneof("val"):
        case "sval":
            return str(node.sval.sval)
        case "ival":
            return str(node.ival.ival)
        case "fval":
            return str(node.fval.fval)
        case "boolval":
            return "true" if node.boolval.boolval else "false"
        case _:
            return None


_TEXTS: Final[dict[str, Callable[[Node], str | None]]] = {
    "string": lambda node: str(node.sval),
    "integer": lambda node: str(node.ival),
    "float": lambda node: str(node.fval),
    "boolean": lambda node: "true" if node.boolval else "false",
    "type_name": lambda node: strings(node.names)[-1],
    "a_const": constant,
}
