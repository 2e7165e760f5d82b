"""Says a reason that was written down in one language in both: read back into the facts of its cause's sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from bitrix.causes import Cause
from worker.words.cause_words import CATALOGUE
from worker.words.causes import CALLED, FREE, KNOWN, SENT, SIDES, SIZE, UNSAID, USUAL
from worker.words.phrase import LANGUAGES, Language, Phrase, unchanged

TRANSLATED: Mapping[str, tuple[Phrase, ...]] = {
    "side": tuple(SIDES.values()),
    "size": (SIZE,),
    "sent": (SENT,),
    "free": (FREE,),
    "usual": (USUAL,),
}
"""The facts that differ by language, as they may stand in a sentence."""
FORMS: Mapping[str, str] = {"at": r"(?: \([^()]*\))?", "http": r"(?:, HTTP \d+)?"}
FIELD = re.compile(r" ?\(\{(?P<bracketed>\w+)\}\)|\{(?P<name>\w+)\}")
LAST = re.compile(r":? ?\{said\}$")
"""What a sentence does not end with if nothing was said."""


def said_again(stored: str, cause: str | None) -> Phrase:
    """The reason in both languages if it is the sentence of its cause, otherwise as it was written down."""
    if cause in KNOWN:
        sentence = CATALOGUE[Cause(cause)].sentence
        bare = Phrase(LAST.sub("", sentence.ru), LAST.sub("", sentence.en))
        called = (CALLED.format(said=one, call="{call_}") for one in (sentence, bare))
        for form in (*called, sentence, bare):
            if found := _read(stored, form):
                return found
    return unchanged(stored)


def _read(stored: str, form: Phrase) -> Phrase | None:
    for language in LANGUAGES:
        if found := _pattern(form.in_(language), language).fullmatch(stored):
            facts = {name: _fact(name, value or "", language) for name, value in found.groupdict().items()}
            said = form.format(**facts)
            return Phrase(UNSAID.sub("", said.ru), UNSAID.sub("", said.en))
    return None


def _fact(name: str, value: str, language: Language) -> Phrase:
    for form in TRANSLATED.get(name, ()):
        if found := _pattern(form.in_(language), language).fullmatch(value):
            return form.format(**found.groupdict())
    return unchanged(value)


@cache
def _pattern(form: str, language: Language) -> re.Pattern[str]:
    """What a format string makes; a fact is the same wherever it is named again, and brackets vanish without theirs."""
    pattern, at, named = "", 0, set[str]()
    for field in FIELD.finditer(form):
        name = field["bracketed"] or field["name"]
        fact = f"(?P={name})" if name in named else f"(?P<{name}>{_form_of(name, language)})"
        named.add(name)
        pattern += re.escape(form[at : field.start()]) + (rf"(?: ?\({fact}\))?" if field["bracketed"] else fact)
        at = field.end()
    return re.compile(pattern + re.escape(form[at:]), re.DOTALL)


def _form_of(name: str, language: Language) -> str:
    """What a fact looks like: it may be missing, and two of them may stand side by side."""
    forms = [re.sub(r"\\\{\w+\\\}", ".+?", re.escape(one.in_(language))) for one in TRANSLATED.get(name, ())]
    return f"(?:{'|'.join(forms)})?" if forms else FORMS.get(name, ".*?")
