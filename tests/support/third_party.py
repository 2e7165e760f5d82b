"""The licences of the libraries: as THIRD-PARTY.md lists them, and as the installed packages declare them."""

from __future__ import annotations

import re
from importlib.metadata import metadata

from tests.support.sources import ROOT

ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([A-Z][A-Za-z0-9. -]+) \|$", re.MULTILINE)
UNDECLARED = {"jinja2": "BSD-3-Clause"}
"""Packages without a declared SPDX expression, and what their licence files say."""


def licences() -> dict[str, str]:
    """The licence of each library in THIRD-PARTY.md."""
    return dict(ROW.findall((ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")))


def declared(name: str) -> str:
    """What the installed package says of itself."""
    found = metadata(name)
    return found["License-Expression"] or found["License"] or UNDECLARED[name]
