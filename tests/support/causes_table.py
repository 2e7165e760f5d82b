"""`python -m tests.support.causes_table`: writes a section for each cause into docs/causes.md and docs/causes.ru.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bitrix.causes import Cause
from worker.words.cause_words import BY_THE_SIDE, CATALOGUE
from worker.words.causes import SETTINGS, UNSAID
from worker.words.ledger_words import OF_THE_LEDGER
from worker.words.phrase import Language, Phrase

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, Path] = {"en": DOCS / "causes.md", "ru": DOCS / "causes.ru.md"}
MARK = "<!-- causes -->\n"
"""What follows it is made, up to the end of the page."""
EITHER = Phrase("портал/движок", "the portal/engine")
PASSES = Phrase("Может пройти без вмешательства.", "It may end without you.")
STAYS = Phrase("Само не пройдёт.", "It does not end without you.")
FACTS = ("at", "http", "size", "sent", "free", "code", "usual", "here")
NAMED = ("said", "call", "took", "at_once", "rate", "stretch")
UNKNOWN = re.compile(r":? …$")


def written(page: str, language: Language) -> str:
    """The page with the sections of the causes made anew."""
    head, mark, _ = page.partition(MARK)
    return head + mark + "".join(_section(cause, language) for cause in Cause)


def _section(cause: Cause, language: Language) -> str:
    told = CATALOGUE[cause]
    facts = dict.fromkeys(FACTS, "") | dict.fromkeys(NAMED, "…")
    facts |= {"side": EITHER.in_(language), **_settings(cause)}
    sentence = UNKNOWN.sub("", UNSAID.sub("", told.sentence.in_(language).format(**facts)).replace(" ()", ""))
    cure = told.cure.in_(language).format(**facts)
    end = (PASSES if told.passes else STAYS).in_(language)
    return f"\n## `{cause}`\n\n- {sentence[0].upper()}{sentence[1:]}.\n- {cure}.\n- {end}\n"


def _settings(cause: Cause) -> dict[str, str]:
    portal, engine = SETTINGS["portal"], SETTINGS["engine"]
    if cause.startswith("token_"):
        return dict(SETTINGS["token"])
    if cause in OF_THE_LEDGER:
        return dict(SETTINGS["ledger"])
    if cause in BY_THE_SIDE:
        return dict(engine if cause.startswith("engine_") else portal)
    return {name: engine[name] if cause is Cause.ODD_ANSWER else f"{portal[name]} / {engine[name]}" for name in portal}


def main() -> None:
    """Write both pages."""
    for language, page in PAGES.items():
        page.write_text(written(page.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
