"""examples/exchanger.yaml: the tasks and results that models of the old installation are used to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import fetched
from worker.commands.check.named import constants
from worker.config.loading import load
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.named import PersonNamed
from worker.model import ClosedTask, Ending, PortalTask, Promise
from worker.steps.wanted import wanted

ROOT = Path(__file__).parents[3]
NEEDED = {
    "CAMUNDA_BASE_URL": "http://e/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/verysecretcode/",
}
SETTINGS = load(ROOT / "examples" / "exchanger.yaml", NEEDED)
MAPPER = Mapper(SETTINGS.topics, SETTINGS.bitrix, portal_task_url=lambda id_, _: f"https://p/{id_}", timezone=UTC)
TOPICS = (
    *("bitrix_create_task", "bitrix24", "bitrix_update_task"),
    *("bitrix_create_deal", "bitrix_update_deal", "bitrix_create_contact"),
)
NOBODY = {"RESPONSIBLE_ID": 1, "CREATED_BY": 1}
OURS = {"bitrixTaskId": 8, "bitrixTaskUrl": "u"}


def filled(**variables: Any) -> Mapping[str, Any]:
    fields = MAPPER.draft(fetched(variables=variables)).fields
    names = fields.keys() - {"TITLE", "PRIORITY", "SE_PARAMETER", "SUBORDINATE"}
    return {name: fields[name] for name in names if not name.startswith(("XML", "UF"))}


def test_it_is_accepted_without_a_warning_and_serves_the_six_topics() -> None:
    assert SETTINGS.warnings == ()
    assert tuple(SETTINGS.topics) == TOPICS
    for topic in TOPICS:
        assert SETTINGS.topics[topic] == SETTINGS.topics["bitrix_create_task"]
        assert MAPPER.promise(fetched(topic=topic)) is Promise.CLOSE


@pytest.mark.parametrize(
    ("variables", "more"),
    [
        ({}, {}),
        ({"startedBy": 107}, {"RESPONSIBLE_ID": 107, "CREATED_BY": 107}),
        ({"startedBy": "107"}, {"RESPONSIBLE_ID": 107, "CREATED_BY": 107}),
        ({"startedBy": "system"}, {}),
        ({"startedBy": None}, {}),
        ({"responsibleId": None, "startedBy": 107}, {"RESPONSIBLE_ID": 107, "CREATED_BY": 107}),
        ({"responsibleId": 5, "startedBy": 107}, {"RESPONSIBLE_ID": 5, "CREATED_BY": 107}),
        ({"responsibleId": " 5 ", "startedBy": 107}, {"RESPONSIBLE_ID": 5, "CREATED_BY": 107}),
        ({"responsibleId": "", "startedBy": 107}, {"CREATED_BY": 107}),
        ({"responsibleId": " ", "startedBy": 107}, {"CREATED_BY": 107}),
        ({"responsibleId": 0, "startedBy": 107}, {"CREATED_BY": 107}),
        ({"responsibleId": "0", "startedBy": 107}, {"CREATED_BY": 107}),
        ({"responsibleId": None, "startedBy": "system"}, {}),
        ({"responsibleId": "Иван Иванов"}, {"RESPONSIBLE_ID": PersonNamed("Иван Иванов")}),
        (
            {"responsibleId": "ivan@x.ru", "startedBy": 107},
            {"RESPONSIBLE_ID": PersonNamed("ivan@x.ru"), "CREATED_BY": 107},
        ),
        ({"groupId": 0}, {}),
        ({"groupId": "0"}, {}),
        ({"groupId": None}, {}),
        ({"groupId": "abc"}, {}),
        ({"groupId": "12"}, {"GROUP_ID": 12}),
        ({"parentTaskId": 8000}, {"PARENT_ID": 8000}),
        ({"parentTaskId": "0"}, {}),
        ({"parentId": 5}, {}),
        ({"diagramOwner": 7}, {"AUDITORS": [7]}),
        ({"diagramOwner": 0}, {}),
        ({"diagramOwner": None}, {}),
        ({"deadline": None}, {}),
        ({"deadline": ""}, {}),
        ({"deadline": "2026-09-30T18:00:00"}, {"DEADLINE": "2026-09-30T18:00:00+00:00"}),
    ],
)
def test_people_group_and_deadline_are_as_before(variables: dict[str, Any], more: dict[str, Any]) -> None:
    assert filled(**variables) == NOBODY | more


@pytest.mark.parametrize("said", ["ivanov", "system", [106], "U5"])
def test_a_responsible_who_is_no_person_is_an_incident_and_not_user_1(said: Any) -> None:
    with pytest.raises(MappingFault, match="responsibleId"):
        filled(responsibleId=said, startedBy=107)


def test_check_looks_at_the_last_resort() -> None:
    assert ("bitrix.default_responsible_id", 1) in [(one.path, one.value) for one in constants(SETTINGS)]


@pytest.mark.parametrize(("parent", "sent"), [(8000, "Y"), ("8000", "Y"), (0, None), ("none", None), (None, None)])
def test_a_task_below_another_is_its_subtask(parent: Any, sent: str | None) -> None:
    assert MAPPER.draft(fetched(variables={"parentTaskId": parent})).fields.get("SUBORDINATE") == sent


def test_the_portals_module_is_read_as_before() -> None:
    assert SETTINGS.bitrix.portal_templates
    assert SETTINGS.bitrix.questionnaires


def test_people_close_the_task_only_with_a_result() -> None:
    assert MAPPER.draft(fetched()).fields["SE_PARAMETER"] == [{"CODE": 3, "VALUE": "Y"}]


def test_a_deadline_that_is_no_date_is_an_incident() -> None:
    with pytest.raises(MappingFault, match="deadline"):
        filled(deadline="soon")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Ending.COMPLETED, "5"),
        (Ending.AWAITS_CONTROL, "4"),
        (Ending.DECLINED, "7"),
        (Ending.DELETED, ""),
        (Ending.RETURNED, ""),
    ],
)
def test_the_result_has_the_old_names_and_types(status: Ending, said: str) -> None:
    closed = ClosedTask(8, "u", status, fields={"TITLE": "Approve"})
    old = {"bitrix_task_id": "8", "bitrix_task_title": "Approve", "bitrix_task_status": said}
    assert MAPPER.result(fetched(), closed) == OURS | old


def test_a_step_that_does_not_wait_has_a_result_too() -> None:
    """`waitForCompletion: false` of a newer model: nothing is known of the task but its number."""
    old = {"bitrix_task_id": "8", "bitrix_task_title": "", "bitrix_task_status": ""}
    assert MAPPER.result(fetched(), PortalTask(8, "u")) == OURS | old


def test_the_title_is_asked_of_the_portal() -> None:
    assert "TITLE" in wanted(SETTINGS.topics["bitrix_create_task"]).fields


@pytest.mark.parametrize("page", ["results.md", "results.ru.md"])
def test_the_result_that_the_page_of_results_shows_is_accepted(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(    result:\n.*?)```", text, re.DOTALL)
    config = tmp_path / "config.yaml"
    config.write_text(f"topics:\n  t:\n{shown}", encoding="utf-8")
    assert "contract" in (load(config, NEEDED).topics["t"].result or {})
