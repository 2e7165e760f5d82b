"""A model that the engine does not give: page, `status` and `check` say so, with the right that is lacking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from bitrix.causes import Cause
from tests.support.builders import fetched, open_ledger
from tests.support.fakes import Events
from tests.support.page_facts import ABOUT, facts
from tests.unit.config.test_served import settings_of
from worker.commands.check.finding import Finding
from worker.commands.check.model import check_model
from worker.commands.check.models import models_of
from worker.commands.status import status_of, table
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied
from worker.ledger import Ledger, LedgerUnavailable
from worker.monitoring.page_view import view_of
from worker.runtime import clock
from worker.steps import definitions
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.words.phrase import Language

ENGINE = "http://engine:8080/engine-rest"
XML = '<definitions><process id="p"><serviceTask id="a"/></process></definitions>'
DENIED = {
    "type": "AuthorizationException",
    "message": "The user with id 'w' does not have 'READ' permission on resource 'p' of type 'ProcessDefinition'.",
}
GONE = {"type": "RestException", "message": "No matching process definition with key: p and no tenant-id"}
TASK = replace(fetched("x"), process_definition_id="p:1:id", activity_id="a")
LANGUAGES: list[Language] = ["ru", "en"]


class Source:
    """An engine whose answers are set: an error, or a model."""

    answer: Exception | str = EngineDenied("process-definition/xml", DENIED["message"], cause=Cause.ENGINE_RIGHTS)

    def definition_xml(self, _: str, *, timeout: float) -> str:
        assert timeout
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def ask(known: Definitions) -> None:
    with pytest.raises(DefinitionUnread):
        known.step(TASK)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_shown_with_the_right_and_the_resource(ledger: Ledger, language: Language) -> None:
    ask(Definitions(Source(), Events(), ledger.models))
    status = status_of(ledger, language=language)
    [row] = status["unread_models"]
    assert (row["definition"], row["cause"]) == ("p:1:id", "engine_rights")
    assert "READ" in row["reason"]
    assert "Process Definition" in row["cure"]
    assert " p (" in row["cure"]
    assert f"p:1:id{', its steps' if language == 'en' else ''}" in table(status, language).replace(
        " could not be read", ""
    )
    assert row["cure"] in table(status, language)
    page = view_of(facts(view=ledger.views.read()), ABOUT, language)
    [group] = page.groups
    assert (group.name, page.mood, group.items[0].reason) == ("unread", "warn", row["reason"])
    assert (group.items[0].facts, group.items[0].cure) == (("p:1:id",), row["cure"])


def test_it_is_shown_no_longer_once_it_could_be_read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    known = Definitions(source, Events(), ledger.models)
    ask(known)
    source.answer = XML
    later = clock.boottime() + definitions.AGAIN_SECONDS
    monkeypatch.setattr(clock, "boottime", lambda: later)
    assert known.step(TASK).id == "a"
    assert ledger.models.shown() == []


def test_a_run_begins_without_what_an_earlier_one_has_not_read(ledger: Ledger, tmp_path: Path) -> None:
    ledger.models.unread("p:1:id", "no", None)
    ledger.models.unread("p:1:id", "still no", None)
    assert [one.reason for one in ledger.models.shown()] == ["still no"]
    open_ledger(tmp_path, exclusive=True).close()
    assert ledger.models.shown() == []


def test_a_ledger_that_cannot_be_written_is_no_obstacle() -> None:
    class Full:
        def unread(self, *_: object) -> None:
            raise LedgerUnavailable("disk full")

        read = unread

    ask(Definitions(Source(), Events(), Full()))


def test_what_is_no_model_is_to_be_deployed_again(ledger: Ledger) -> None:
    source = Source()
    source.answer = "<no"
    ask(Definitions(source, Events(), ledger.models))
    [row] = status_of(ledger)["unread_models"]
    assert row["cure"].startswith("Deploy the model p again")


def looked(answer: dict[str, Any], tasks: list[dict[str, Any]]) -> list[Finding]:
    with requests_mock.Mocker() as http:
        http.get(f"{ENGINE}/external-task", json=tasks)
        http.get(f"{ENGINE}/process-definition/p%3A1%3Aid/xml", **answer)
        engine = Engine(CamundaSettings(base_url=ENGINE), "check", {}, connections=1)
        return list(models_of(engine, ["t"]))


STEPS = [{"id": "x", "topicName": "t", "tenantId": None, "processDefinitionId": "p:1:id"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_names_the_right_that_is_lacking(language: Language) -> None:
    [found] = looked({"status_code": 403, "json": DENIED}, STEPS)
    assert (found.good, found.essential) == (False, False)
    assert "READ" in found.line(language).partition(" → ")[2]
    assert "Process Definition" in found.line(language).partition(" → ")[2]
    assert "p:1:id" in found.line(language)


def test_check_says_which_models_it_has_read() -> None:
    [found] = looked({"json": {"id": "p:1:id", "bpmn20Xml": XML}}, STEPS)
    assert (found.good, found.seen.en) == (True, "p")
    assert looked({}, []) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (403, DENIED, {"ru": "дайте пользователю воркера право READ на ресурс p", "en": "READ on the resource p"}),
        (404, GONE, {"ru": "Проверьте ключ процесса", "en": "Check the process key"}),
        (502, {}, {"ru": "обслуживания", "en": "maintenance"}),
    ],
)
def test_check_model_gives_the_cure_of_its_cause(
    status: int, answer: dict[str, str], words: dict[str, str], language: Language, tmp_path: Path
) -> None:
    with requests_mock.Mocker() as http:
        http.get(f"{ENGINE}/process-definition?key=p", json=[])
        http.get(f"{ENGINE}/process-definition/key/p/xml", status_code=status, json=answer)
        [found] = check_model(settings_of(tmp_path, CAMUNDA_BASE_URL=ENGINE), "p")
    line = found.line(language)
    assert line.startswith("FAIL ")
    assert words[language] in line.partition(" → ")[2]
    assert ("READ" in line.partition(" → ")[2]) is (status != 502)
