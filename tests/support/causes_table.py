"""`python -m tests.support.causes_table`: writes the tables of causes in docs/operations.md and its Russian page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bitrix.causes import Cause
from worker.words.cause_words import BY_THE_SIDE, CATALOGUE
from worker.words.causes import SETTINGS, UNSAID
from worker.words.phrase import Language, Phrase

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, Path] = {"en": DOCS / "operations.md", "ru": DOCS / "operations.ru.md"}
ROWS = re.compile(r"(?:^\| `[a-z_]+` \|.*\n)+", re.MULTILINE)
EITHER = Phrase("портал/движок", "the portal/engine")
YES, NO = Phrase("да", "yes"), Phrase("нет", "no")
FACTS = ("at", "http", "size", "sent", "code")
UNKNOWN = re.compile(r":? …$")


def written(page: str, language: Language) -> str:
    """The page with the rows of its first table after the heading of the causes made anew."""
    head, heading, tail = re.split(r"^(## (?:Causes|Причины)$)", page, flags=re.MULTILINE)
    return head + heading + ROWS.sub(lambda _: "".join(_row(cause, language) for cause in Cause), tail, count=1)


def _row(cause: Cause, language: Language) -> str:
    told = CATALOGUE[cause]
    facts = dict.fromkeys(FACTS, "") | {"side": EITHER.in_(language), "said": "…", "call": "…", **_settings(cause)}
    sentence = UNKNOWN.sub("", UNSAID.sub("", told.sentence.in_(language).format(**facts)).replace(" ()", ""))
    cure = told.cure.in_(language).format(**facts)
    return f"| `{cause}` | {sentence} | {cure} | {(YES if told.passes else NO).in_(language)} |\n"


def _settings(cause: Cause) -> dict[str, str]:
    portal, engine = SETTINGS["portal"], SETTINGS["engine"]
    if cause in BY_THE_SIDE:
        return dict(engine if cause.startswith("engine_") else portal)
    return {name: engine[name] if cause is Cause.ODD_ANSWER else f"{portal[name]} / {engine[name]}" for name in portal}


def main() -> None:
    """Write both pages."""
    for language, page in PAGES.items():
        page.write_text(written(page.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
