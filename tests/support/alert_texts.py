"""The summaries of alerts that tell what the page tells: their sentences come from the catalogues of the page."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_words import CATALOGUE
from worker.words.causes import UNSAID, sentences
from worker.words.codes import PartName
from worker.words.headline import PAUSED_PARTS
from worker.words.pauses import PARTS
from worker.words.phrase import Phrase

VALUE = "{{ $value }}"


def of_cause(cause: Cause, part: PartName, said: str = "") -> Phrase:
    """A cause with its cure, then what is paused. `said`: the template of the fact in the cause."""
    told = CATALOGUE[cause]
    facts = dict.fromkeys(("at", "code"), "") | {"said": said, "call": "imena.camunda.sync"}
    sentence = told.sentence.format(**facts)
    bare = Phrase(UNSAID.sub("", sentence.ru), UNSAID.sub("", sentence.en))
    return sentences(sentences(bare, told.cure), PARTS[part])


SUMMARIES: Mapping[str, Phrase] = {
    "BitrixWorkerManyTasksGone": of_cause(Cause.TASKS_GONE, PartName.GONE_TASKS, VALUE),
    "BitrixWorkerManyStepsGone": of_cause(Cause.STEPS_GONE, PartName.GONE_STEPS, VALUE),
    "BitrixWorkerClockJumped": of_cause(Cause.CLOCK_JUMPED, PartName.CLOCK),
    "BitrixWorkerSyncsPaused": sentences(PAUSED_PARTS[PartName.SYNCS], PARTS[PartName.SYNCS]),
}
"""By the name of the alert."""
