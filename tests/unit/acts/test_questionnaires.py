"""Questionnaires added to a task once, whatever was executed before an answer was lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, ModuleRefused, PortalError
from bitrix.limits.limiter import Kind as CallKind
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.support.portal_templates import question, questionnaire
from worker.acts.kind import Progress, Unusable
from worker.acts.questionnaires import Questionnaires

ORDER = questionnaire("ORDER", question("APPROVED", "boolean"), title="Order")
NAMELESS = questionnaire(None, question("WHY"), title="Why  not")
ITEMS = {"items": [ORDER, NAMELESS, ORDER]}
ADD, LIST = "imena.camunda.task.questionnaire.add", "imena.camunda.task.questionnaire.list"
KIND = Questionnaires()


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.content.set_up({})
        portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 1})
        yield portal


class Machine:
    """Sends and looks as the worker does, with the stand-in behind it."""

    def __init__(self, portal: Portal) -> None:
        self._client = BitrixClient(WebhookUrl.parse(portal.webhook_url))

    def send(self, progress: Progress, payload: dict[str, Any] = ITEMS) -> Progress:
        call = KIND.next_call(1, payload, progress)
        assert call
        return call.then(self.read(call.method, call.params))

    def look(self, progress: Progress, payload: dict[str, Any] = ITEMS) -> Progress:
        return KIND.look(1, payload, progress, self.read)

    def read(self, method: str, params: Any = None) -> Any:
        return self._client.call(method, params, kind=CallKind.BACKGROUND).result


def titles(portal: Portal) -> list[str]:
    return [one["TITLE"] for one in portal.content.questionnaires.of(1)]


def test_one_call_adds_all(portal: Portal) -> None:
    done = Machine(portal).send({})
    assert KIND.next_call(1, ITEMS, done) is None
    assert titles(portal) == ["Order", "Why  not", "Order"]
    assert len(portal.requests(ADD)) == 1
    first = portal.content.questionnaires.of(1)[0]
    assert (first["CODE"], first["questions"][0]["CODE"]) == ("ORDER", "APPROVED"), "as they came"


def test_a_look_finds_what_was_added_before_the_answer_was_lost(portal: Portal) -> None:
    machine = Machine(portal)
    assert machine.look({}) == {}, "nothing was executed: unchanged"
    portal.faults.add(fault("drop", ADD))
    with pytest.raises(Doubtful):
        machine.send({})
    seen = machine.look({})
    assert KIND.next_call(1, ITEMS, seen) is None


def test_only_those_that_are_missing_are_added(portal: Portal) -> None:
    machine = Machine(portal)
    portal.content.questionnaires.add({"taskId": 1, "questionnaires": [NAMELESS, ORDER]})
    seen = machine.look({})
    assert seen == {"there": [0, 1]}
    assert machine.look(seen) == seen
    assert KIND.next_call(1, ITEMS, machine.send(seen)) is None
    assert sorted(titles(portal)) == ["Order", "Order", "Why  not"]


def test_a_refusal_is_the_modules_own_words(portal: Portal) -> None:
    portal.faults.add(fault("module_parameter", ADD))
    with pytest.raises(ModuleRefused, match="Missing required parameter"):
        Machine(portal).send({})


@pytest.mark.parametrize("kind", ["module_error_after", "not_json", "html_200", "module_no_data"])
def test_an_unclear_answer_is_looked_up(portal: Portal, kind: str) -> None:
    machine = Machine(portal)
    portal.faults.add(fault(kind, ADD))
    with pytest.raises((Doubtful, Unusable)):
        machine.send({})
    assert KIND.next_call(1, ITEMS, machine.look({})) is None


@pytest.mark.parametrize("kind", ["module_error", "no_method", "module_no_data", "html_200"])
def test_a_look_that_fails_is_no_absence(portal: Portal, kind: str) -> None:
    machine = Machine(portal)
    machine.send({})
    portal.faults.add(fault(kind, LIST, times=None))
    with pytest.raises((PortalError, Unusable)):
        machine.look({})


@pytest.mark.parametrize("total", [0, 2, None, "x"])
def test_an_answer_that_counts_others_than_were_sent_is_in_doubt(total: Any) -> None:
    call = KIND.next_call(1, ITEMS, {})
    assert call
    with pytest.raises(Unusable):
        call.then({"success": True, "data": {"totalCreated": total}})


def test_the_title_names_them() -> None:
    assert KIND.title({"items": [ORDER, questionnaire("Q", title="")]}).en == "questionnaires: «Order», «Q»"


def test_a_title_that_the_portal_has_escaped_is_found_again() -> None:
    payload = {"items": [questionnaire(None, title="Yes & no")]}
    shown = {"success": True, "data": {"items": [questionnaire(None, title="Yes &amp; no")]}}
    assert KIND.look(1, payload, {}, lambda *_: shown) == {"there": [0]}
