"""What a picture of the status page's top shows, as one text: the same as long as nobody would see a difference.

These are the texts without their figures, the elements with what gives them their looks, and the rules of style that
fit them. Scripts, links, labels for readers of screens, and styles of dark or narrow screens are none of it.
"""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser

from tests.support.page_facts import ABOUT, Shown, facts, view
from worker.ledger import Counted
from worker.monitoring.page import Page
from worker.words.phrase import Language

CHARTS = (Counted.TASKS_FETCHED, Counted.TASKS_CREATED, Counted.TASKS_COMPLETED, Counted.SYNC_REQUESTS_SENT)
LAST = "rates"
"""The id of the lowest section in the picture."""
UNSEEN = re.compile(r"id|title|href|rel|target|role|lang|for|data-.*|aria-.*")
MEASURES = ("x", "y", "width", "height")
"""Of a bar: they are figures."""
AT_RULE = re.compile(r"@media \((?P<query>[^)]*)\)(?: and [^{]*)? \{(?P<rules>(?:[^{}]*\{[^{}]*\})*)\s*\}")
WIDE = "min-width: 60rem"
RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<style>[^{}]*)\}")
NAME = re.compile(r"[.#]?[A-Za-z][\w-]*")
PSEUDO = re.compile(r"::?[a-z-]+(\([^)]*\))?|\[[^\]]*\]")


class _Seen(HTMLParser):
    """Collects all from `main` to the end of the section `LAST`."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.names = {"html", "body", "*"}
        self._open = self._is_last = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self._open = self._open or tag == "main"
        if self._open:
            self._is_last = self._is_last or named.get("id") == LAST
            self.names |= {tag, f"#{named.get('id')}", *(f".{one}" for one in named.get("class", "").split())}
            shown = {name: value for name, value in named.items() if not UNSEEN.fullmatch(name)}
            measured = {name: "0" if tag == "rect" and name in MEASURES else value for name, value in shown.items()}
            self.parts.append(f"{tag} {measured}")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and not (self._is_last and tag == "section")

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.parts.append(re.sub(r"\d+(?:[.,]\d+)?", "0", " ".join(data.split())))


def digest_of(language: Language) -> str:
    """Of the READMEs' picture in this language."""
    return hashlib.sha256(seen_in(quiet_page(language)).encode()).hexdigest()[:32]


def seen_in(html: str) -> str:
    """The text of a page's top."""
    parser = _Seen()
    parser.feed(html)
    return "\n".join((*parser.parts, *_fitting(html, parser.names)))


def quiet_page(language: Language) -> str:
    """The page on which all works and nothing waits."""
    done = dict.fromkeys(CHARTS, (0.0,) * 59 + (5.0,))
    found = facts(view=view(counts={"outcomes": 0, "syncs": 0}), rates=done, rates_cover=60.0)
    return Page(ABOUT, Shown(found), str, language).show({"lang": language}, "")[0].decode()


def _fitting(html: str, names: set[str]) -> list[str]:
    """The rules of style for a light wide screen whose selectors fit an element that is seen."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    wide = "".join(one["rules"] for one in AT_RULE.finditer(style) if one["query"] == WIDE)
    rules = list(RULE.finditer(AT_RULE.sub("", style) + wide))
    fitting = [one for one in rules if any(_fits(each, names) for each in one["selectors"].split(","))]
    used = " ".join(one["style"] for one in fitting)
    return [f"{' '.join(one['selectors'].split())} {_counting(one['style'], used)}" for one in fitting]


def _counting(style: str, used: str) -> list[str]:
    """The declarations, without variables that no fitting rule uses."""
    declared = [" ".join(one.split()) for one in style.split(";") if one.strip()]
    return [one for one in declared if not one.startswith("--") or f"var({one.partition(':')[0]})" in used]


def _fits(selector: str, names: set[str]) -> bool:
    return not re.search(r":(hover|focus)", selector) and set(NAME.findall(PSEUDO.sub("", selector))) <= names
