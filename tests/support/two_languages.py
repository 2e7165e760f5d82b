"""What a text must not contain if it is to be in one language throughout."""

from __future__ import annotations

import re
from collections.abc import Collection

QUOTED = re.compile(r"«[^»]*»|“[^”]*”|`[^`]*`|(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"")
PLACE = re.compile(r"\S*[/\\_.=:{}$|<>\[\]()0-9-]+\S*[A-Za-z]\S*|\S*[A-Za-z]\S*[/\\_.={}$|<>\[\]()0-9-]+\S*")
"""A name, a path, an address, code: letters with a sign among them."""


def english_in(text: str, known: Collection[str] = ()) -> list[str]:
    """English words in a Russian text, outside quotations, names and `known`."""
    bare = PLACE.sub(" ", QUOTED.sub(" ", text))
    return [word for word in re.findall(r"[A-Za-z]{2,}", bare) if not word.isupper() and word not in known]


def russian_in(text: str) -> list[str]:
    """Russian words in an English text, outside quotations."""
    return re.findall(r"[А-Яа-яЁё]+", QUOTED.sub(" ", text))
