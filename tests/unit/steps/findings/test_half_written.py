"""Models as an editor or a hand may leave them: an id missing or twice, an element gone. Each is read to its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import pytest

from tests.unit.steps.findings.test_missing_variables import AT_ASK, OURS, model
from tests.unit.steps.findings.test_model import ASKS
from tests.unit.steps.findings.test_played import EACH_ITS_END, SUB
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.steps.bpmn.definition import steps_in
from worker.steps.bpmn.refused import refused_in
from worker.steps.bpmn.tree import tree_of
from worker.steps.findings.answer_table import tables_of
from worker.steps.findings.model import findings_of, findings_of_process
from worker.steps.findings.served import Served

ASKED = "".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("B", "C"))
MODELS = {
    "branches": model(*EACH_ITS_END, "t e3", more=ASKED + AT_ASK),
    "sub-process": model("s A", "A sub", "sub xg", "xg e ? B == 'no'", "xg e1 *", "caught b", more=SUB.format(ASKED)),
}
Damage = Callable[[Element, Element], None]
"""What happens to an element. Its parent comes second."""


def without_id(one: Element, _: Element) -> None:
    one.attrib.pop("id", None)


def gone(one: Element, parent: Element) -> None:
    parent.remove(one)


def named_as_its_process(one: Element, _: Element) -> None:
    one.set("id", "q")


def named_as_what_contains_it(one: Element, parent: Element) -> None:
    one.set("id", parent.get("id", ""))


def twice(one: Element, parent: Element) -> None:
    parent.append(one)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("damage", [without_id, gone, named_as_its_process, named_as_what_contains_it, twice])
@pytest.mark.parametrize("name", MODELS)
def test_whatever_is_missing_or_there_twice_the_rest_is_read(name: str, damage: Damage, tmp_path: Path) -> None:
    """`check --model` hung for ever at a model with an id twice, and failed at a sub-process without one."""
    (tmp_path / "config.yaml").write_text("topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings = load(tmp_path / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    for number in range(len(_with_ids(tree_of(MODELS[name])))):
        root = tree_of(MODELS[name])
        parents = {child: parent for parent in root.iter() for child in parent}
        one = _with_ids(root)[number]
        damage(one, parents[one])
        xml = tostring(root, "unicode")
        served = Served(steps_in(xml), settings.topics, mapper)
        assert all(refused.kind for refused in refused_in(xml))
        of_steps = [found for step in served.ours for found in findings_of(step, served)]
        processes = dict.fromkeys(step.process for step in served.ours)
        of_all = [found for process in processes for found in findings_of_process(process, served)]
        assert all(found.seen and found.cure for found in (*of_steps, *of_all))
        assert len([*tables_of(served)]) == len(served.asking)


def _with_ids(root: Element) -> list[Element]:
    return [one for one in root.iter() if one.get("id")]
