import re
from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.squawk.places import TheirPlace, places

TEXTS = st.lists(st.sampled_from([*"aé€😀\t;\r\n", "\r\n", "\ufeff", "drop "]), max_size=40).map("".join)


def their_place(text: str, offset: int) -> TheirPlace:
    data, position = text.encode(), len(text[:offset].encode())
    starts = [0, *(end.end() for end in re.finditer(rb"\r\n|\r|\n", data))]
    line = bisect_right(starts, position) - 1
    return line, position - starts[line]


@given(text=TEXTS)
def test_every_place_of_a_text_is_found_again(text: str) -> None:
    theirs = [their_place(text, offset) for offset in range(len(text) + 1)]
    found = places(text, theirs)
    for offset, their in enumerate(theirs):
        before = text[:offset]
        assert found[their].offset == offset
        assert found[their].line == before.count("\n") + 1
        assert found[their].column == offset - (before.rfind("\n") + 1) + 1


@given(text=TEXTS, their=st.tuples(st.integers(0, 50), st.integers(0, 200)))
def test_a_place_never_lies_outside_of_the_text(text: str, their: TheirPlace) -> None:
    place = places(text, [their])[their]
    lines = text.split("\n")
    assert 0 <= place.offset <= len(text)
    assert 1 <= place.line <= len(lines)
    assert 1 <= place.column <= len(lines[place.line - 1]) + 1


def test_a_place_inside_a_character_is_where_the_character_begins() -> None:
    assert [place.column for place in places("a😀b", [(0, 1), (0, 3), (0, 5)]).values()] == [2, 2, 3]
