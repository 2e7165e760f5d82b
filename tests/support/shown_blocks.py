"""The code blocks of a page of the documentation, for tests that run them as they are shown."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def shown(page: str, kind: str, heading: str = "") -> list[str]:
    """The blocks of one kind (`sh`, `xml`, `yaml`), below a heading, or all of the page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
