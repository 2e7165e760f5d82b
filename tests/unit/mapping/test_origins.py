"""A fault of a field says where its value comes from: it was looked for in three places at night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.builders import fetched
from tests.unit.mapping.test_mapping import Bitrix
from worker.config.settings import TopicSettings
from worker.mapping.origins import Origins
from worker.mapping.templates import Templates

BY_MODEL = {"responsibleid": "responsibleId"}
WITH_TEMPLATE = {"responsible_id": "{{ boss | default('') }}"}


@pytest.mark.parametrize(
    ("field", "value", "topic", "variables", "local", "said"),
    [
        ("responsible_id", 7, {}, {"responsibleId": "7"}, {}, "process variable responsibleId"),
        ("responsibleId", 7, {}, {"RESPONSIBLE_ID": 7}, {}, "process variable RESPONSIBLE_ID"),
        ("RESPONSIBLE_ID", 7, {}, {"responsibleId": 7}, BY_MODEL, "set by the model: responsibleId"),
        ("responsible_id", 7, WITH_TEMPLATE, {"boss": 7}, {}, "setting topics.bitrix_create_task.task.responsible_id"),
        ("responsible_id", 7, WITH_TEMPLATE, {"responsibleId": 7}, {}, ""),
        ("responsible_id", 1, WITH_TEMPLATE, {"boss": " "}, {}, "setting BITRIX_DEFAULT_RESPONSIBLE_ID"),
        ("responsible_id", 1, {}, {"responsibleId": " "}, {}, "setting BITRIX_DEFAULT_RESPONSIBLE_ID"),
        ("auditors", 1, {}, {}, {}, ""),
        ("flow_id", 3, {}, {"flowId": 3}, {}, ""),
        ("UF_BOSS", 3, {"UF_BOSS": "{{ 1/0 }}"}, {}, {}, "setting topics.bitrix_create_task.task.UF_BOSS"),
        ("content", None, {}, {"content": 3}, {}, ""),
    ],
)
def test_where_a_value_comes_from(
    field: str, value: Any, topic: Mapping[str, Any], variables: Mapping[str, Any], local: Mapping[str, str], said: str
) -> None:
    task = fetched(variables=variables)
    origins = Origins({task.topic: TopicSettings(task=topic)}, Bitrix(), Templates("en"))
    found = origins.of(task, field, value, local)
    assert (found.said.en, found.by_model) == (said, bool(local))


def test_the_topic_of_another_worker_is_no_fault() -> None:
    assert not Origins({}, Bitrix(), Templates("en")).of(fetched(), "responsible_id", 7, {}).said
