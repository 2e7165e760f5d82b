"""The audit of the rich torture: it finds nothing where all went well, and each part that is too much or too little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.portal.records import StoredTask
from tests.support.engine_admin import wait_until
from tests.support.old_process import APPROVE
from tests.support.whole_scene import SAYS, WholeScene

END_SECONDS = 60.0


def step(scene: WholeScene, activity: str) -> StoredTask:
    return next(task for task in scene.portal.tasks() if task.fields.get("UF_ELEMENT_ID") == activity)


def found(scene: WholeScene) -> list[str]:
    return [what for what, cases in scene.findings().items() if cases]


def test_every_part_that_is_doubled_missing_or_foreign_is_found(camunda: RunningEngine, tmp_path: Path) -> None:
    with WholeScene(camunda.base_url, tmp_path) as scene:
        scene.start_instances(2)
        scene.worker().start()
        with scene.people():
            scene.until_ended(END_SECONDS)
        wait_until(lambda: not scene.unsynchronised(), "every instance synchronised", END_SECONDS)
        assert scene.findings() == {what: [] for what in scene.findings()}

        said, asked, store = step(scene, SAYS), step(scene, APPROVE), scene.portal.store
        [first, *_] = store.disk.attached_to("task", said.id)
        scan = next(one for one in store.disk.files() if one.id == first.object_id)
        harms: dict[str, Callable[[], object]] = {
            "a link twice": lambda: store.links.append((scene.earlier, said.id)),
            "a link of the module missing": scene.portal.content.links.clear,
            "a file twice": lambda: store.disk.attach("task", said.id, first.object_id),
            "a questionnaire missing": lambda: scene.portal.content.questionnaires.remove(
                asked.id, scene.portal.content.questionnaires.of(asked.id)[0]["ID"]
            ),
        }
        for what, harm in harms.items():
            before = len(scene.wrong_parts())
            harm()
            assert len(scene.wrong_parts()) + len(found(scene)) > before, what
        assert scan.content
        before = len(scene.strays())
        store.disk.write("doubled", scan.content)
        assert len(scene.strays()) > before
