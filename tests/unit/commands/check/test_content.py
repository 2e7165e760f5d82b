"""`check` asks for the scope of Disk only where a task may have files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from worker.commands.check.content import content_checks
from worker.config.portal_settings import BitrixSettings
from worker.config.settings import CamundaSettings, Settings, TopicSettings


def found(task: dict[str, Any], *scopes: str, templates: bool = False) -> list[bool]:
    bitrix: Any = {"webhook_url": "https://portal.example/rest/1/abcdefghijklmnop/", "portal_templates": templates}
    settings = Settings(
        camunda=CamundaSettings(base_url="http://engine/engine-rest"),
        bitrix=BitrixSettings(**bitrix),
        topics={"t": TopicSettings(task=task)},
    )
    tasks: Any = SimpleNamespace(scopes=lambda: frozenset(scopes))
    return [check.now().good for check in content_checks(tasks, settings)]


@pytest.mark.parametrize("task", [{"files": "n1"}, {"UF_TASK_WEBDAV_FILES": ["n1"]}])
def test_tasks_with_files_need_the_scope(task: dict[str, Any]) -> None:
    assert found(task) == [False]
    assert found(task, "disk") == [True]


def test_templates_of_the_portal_may_have_files_and_other_tasks_have_none() -> None:
    assert found({}, templates=True) == [False]
    assert found({"title": "T"}) == []
