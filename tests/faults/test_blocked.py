"""One completion that a proxy in front of the engine refuses for good; on a real Camunda."""

from __future__ import annotations

from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from tests.support.engine_admin import wait_until
from tests.support.proxy import HTML, Harm
from tests.support.scene import Scene


def test_one_completion_that_is_refused_for_good_holds_up_nobody_and_asks_a_person(
    camunda: RunningEngine, tmp_path: Path
) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        [victim] = scene.start_instances(1)
        blocked = str(scene.admin.task(victim)["id"])

        def meddle(call: str, request: Request) -> Harm | None:
            refused = call == "complete" and blocked in request.path
            return Harm(forward=False, reply=Reply(413, text=HTML, content_type="text/html")) if refused else None

        scene.engine_proxy.meddle = meddle
        worker = scene.worker().start()
        wait_until(lambda: worker.events("settlement.retry"), "the first refusal")
        others = scene.start_instances(10)
        wait_until(lambda: len(scene.completions()) == len(others), "the others are completed")
        wait_until(lambda: scene.admin.task(victim)["retries"] == 0, "a person is asked", 60)
        assert "HTTP 413" in scene.admin.task(victim)["errorMessage"]
        assert not [one for one in worker.events("fetch.paused") if "413" in one["reason"]]
        assert len(scene.portal.tasks()) == 11
