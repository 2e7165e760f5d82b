"""Says what is probably wrong with a text that a field refuses: one slip that nobody sees, or a place in its JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from bitrix import reading
from worker.mapping.date_slips import slip_in
from worker.mapping.unfit import Unfit
from worker.words.foreign import translated
from worker.words.phrase import NOTHING, Phrase, in_sentences
from worker.words.value_words import FILLED_IN, READING_JSON

IN_JSON = frozenset({"checklists", "people", "ids", "tags", "files", "crm"})
"""Keys of `EXPECTED`: fields that a JSON text fills too."""
DATES = frozenset({"date_time", "due"})
MEANT = Phrase("Вероятно, имелось в виду «{meant}»", "Probably “{meant}” was meant")
BROKEN = Phrase("Этот текст — {why}", "This text is {why}")
_BY_A_VALUE = re.compile(r"'[,:]' delimiter|Extra data|control character|escape|enclosed in double quotes")
"""What a quote, a line break or a backslash makes of a JSON text that it is put into."""
_ENDS = " \t\r\n\u00a0\u200b\ufeff\"'«»“”„’`,;."
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX")


def reading_near(read: Callable[[Any], Any], value: Any) -> Any:
    """What a reader makes of a value; its `Unfit` names the nearest text that the reader accepts."""
    try:
        return read(value)
    except Unfit as error:
        if isinstance(value, str):
            error.slip = slip_in(value) if error.expected in DATES else NOTHING
            error.meant = next((one for one in _near(value) if _accepted(read, one)), None)
        raise


def hint_at(given: Any, error: Unfit) -> Phrase:
    """A sentence about a refused value; empty if nothing is known. `given`: the value as the process has it."""
    if isinstance(given, str) and error.expected in IN_JSON and given.lstrip()[:1] in ("[", "{"):
        try:
            reading.document(given)
        except reading.Unreadable as broken:
            said = BROKEN.format(why=translated(str(broken), READING_JSON))
            return in_sentences(said, FILLED_IN if _BY_A_VALUE.search(str(broken)) else NOTHING)
    return in_sentences(error.slip, MEANT.format(meant=error.meant) if error.meant else NOTHING)


def _near(text: str) -> Iterator[str]:
    """Without quotes and separators at its ends; in capitals; with Latin letters for those that look alike."""
    bare = text.strip(_ENDS)
    yield from dict.fromkeys(one for one in (bare, bare.upper(), bare.upper().translate(_LOOKALIKES)) if one != text)


def _accepted(read: Callable[[Any], Any], text: str) -> bool:
    try:
        return read(text) is not None
    except Unfit:
        return False
