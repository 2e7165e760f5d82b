"""What a step says is read once for a hand-out: each further rendering costs as much as the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bitrix.task_fields import TaskFields
from bitrix.tasks import UserField
from tests.support.builders import fetched
from tests.support.workshop import Workshop
from tests.unit.steps.test_faults import MODEL, Source
from tests.unit.waiting.test_conclusions import Bitrix
from worker.config.settings import TopicSettings, WaitSettings
from worker.content.drafts import Drafts
from worker.mapping.mapper import Mapper
from worker.mapping.template_sandbox import Sandbox
from worker.mapping.templates import Templates
from worker.model import Promise
from worker.steps.definitions import Definitions
from worker.steps.faults import StepFaults
from worker.steps.fitness import Fitness
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors

MARK, TITLE, VARIABLE, RESULT = "{{ ask }}", "{{ name }}", "{{ name }}_answer", "{{ task.id }}"
TOPIC = TopicSettings(
    task={"title": TITLE, "responsible_id": 7, "UF_RESULT_EXPECTED": MARK},
    result={"number": RESULT},
    wait=WaitSettings(answer_variable=VARIABLE),
)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each template was rendered."""
    counted: Counter[str] = Counter()
    real = Templates._run

    def run(self: Templates, template: str, context: Mapping[str, Any], mode: Any) -> Any:
        counted[template] += 1
        return real(self, template, context, mode)

    monkeypatch.setattr(Templates, "_run", run)
    return counted


def shop_with_a_real_mapper(folder: Path) -> Workshop:
    shop, topics = Workshop(folder), {fetched().topic: TOPIC}
    shop.task_fields["UF_RESULT_EXPECTED"] = UserField("boolean", multiple=False)
    mapper = Mapper(topics, Bitrix(), portal_task_url=lambda *_: "", language="en")
    definitions = Definitions(Source(MODEL.format(parameters="", process="", more="", loop="")), shop.events)
    shop.existing._mapper = shop.waiting._kept._mapper = mapper
    shop.creator._drafts = Drafts(
        mapper,
        StepFaults(topics, definitions),
        Fitness(shop, TaskFields(shop), {}, shop.events),
        UncaughtErrors(topics, definitions, shop.events),
        OverwrittenAnswers(topics, mapper, definitions, shop.events),
    )
    return shop


@pytest.mark.parametrize("asks", [True, False])
def test_a_hand_out_renders_each_template_of_its_step_once(
    tmp_path: Path, rendered: Counter[str], *, asks: bool
) -> None:
    shop = shop_with_a_real_mapper(tmp_path)
    task = fetched(variables={"name": "Lease", "ask": asks}, process_definition_id="order:1")
    shop.desk.begin(shop.hand(task))
    assert len(shop.portal.made) == 1, shop.delivered()
    once = {TITLE: 1, VARIABLE: 1} if asks else {TITLE: 1, RESULT: 1}
    assert rendered == {**once, MARK: 2}, "the mark: once as a field of the draft, once as what the step says"


def test_a_step_that_waits_already_renders_only_what_it_says_of_its_end(tmp_path: Path, rendered: Counter[str]) -> None:
    shop = shop_with_a_real_mapper(tmp_path)
    task = fetched(variables={"name": "Lease", "ask": True})
    begin = partial(shop.hand, task, surely_first=False)
    shop.desk.begin(begin(found=77))
    rendered.clear()
    shop.desk.begin(begin(row=shop.ledger.known([task.id])[task.id]))
    assert [one.expects_answer for one in shop.waiting.all()] == [True]
    assert shop.ledger.known([task.id])[task.id].promise is Promise.ANSWER
    assert rendered == {MARK: 1}


@pytest.mark.parametrize("asks", [True, False])
def test_only_the_first_task_of_a_topic_parses_its_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, asks: bool
) -> None:
    shop = shop_with_a_real_mapper(tmp_path)

    def begin(id_: str) -> None:
        task = fetched(id_, variables={"name": "Lease", "ask": asks}, process_definition_id="order:1")
        shop.desk.begin(shop.hand(task))

    begin("task-1")
    worked: list[str] = []
    for name in ("__init__", "parse", "compile", "lex"):
        real = getattr(Sandbox, name)

        def counted(self: Sandbox, *args: Any, real: Any = real, name: str = name, **named: Any) -> Any:
            worked.append(name)
            return real(self, *args, **named)

        monkeypatch.setattr(Sandbox, name, counted)
    begin("task-2")
    assert len(shop.portal.made) == 2, shop.delivered()
    assert worked == []
