"""What makes the READMEs' pictures old, and what does not."""

from __future__ import annotations

import re

import pytest

from tests.support.page_picture import note_in, with_note
from tests.support.page_seen import digest_of, quiet_page, seen_in

PAGE = quiet_page("en")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("<h1>Working", "<h1>It works"),
        (">Nothing needs you.<", ">All is well.<"),
        (">Portal: <", ">Bitrix24: <"),
        ('class="cards"', 'class="columns"'),
        ('d="M7.5 12.5l3 3 6-6.5"', 'd="M7 7"'),
        (".hero svg { flex: none; width: 2.1rem", ".hero svg { flex: none; width: 3rem"),
        ("--good: #14804a", "--good: #00ff00"),
        ("main > :not(#needs, #waits) { grid-column: 1 / -1; }", ""),
        ('<section id="sides"', '<section class="new"><h2>More</h2></section><section id="sides"'),
    ],
)
def test_what_is_seen_makes_a_picture_old(now: str, then: str) -> None:
    assert now in PAGE
    assert seen_in(PAGE.replace(now, then)) != seen_in(PAGE)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("setInterval(look, 5000)", "setInterval(look, 9000)"),
        ("a:hover, a:focus-visible {", "a:hover {"),
        ("--page: #10141a", "--page: #000000"),
        ("figcaption span { font-size: .8rem; }", ""),
        (".copy.done { color: var(--good); }", ".copy.done { color: red; }"),
        ("--warn: #9a6200", "--warn: #aa7700"),
        ('aria-labelledby="needs-title"', 'aria-label="needs"'),
        ('<section id="about"', '<section id="new"><h2>More</h2></section><section id="about"'),
    ],
)
def test_what_is_not_seen_leaves_it_as_it_is(now: str, then: str) -> None:
    assert now in PAGE
    assert seen_in(PAGE.replace(now, then)) == seen_in(PAGE)


def test_figures_may_be_others() -> None:
    texts = re.sub(r">([^<{]*?)(\d+)(?= (?:s|ms|of)\b)", r">\g<1>77", PAGE)
    assert texts != PAGE
    assert seen_in(texts) == seen_in(PAGE)


def test_each_language_has_a_page_of_its_own() -> None:
    assert digest_of("en") != digest_of("ru")
    assert digest_of("en") == digest_of("en")


def test_a_note_in_a_picture_is_found() -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(25) + b"the rest"
    assert note_in(png) == ""
    assert note_in(with_note(png, "c0ffee")) == "c0ffee"
    assert with_note(png, "c0ffee").endswith(b"the rest")
