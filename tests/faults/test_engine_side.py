"""What the engine, its operators and its models do to tasks on their way; on a real Camunda."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sandbox.engine.start import RunningEngine, Wishes
from sandbox.faults import Fault
from sandbox.httpd import Reply, Request
from tests.faults.conftest import SideBySide
from tests.faults.test_waiting_faults import waiting
from tests.support.engine_admin import HEAD, STEP, sequence, wait_until
from tests.support.engines import started
from tests.support.models import definitions
from tests.support.proxy import Harm
from tests.support.scene import Scene
from tests.support.waiting_scene import WaitingScene

ADD = "tasks.task.add"

PATIENT = {"BITRIX_SERVER_MAX_SECONDS": "50", "BITRIX_REQUEST_TIMEOUT": "55", "CAMUNDA_LOCK_SECONDS": "110"}


@contextmanager
def on_its_way(scene: Scene) -> Iterator[str]:
    """One instance whose create the portal has executed and answers at the end of this; gives its external task."""
    done = threading.Event()
    scene.portal.faults.add(Fault(ADD, until=done))
    try:
        (instance,) = scene.start_instances()
        wait_until(lambda: scene.portal.requests(ADD), "the create is on its way")
        yield str(scene.admin.task(instance)["id"])
    finally:
        done.set()


def unlocked(scene: Scene) -> None:
    scene.worker(**PATIENT).start()
    with on_its_way(scene) as task:
        scene.admin.call("POST", f"/external-task/{task}/unlock")
    scene.verdict()


def taken_by_another(scene: Scene) -> None:
    """Somebody else completes the task: ours is told so, and lets go."""
    worker = scene.worker(**PATIENT).start()
    body = {"workerId": "another", "lockDuration": 60_000}
    with on_its_way(scene) as task:
        wait_until(lambda: _locked_by_another(scene, task, body), "another worker has it", 50)
    wait_until(lambda: worker.events("task.superseded"), "ours has let go")
    assert scene.admin.call("POST", f"/external-task/{task}/complete", {"workerId": "another"}).status_code == 204
    scene.until_ended()
    assert len(scene.portal.tasks()) == 1


def _locked_by_another(scene: Scene, task: str, body: dict[str, object]) -> bool:
    scene.admin.call("POST", f"/external-task/{task}/unlock")
    return scene.admin.call("POST", f"/external-task/{task}/lock", body).status_code == 204


def cancelled(scene: Scene) -> None:
    worker = scene.worker(**PATIENT).start()
    with on_its_way(scene):
        scene.admin.call("DELETE", f"/process-instance/{scene.instances.pop()}")
    wait_until(lambda: worker.events("task.gone"), "the worker has noticed")
    scene.start_instances()
    scene.verdict()


def suspended(scene: Scene) -> None:
    worker = scene.worker(**PATIENT).start()
    with on_its_way(scene):
        scene.admin.call("PUT", f"/process-instance/{scene.instances[0]}/suspended", {"suspended": True})
    wait_until(lambda: worker.events("settlement.retry"), "the outcome waits")
    scene.admin.call("PUT", f"/process-instance/{scene.instances[0]}/suspended", {"suspended": False})
    scene.verdict()


def migrated(scene: Scene) -> None:
    """Moved to another process while its create is on its way: the external task keeps its id, so there is one task."""
    other = f"{scene.key}_new"
    scene.admin.deploy(sequence(other, {"ours": scene.key}))
    keys = (scene.key, other)
    old, new = (scene.admin.get("/process-definition", key=key, latestVersion="true")[0]["id"] for key in keys)
    plan = {
        "sourceProcessDefinitionId": old,
        "targetProcessDefinitionId": new,
        "instructions": [{"sourceActivityIds": ["ours"], "targetActivityIds": ["ours"]}],
    }
    scene.worker(**PATIENT).start()
    with on_its_way(scene) as task:
        body = {"migrationPlan": plan, "processInstanceIds": scene.instances}
        # An extension of the lock at the same moment is a conflict for the operator, who tries again.
        wait_until(lambda: scene.admin.call("POST", "/migration/execute", body).status_code == 204, "migrated", 50)
    scene.verdict()
    assert [one.xml_id for one in scene.portal.tasks()] == [f"camunda:{task}"]


def failure_lost(scene: Scene, *, executed: bool) -> None:
    """The answer to a failure report is lost; then the variables are mended and the retries raised."""
    left = [Harm(forward=executed, reply=Reply(drop=True))]
    scene.engine_proxy.meddle = lambda call, _: left.pop() if call == "failure" and left else None
    scene.worker().start()
    (instance,) = scene.start_instances(responsibleId="abc")
    wait_until(lambda: scene.admin.incidents(instance), "the incident", 90)
    mended = {"modifications": {"responsibleId": {"value": 7, "type": "Integer"}}}
    scene.admin.call("POST", f"/process-instance/{instance}/variables", mended)
    scene.admin.raise_retries(scene.admin.task(instance)["id"])
    scene.verdict(90)


def optimistic(scene: Scene) -> None:
    """The engine says that somebody else was faster, twice, and executes nothing."""
    error = {"type": "OptimisticLockingException", "message": "updated by another transaction", "code": 1}
    left = [Harm(forward=False, reply=Reply(500, error))] * 2
    scene.engine_proxy.meddle = lambda call, _: left.pop() if call == "complete" and left else None
    scene.start_instances()
    scene.worker().start()
    scene.verdict()


def test_one_task_whatever_happens_at_the_engine(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    cases: dict[str, Callable[[Scene], None]] = {
        "unlocked": unlocked,
        "taken by another": taken_by_another,
        "cancelled": cancelled,
        "suspended": suspended,
        "migrated": migrated,
        "failure executed, answer lost": partial(failure_lost, executed=True),
        "failure lost": partial(failure_lost, executed=False),
        "optimistic locking": optimistic,
    }

    def play(name: str) -> None:
        with Scene(camunda.base_url, tmp_path / name) as scene:
            cases[name](scene)

    side_by_side({name: partial(play, name) for name in cases})


def test_a_parallel_join_of_many_ends(camunda: RunningEngine, tmp_path: Path) -> None:
    """All completions meet at one gateway: the engine rolls most of them back, and takes them again."""
    branches = 6
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.admin.deploy(_parallel(scene.key, branches))
        worker = scene.worker().start()
        for _ in range(5):
            scene.admin.start(scene.key)
        wait_until(lambda: len(scene.portal.tasks()) == 5 * branches and scene.ended(), "all joined", 60)
        assert scene.duplicates() == {}
        assert worker.status()["tasks_completed"] == 5 * branches


def _parallel(key: str, branches: int) -> str:
    tasks = [f"branch{number}" for number in range(branches)]
    ways = [("start", "fork"), ("join", "end"), *(way for task in tasks for way in (("fork", task), (task, "join")))]
    flows = (f'<bpmn:sequenceFlow id="f{n}" sourceRef="{one}" targetRef="{two}"/>' for n, (one, two) in enumerate(ways))
    return definitions(
        HEAD.format(key=key)
        + '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
        + "".join(STEP.format(id=task, topic=key, extensions="") for task in tasks)
        + f'<bpmn:endEvent id="end"/>{"".join(flows)}</bpmn:process>'
    )


def test_an_output_mapping_that_fails_is_an_incident_and_no_second_task(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        broken = (
            '<camunda:inputOutput><camunda:outputParameter name="x">${nowhere.at.all}</camunda:outputParameter>'
            "</camunda:inputOutput>"
        )
        scene.admin.deploy(sequence(scene.key, {"ours": scene.key}, extensions=broken))
        scene.worker().start()
        (instance,) = scene.start_instances()
        (incident,) = wait_until(lambda: scene.admin.incidents(instance), "the incident", 60)
        assert "nowhere" in incident["incidentMessage"]
        assert len(scene.portal.tasks()) == 1
        assert len(scene.portal.requests(ADD)) == 1
        scene.admin.call(
            "POST", f"/process-instance/{instance}/variables", {"modifications": {"nowhere": {"value": 1}}}
        )
        scene.admin.raise_retries(scene.admin.task(instance)["id"])
        wait_until(lambda: len(scene.admin.incidents(instance)) == 1, "the incident again", 60)
        assert len(scene.portal.tasks()) == 1


def test_connections_that_the_engine_closes_are_no_errors(camunda: RunningEngine, tmp_path: Path) -> None:
    """The engine's server closes each connection after a hundred requests."""
    with Scene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker(CAMUNDA_BASE_URL=camunda.base_url, CAMUNDA_MAX_IN_FLIGHT="2").start()
        scene.start_instances(160)
        wait_until(lambda: scene.ended() and len(scene.portal.syncs()) >= 160, "all through", 90)
        assert len(scene.portal.tasks()) == 160
        told = worker.events("fetch.paused") + worker.events("settlement.retry")
        assert [one for one in told if "не ответил вовремя" not in one["reason"]] == [], "a busy machine may be late"


def test_an_engine_that_is_killed_and_one_that_forgets(tmp_path: Path) -> None:
    """Killed in mid-way, while others wait for people; and restored from a backup in which finished steps are open."""
    database, backup = tmp_path / "db" / "engine", tmp_path / "backup"
    database.parent.mkdir()
    with started("camunda", Wishes(database=database)) as engine:
        port = int(engine.base_url.split(":")[2].split("/")[0])
        wishes = Wishes(port=port, database=database)
        with (
            WaitingScene(engine.base_url, tmp_path / "people") as people,
            Scene(engine.base_url, tmp_path / "scene") as scene,
        ):
            waiting(people, 4)
            scene.start_instances(5)
            scene.portal.latency = 0.3
            with scene.nothing_completed():
                worker = scene.worker().start()
                wait_until(lambda: scene.portal.requests(ADD), "creates on their way")
                assert engine.process
                engine.process.kill()
                engine.stop()
            assert scene.completions() == {}
            people.answer(*people.instances[:2])
            shutil.copytree(database.parent, backup)
            with started("camunda", wishes):
                scene.verdict()
                people.verdict(90)
            shutil.rmtree(database.parent)
            shutil.copytree(backup, database.parent)
            with started("camunda", wishes):
                scene.until_ended(60)
                assert len(scene.portal.tasks()) == 5
                assert worker.process.poll() is None


def test_raised_retries_run_with_todays_template(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker()
        config = worker.folder / "config.yaml"
        config.write_text(
            f'topics: {{{scene.key}: {{retries: 1, task: {{title: "{{{{ missing }}}}"}}}}}}', encoding="utf-8"
        )
        worker.start()
        (instance,) = scene.start_instances()
        wait_until(lambda: scene.admin.incidents(instance), "the incident")
        worker.stop()
        config.write_text(f'topics: {{{scene.key}: {{retries: 1, task: {{title: "mended"}}}}}}', encoding="utf-8")
        worker.start()
        scene.admin.raise_retries(scene.admin.task(instance)["id"])
        scene.verdict()
        assert [task.fields["TITLE"] for task in scene.portal.tasks()] == ["mended"]


def test_a_step_that_the_engine_cannot_hand_out_ends_at_a_person_and_the_others_are_served(
    camunda: RunningEngine, tmp_path: Path
) -> None:
    """The engine itself is well, and says 500 to every fetch that would read the content of the first step."""
    no_memory = {"type": "OutOfMemoryError", "message": "Java heap space", "code": None}
    with Scene(camunda.base_url, tmp_path) as scene:
        [victim] = scene.start_instances(1)
        others = scene.start_instances(3)

        def meddle(call: str, request: Request) -> Harm | None:
            if call != "fetchAndLock" or request.body["topics"][0]["variables"] == ["loopCounter"]:
                return None
            return Harm(change=no_memory_for_the_victim)

        def no_memory_for_the_victim(reply: Reply) -> Reply:
            tasks = json.loads(reply.content())
            if victim not in {task["processInstanceId"] for task in tasks}:
                return reply
            for task in tasks:  # the engine rolls it all back
                scene.admin.call("POST", f"/external-task/{task['id']}/unlock")
            return Reply(500, no_memory)

        scene.engine_proxy.meddle = meddle
        worker = scene.worker().start()
        wait_until(lambda: all(scene.admin.ended(one) for one in others), "the others are served", 90)
        wait_until(lambda: scene.admin.task(victim)["retries"] == 0, "a person is asked", 90)
        assert "Java heap space" in scene.admin.task(victim)["errorMessage"]
        asked = [event["asked"] for event in [*worker.events("fetch.refused"), *worker.events("fetch.refused_again")]]
        assert asked[-1] == 1 < asked[0]
        assert len(scene.portal.tasks()) == len(others)


def test_an_engine_that_hands_nothing_out_for_a_while_costs_no_retries_and_is_told(
    camunda: RunningEngine, tmp_path: Path
) -> None:
    """Its database is away: it answers, with 500 in its own format."""
    away = {"type": "ProcessEnginePersistenceException", "message": "ENGINE-03090 connection refused", "code": 0}
    with Scene(camunda.base_url, tmp_path) as scene:
        instances = scene.start_instances(3)
        refused = Harm(forward=False, reply=Reply(500, away))
        scene.engine_proxy.meddle = lambda call, _: refused if call == "fetchAndLock" else None
        worker = scene.worker().start()
        told = [*worker.wait_for("fetch.refused", 1, 60), *worker.wait_for("fetch.refused_again", 5, 60)]
        assert all("ENGINE-03090" in event["reason"] for event in told)
        assert told[-1]["seconds"] > told[0]["seconds"], "asked ever more rarely"
        scene.engine_proxy.meddle = lambda call, _: None
        wait_until(lambda: all(scene.admin.ended(one) for one in instances), "served", 60)
        assert worker.events("task.incident") == []
        assert len(scene.portal.tasks()) == len(instances)
