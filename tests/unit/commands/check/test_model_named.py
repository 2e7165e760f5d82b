"""`check --model` looks up on the portal whom a model names: nobody should learn of it from an incident."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests_mock

from tests.unit.commands.check.test_named import PORTAL, Site
from worker.commands.check.finding import Finding
from worker.commands.check.model import check_model
from worker.commands.check.model_named import MOST
from worker.config.loading import load

MODEL = """<definitions><process id="p"><subProcess id="Sub"><extensionElements><inputOutput>{around}</inputOutput>
</extensionElements><serviceTask id="ask" type="external" topic="t"><extensionElements><inputOutput>{inputs}
</inputOutput></extensionElements></serviceTask></subProcess></process></definitions>"""
SOMEBODY = {"responsibleId": "7"}


@pytest.fixture
def site() -> Iterator[Site]:
    with requests_mock.Mocker() as http:
        http.post(f"{PORTAL}/tasks.task.get", json={"result": []})
        yield Site(http)


def parameters(said: dict[str, str]) -> str:
    return "".join(f'<inputParameter name="{name}">{text}</inputParameter>' for name, text in said.items())


def findings(
    folder: Path,
    inputs: dict[str, str],
    around: dict[str, str] | None = None,
    config: str = "topics: {t: {}}",
    **environ: str,
) -> list[Finding]:
    file, path = folder / "order.bpmn", folder / "config.yaml"
    file.write_text(MODEL.format(inputs=parameters(inputs), around=parameters(around or {})), encoding="utf-8")
    path.write_text(config, encoding="utf-8")
    return check_model(load(path, environ, sides=False), str(file))


def lines(folder: Path, inputs: dict[str, str], around: dict[str, str] | None = None, **more: str) -> list[str]:
    found = findings(folder, inputs, around, BITRIX_WEBHOOK_URL=PORTAL, **more)
    return [one.line("en") for one in found]


@pytest.mark.parametrize(
    ("inputs", "line"),
    [
        ({"responsibleId": "9876"}, "WARN …responsibleId = 9876: the portal does not show this user to the webhook → "),
        ({"responsibleId": "42"}, "FAIL …responsibleId = 42 → this user is dismissed"),
        ({"responsibleId": "nobody@x.ru"}, 'FAIL …responsibleId = "nobody@x.ru" → the webhook sees no user'),
        (SOMEBODY | {"groupId": "Salse"}, 'FAIL …groupId = "Salse" → the webhook sees no group of this name'),
        (SOMEBODY | {"groupId": "Старый проект"}, 'FAIL …groupId = "Старый проект" → this group is archived'),
        (SOMEBODY | {"groupId": "9999"}, "WARN …groupId = 9999: the webhook sees no group of this number"),
        (SOMEBODY | {"auditors": "7, 9876"}, "WARN …auditors = 9876: the portal does not show this user"),
        (SOMEBODY | {"createdBy": "42"}, "WARN …createdBy = 42: dismissed → correct the model: the task is made"),
        (SOMEBODY | {"parentId": "99999"}, "WARN …parentId = 99999: the webhook sees no task of this number"),
        (
            SOMEBODY | {"checklists": '[{"title": "a", "items": [{"title": "b", "auditors": "x@x.ru"}]}]'},
            'FAIL …checklists.auditors = "x@x.ru" → the webhook sees no user',
        ),
    ],
)
def test_who_is_not_there_is_found_before_a_process_runs(
    inputs: dict[str, str], line: str, site: Site, tmp_path: Path
) -> None:
    good, found = lines(tmp_path, inputs)
    assert good.startswith("ok   model order.bpmn: ")
    assert found.startswith(line.replace("…", "model order.bpmn, step ask: "))
    assert " → " in found


@pytest.mark.parametrize(
    ("inputs", "around", "config"),
    [
        (SOMEBODY | {"groupId": "Продажи", "auditors": "Иван Иванов"}, {}, ""),
        ({"responsibleId": "${boss}"}, {"responsibleId": "42"}, ""),
        ({"groupId": "9999"}, {}, "topics: {t: {task: {group_id: 12, responsible_id: 7}}}"),
    ],
)
def test_who_is_there_or_not_taken_is_no_finding(
    inputs: dict[str, str], around: dict[str, str], config: str, site: Site, tmp_path: Path
) -> None:
    found = lines(tmp_path, inputs, around, **({"config": config} if config else {}))
    assert [line for line in found if "→" in line and "config.yaml" not in line] == []


def test_whom_a_sub_process_names_is_looked_up_too(site: Site, tmp_path: Path) -> None:
    assert any("FAIL" in line and "responsibleId = 42" in line for line in lines(tmp_path, {}, {"responsibleId": "42"}))


def test_without_a_portal_it_is_said_that_nobody_was_looked_up(tmp_path: Path) -> None:
    good, left = findings(tmp_path, {"responsibleId": "106", "auditors": "a@x.ru, 7"})
    assert good.good
    said = "people and groups of model order.bpmn: not looked up: BITRIX_WEBHOOK_URL is not set "
    assert left.line("en") == f"–    {said}(responsibleId = 106, auditors = a@x.ru, 7)"
    assert left.line("ru").startswith("–    люди и группы модели order.bpmn: не проверено: BITRIX_WEBHOOK_URL не задан")


def test_a_model_that_names_nobody_asks_nobody(site: Site, tmp_path: Path) -> None:
    assert len(lines(tmp_path, {"responsibleId": "${boss}"})) == 1
    assert site.asked == []


def test_a_portal_that_does_not_answer_is_told_once(site: Site, tmp_path: Path) -> None:
    site.filters = False
    _, failed = lines(tmp_path, {"responsibleId": "nobody@x.ru", "groupId": "9999"})
    assert failed.startswith("WARN people and groups of model order.bpmn: ")


def test_only_so_many_are_looked_up_and_the_rest_is_said(site: Site, tmp_path: Path) -> None:
    step = '<serviceTask id="s{n}" type="external" topic="t"><extensionElements><inputOutput>{inputs}</inputOutput>'
    steps = "".join(
        step.format(n=n, inputs=parameters(SOMEBODY | {"groupId": str(1000 + n)}))
        + "</extensionElements></serviceTask>"
        for n in range(MOST + 5)
    )
    file, path = tmp_path / "order.bpmn", tmp_path / "config.yaml"
    file.write_text(f'<definitions><process id="p">{steps}</process></definitions>', encoding="utf-8")
    path.write_text("topics: {t: {}}", encoding="utf-8")
    found = check_model(load(path, {"BITRIX_WEBHOOK_URL": PORTAL}, sides=False), str(file))
    groups = [one for one in site.asked if one.url.endswith("sonet_group.get")]
    assert len(groups) == MOST - 1
    assert (
        found[-1].line("en") == f"–    people and groups of model order.bpmn: not looked up: 6 beyond the first {MOST}"
    )
