from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, strategies as st

from worker.mapping.bbcode import INVISIBLE, clean, harmless, shortened, single_line, stored_bytes, stored_characters

PORTAL_HASH_TAG = re.compile(r"(^|\s)#([^\s,\[\]<>]+)", re.IGNORECASE)
PORTAL_BBCODE = re.compile(r"\[/?[a-z*]", re.IGNORECASE)
EMOJI_AS_STORED = re.compile(r"[\U00010000-\U0010ffff]")
anything = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("[]/*#USERurl= \n\r\0\ud83d😀"))


@given(st.lists(anything, max_size=3))
def test_nothing_comes_alive_however_values_are_joined(values: list[str]) -> None:
    joined = "".join(harmless(value) for value in values)

    assert not PORTAL_BBCODE.search(joined)
    assert not PORTAL_HASH_TAG.search(joined)
    assert not PORTAL_BBCODE.search(single_line(joined))
    assert not PORTAL_HASH_TAG.search(single_line(joined))


@given(anything)
def test_a_clean_text_can_be_sent(text: str) -> None:
    json.dumps(clean(text), ensure_ascii=False).encode()
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_only_invisible_spaces_are_added(text: str) -> None:
    assert harmless(text).replace(INVISIBLE, "") == text.replace(INVISIBLE, "")


@pytest.mark.parametrize(
    "text",
    ['«Ромашка» & "Co" <b>\'', "😀👩‍👧", "C# and F#", "http://host/page#part", "[1] item [ ] todo", "5 > 3", "a\tb\nc"],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_control_characters_are_removed_before_tags_are_sought() -> None:
    assert harmless("[\x00USER=5]") == f"[{INVISIBLE}USER=5]"
    assert clean("a\r\nb\rc\ud800") == "a\nb\nc\ufffd"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a bcd", 3, "a…"), ("abcd", 1, "…")],
)
def test_what_is_cut_ends_in_an_ellipsis(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected


@given(st.text(max_size=40), st.integers(12, 60))
def test_a_shortened_text_fits_as_the_portal_stores_it(text: str, limit: int) -> None:
    def stored(kept: str) -> str:
        return EMOJI_AS_STORED.sub(lambda found: f":{found[0].encode().hex()}:", kept)

    assert len(stored(shortened(text, limit, stored_characters))) <= limit
    assert len(stored(shortened(text, limit, stored_bytes)).encode()) <= limit
