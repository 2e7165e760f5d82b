"""Says where a name has characters that nobody sees or tells apart: blanks, and letters of the wrong alphabet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from worker.words.phrase import Phrase, joined, unchanged

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_IN_LATIN = Phrase(
    "латинскими буквами, в имени есть русские: {letters}", "in Latin letters, the name has Cyrillic ones: {letters}"
)
_LATIN, _ALIKE = "ABCEHKMOPTXYabcehkmoptxy", "АВСЕНКМОРТХУавсенкмортху"
_FOLDED = str.maketrans(_ALIKE, _LATIN)
_OTHERS = Phrase(
    "в условии есть похожие буквы другого алфавита: {letters}",
    "the condition has letters of another alphabet that look alike: {letters}",
)
_WITHOUT = Phrase("без невидимых символов, в имени есть: {characters}", "without what is invisible: {characters}")
_AT: Mapping[str, Phrase] = {
    "start": Phrase("{character} в начале", "{character} at the beginning"),
    "end": Phrase("{character} в конце", "{character} at the end"),
    "within": Phrase("{character} внутри", "{character} within"),
}
_CHARACTERS: Mapping[str, Phrase] = {
    " ": Phrase("пробел", "a space"),
    "\t": Phrase("табуляция", "a tab"),
    "\n": Phrase("перевод строки", "a line break"),
    "\u00a0": Phrase("неразрывный пробел", "a no-break space"),
    "\u200b": Phrase("пробел нулевой ширины", "a zero-width space"),
}
_TOLD = unchanged("{meant} ({why})")


def told_apart(name: str, meant: str) -> Phrase:
    """The name that was meant, with the characters of `name` that only look like its own, or that nobody sees."""
    whys = []
    letters = dict.fromkeys(_CYRILLIC.findall(name))
    if letters and not _CYRILLIC.search(meant):
        whys.append(_IN_LATIN.format(letters=", ".join(letters)))
    if unseen := [_named(name, at) for at, one in enumerate(name) if _is_unseen(one)]:
        whys.append(_WITHOUT.format(characters=joined(", ", unseen)))
    return _TOLD.format(meant=meant, why=joined("; ", whys)) if whys else unchanged(meant)


def told_from_texts(meant: str, texts: Iterable[str]) -> Phrase:
    """What was meant, with the letters by which one of the texts differs from it though it looks the same."""
    alike = (one for one in texts if one != meant and _folded(one) == _folded(meant))
    pairs = zip(next(alike, meant).casefold(), meant.casefold(), strict=False)
    letters = ", ".join(dict.fromkeys(one for one, other in pairs if one != other))
    return _TOLD.format(meant=meant, why=_OTHERS.format(letters=letters)) if letters else unchanged(meant)


def _folded(text: str) -> str:
    return text.translate(_FOLDED).casefold()


def in_quotes(name: str) -> str:
    """The name, in quotes if it has characters that nobody sees."""
    return f'"{name}"' if any(map(_is_unseen, name)) else name


def _is_unseen(character: str) -> bool:
    return character.isspace() or not character.isprintable()


def _named(name: str, at: int) -> Phrase:
    where = "start" if not name[:at].strip() else "end" if not name[at:].strip() else "within"
    return _AT[where].format(character=_CHARACTERS.get(name[at]) or f"U+{ord(name[at]):04X}")
