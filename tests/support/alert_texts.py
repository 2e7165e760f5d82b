"""The summaries of alerts that tell what the page tells: their sentences come from the catalogues of the page."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker import PROGRAM
from worker.words.cause_words import CATALOGUE
from worker.words.causes import UNSAID
from worker.words.codes import PartName
from worker.words.headline import DOWN, PAUSED, PAUSED_PARTS, STATES
from worker.words.page import WORDS as OF_THE_PAGE
from worker.words.pauses import PARTS
from worker.words.phrase import Phrase, in_sentences

VALUE = "{{ $value }}"
WHY = Phrase(f"Причину и что делать назовёт {PROGRAM} status", f"{PROGRAM} status names the cause and what to do")


def of_cause(cause: Cause, part: PartName, said: str = "") -> Phrase:
    """A cause with its cure, then what is paused. `said`: the template of the fact in the cause."""
    told = CATALOGUE[cause]
    facts = dict.fromkeys(("at", "code"), "") | {"said": said, "call": "imena.camunda.sync"}
    sentence = told.sentence.format(**facts)
    bare = Phrase(UNSAID.sub("", sentence.ru), UNSAID.sub("", sentence.en))
    return in_sentences(in_sentences(bare, told.cure), PARTS[part])


def of_side() -> Phrase:
    """The headline of the page for the side in the alert's label."""
    sides = ((f'{{{{ if eq $labels.side "{side}" }}}}', words) for side, words in DOWN.items())
    each = [Phrase(f"{when}{words.ru}{{{{ end }}}}", f"{when}{words.en}{{{{ end }}}}") for when, words in sides]
    return PAUSED.format(sides=Phrase("".join(one.ru for one in each), "".join(one.en for one in each)))


def of_group(name: str, value: str) -> Phrase:
    """The title of a group of the page, how many or how long, and the group's hint."""
    title, hint = OF_THE_PAGE[name], OF_THE_PAGE[f"{name}_hint"]
    return Phrase(f"{title.ru}: {value}. {hint.ru}", f"{title.en}: {value}. {hint.en}")


SUMMARIES: Mapping[str, Phrase] = {
    "BitrixWorkerSideDown": in_sentences(of_side(), WHY),
    "BitrixWorkerNotPolling": in_sentences(STATES["no_poll"], WHY),
    "BitrixWorkerSyncsParked": of_group("parked", VALUE),
    "BitrixWorkerSyncsLate": of_group("late", "{{ $value | humanizeDuration }}"),
    "BitrixWorkerManyTasksGone": of_cause(Cause.TASKS_GONE, PartName.GONE_TASKS, VALUE),
    "BitrixWorkerManyStepsGone": of_cause(Cause.STEPS_GONE, PartName.GONE_STEPS, VALUE),
    "BitrixWorkerClockJumped": of_cause(Cause.CLOCK_JUMPED, PartName.CLOCK),
    "BitrixWorkerSyncsPaused": in_sentences(PAUSED_PARTS[PartName.SYNCS], PARTS[PartName.SYNCS]),
}
"""By the name of the alert."""
