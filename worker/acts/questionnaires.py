"""The questionnaires of a created task, which the portal's module adds and people fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bitrix import questionnaires, reading
from bitrix.camunda_module import ADD_QUESTIONNAIRES, accepted
from bitrix.methods import QUESTIONNAIRES
from bitrix.questionnaires import Questionnaire
from bitrix.titles import fits
from worker.acts.kind import Call, Kind, Progress, Read, Unusable
from worker.words.phrase import Phrase


class Questionnaires(Kind):
    """Payload: `items`, as a template of the module holds them. Progress: `there`, the places of those on the task.

    One call adds all that are missing. The module adds a second one of the same code, so after a lost answer it is
    asked: one with the code (without a code: with the title) counts, as often as the task has it. Source: the document
    of the module's REST methods, version 2.6.
    """

    name = "questionnaires"

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        names = ", ".join(f"«{one.title or one.code}»" for one in _read(ADD_QUESTIONNAIRES, payload))
        return Phrase(f"опросники: {names}", f"questionnaires: {names}")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        items, there = payload["items"], set(_there(progress))
        missing = [place for place in range(len(items)) if place not in there]
        if not missing:
            return None
        params = {"taskId": task_id, "questionnaires": [items[place] for place in missing]}
        return Call(ADD_QUESTIONNAIRES, params, lambda result: _added(result, missing, len(items)))

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        data = accepted(QUESTIONNAIRES, read(QUESTIONNAIRES, {"taskId": task_id})).get("data")
        if not isinstance(data, dict) or "items" not in data:
            raise Unusable("the answer has no items")
        shown = list(questionnaires.read(QUESTIONNAIRES, data))
        there = set(_there(progress))
        for place, one in enumerate(_read(ADD_QUESTIONNAIRES, payload)):
            if same := next((other for other in shown if _is_same(one, other)), None):
                shown.remove(same)
                there.add(place)
        return {"there": sorted(there)} if there > set(_there(progress)) else progress

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        """The codes: the step needs the answers of these, and people may delete a questionnaire from the task."""
        return {"codes": [one.code for one in _read(ADD_QUESTIONNAIRES, payload) if one.code]}


def _there(progress: Progress) -> Sequence[int]:
    return tuple(progress.get("there", ()))


def _read(method: str, payload: Mapping[str, Any]) -> tuple[Questionnaire, ...]:
    return questionnaires.read(method, {"items": payload["items"]})


def _is_same(sent: Questionnaire, shown: Questionnaire) -> bool:
    return shown.code == sent.code if sent.code else not shown.code and fits(sent.title, shown.title)


def _added(result: Any, missing: Sequence[int], count: int) -> Progress:
    data = accepted(ADD_QUESTIONNAIRES, result).get("data")
    total = reading.whole(data.get("totalCreated"), least=0) if isinstance(data, dict) else None
    if total != len(missing):
        raise Unusable(f"{total} of {len(missing)} questionnaires were added")
    return {"there": list(range(count))}
