"""Go through a syntax tree without recursion: a chain of operators is as deep as it is long.

Part of the adapter.
"""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from orchestrator.validation.grammar.nodes import Node


def every(node: Node, *, but_below: Collection[str] = ()) -> Iterator[Node]:
    """Yield a node and all below it in the order of the text; of some kinds not what is below them.

    What the library puts around every node, and is nothing by itself, is left out.
    """
    waiting = [node]
    while waiting:
        each = unwrapped(waiting.pop())
        if each is not None:
            yield each
            if each.DESCRIPTOR.name not in but_below:
                waiting.extend(children(each)[::-1])


def unwrapped(node: Node) -> Node | None:
    """Return the node itself; None where there is none."""
    if node.DESCRIPTOR.name != "Node":
        return node
    kind = node.WhichOneof("node")
    return None if kind is None else getattr(node, kind)


def children(node: Node) -> list[Node]:
    """Return the messages directly below a node."""
    found: list[Node] = []
    for descriptor, value in node.ListFields():
        repeated = _is_repeated(descriptor)
        if repeated:
            found.extend(value)
        elif repeated is not None:
            found.append(value)
    return found


@cache
def _is_repeated(descriptor: Any) -> bool | None:  # noqa: ANN401  # asked again and again of the same few
    """Tell whether a field holds several messages; None when it holds none."""
    return None if descriptor.message_type is None else bool(descriptor.is_repeated)
