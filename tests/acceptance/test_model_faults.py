"""docs/model-faults.md: an instance whose model had a mistake goes on after the commands of the page, run as shown."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.support.shown_blocks import shown
from tests.support.worker_process import WorkerProcess
from worker.steps.bpmn.activity_path import path_to

PAGES = ("model-faults.md", "model-faults.ru.md")
ASKS = "UF_RESULT_EXPECTED"
QUICK = {"WAITING_POLL_SECONDS": "0.5"}
WRONG = """<camunda:properties><camunda:property name="{name}" value="{value}"/></camunda:properties>
<camunda:inputOutput>
  <camunda:inputParameter name="deadline">{deadline}</camunda:inputParameter>
  <camunda:inputParameter name="{wrong}">true</camunda:inputParameter>
</camunda:inputOutput>"""
PEOPLE = (1, 42, 7)
ALL = {
    "type": "Object",
    "value": str(list(PEOPLE)),
    "valueInfo": {
        "objectTypeName": "java.util.ArrayList<java.lang.Integer>",
        "serializationDataFormat": "application/json",
    },
}
MANY = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${people}" camunda:elementVariable="responsibleId"/>'
REAL = [kind for kind in CHOSEN if kind != "builtin"]
ASK, RETRIES, LOCAL, DELETE, DEPLOY, MIGRATE, ANEW, PAST, RESTART = range(9)
"""The blocks of the page, in its order."""


class Person:
    """Somebody on call, who runs blocks of the page in a shell."""

    def __init__(self, admin: Admin, worker: WorkerProcess, folder: Path, page: str, key: str) -> None:
        self._blocks = shown(page, "sh")
        self._admin = admin
        self._worker = worker
        self._folder = folder
        self._key = key
        self._known = {"CAMUNDA_BASE_URL": admin.base_url, "PATH": "/usr/bin:/bin"}

    def looks_at(self, instance: str) -> str:
        """The person pastes what `explain` prints; returns the external task."""
        task = self._admin.tasks(instance)[0]
        told = self._worker.command("explain", task["id"]).stdout
        (line,) = [line for line in told.splitlines() if "docs model-faults" in line and "TASK=" in line]
        self._known |= dict(one.split("=", 1) for one in shlex.split(line.split(": ", 1)[1]))
        assert (self._known["TASK"], self._known["KEY"]) == (task["id"], self._key)
        return str(task["id"])

    def looks_at_the_process(self, instance: str) -> dict[str, str]:
        """The same of an instance in which nothing waits for a worker."""
        told = self._worker.command("explain", instance).stdout
        (line,) = [line for line in told.splitlines() if "docs model-faults" in line and "GATEWAY=" in line]
        self._known |= dict(one.split("=", 1) for one in shlex.split(line.split(": ", 1)[1]))
        return self._known

    def asks_the_engine(self, instance: str) -> None:
        """The person finds the same in what the first block shows."""
        task = self._admin.tasks(instance)[0]
        one, tree = map(json.loads, self.runs(ASK).replace("}{", "}\0{").split("\0"))
        above, node = path_to(tree, one["activityInstanceId"])[-2:]
        node = above if above["activityId"].endswith("#multiInstanceBody") else node
        found = {
            "TASK": one["id"],
            "INSTANCE": one["processInstanceId"],
            "EXECUTION": one["executionId"],
            "OLD": one["processDefinitionId"],
            "STEP": node["activityId"],
            "RUN": node["id"],
            "AROUND": node["parentActivityInstanceId"],
        }
        assert one["id"] == task["id"]
        assert found.items() <= self._known.items()

    def runs(self, *blocks: int, variable: str = "deadline") -> str:
        said = ""
        for block in blocks:
            done = subprocess.run(
                ["bash", "-ec", self._blocks[block].replace("deadline", variable)],
                capture_output=True,
                text=True,
                check=False,
                cwd=self._folder,
                env=self._known,
            )
            assert done.returncode == 0, done.stderr
            said = done.stdout
        return said

    def deploys(self, bpmn: str) -> None:
        (self._folder / "approval.bpmn").write_text(bpmn, encoding="utf-8")
        told = self.runs(DEPLOY)
        [new] = self._admin.get("/process-definition", key=self._key, latestVersion="true")
        assert f'"id":"{new["id"]}"' in told
        self._known["NEW"] = new["id"]


Failing = Callable[..., tuple[Person, str]]


@pytest.fixture(params=PAGES)
def failing(
    request: pytest.FixtureRequest,
    engine: RunningEngine,
    admin: Admin,
    worker_for: WorkerFor,
    key: str,
    tmp_path: Path,
) -> Failing:
    """A person, and an instance whose step is an incident because of its model."""
    if engine.kind == "builtin":
        pytest.skip("the built-in engine migrates and restarts nothing")

    def fail(*, many: bool = False, **changes: str) -> tuple[Person, str]:
        if many and engine.kind == "operaton":
            pytest.skip("this engine has no JSON data format (Spin), so no list can be handed to it over REST")
        admin.deploy(model(key, many=many, **changes))
        instance = admin.start(key, {"people": ALL} if many else {})
        config = f"topics: {{{key}: {{retries: 1}}}}"
        worker = worker_for(engine.base_url, key, config=config, LOG_LANGUAGE="en", **QUICK).start()
        wait_until(lambda: len(admin.incidents(instance)) == (len(PEOPLE) if many else 1), "an incident")
        said = admin.tasks(instance)[0]["errorMessage"]
        assert said.endswith("Raising the retries alone repeats this: see camunda-bitrix-worker docs model-faults.")
        return Person(admin, worker, tmp_path, request.param, key), instance

    return fail


def model(key: str, *, many: bool = False, **changes: str) -> str:
    said = {"name": ASKS, "value": "false", "deadline": "P2D", "wrong": "others"} | changes
    bpmn = sequence(key, {"Approve": key}, extensions=WRONG.format(**said))
    return bpmn.replace("    </bpmn:serviceTask>", f"    {MANY}</bpmn:serviceTask>") if many else bpmn


def test_a_wrong_input_parameter_is_corrected_in_the_step(failing: Failing, admin: Admin, portal: Portal) -> None:
    person, instance = failing(deadline="soon")
    task = person.looks_at(instance)
    person.runs(RETRIES)
    wait_until(lambda: admin.incidents(instance), "the retries alone repeat it")
    assert admin.task(instance)["id"] == task
    person.runs(LOCAL, RETRIES)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


@pytest.mark.parametrize("anew", [False, True])
def test_a_misspelt_input_parameter_is_corrected_in_the_model(
    failing: Failing, admin: Admin, portal: Portal, key: str, *, anew: bool
) -> None:
    person, instance = failing(wrong="waitForComplition")
    task = person.looks_at(instance)
    person.deploys(model(key, wrong="waitForCompletion"))
    person.runs(MIGRATE, RETRIES)
    said = wait_until(lambda: "began without it" in (text := admin.task(instance)["errorMessage"]) and text, "told")
    assert "local variable waitForCompletion, or begin the step anew" in said
    assert not portal.tasks(), "the former parameter asks nobody"
    if anew:
        person.runs(ANEW)
    else:
        person.runs(LOCAL, variable="waitForCompletion")
        person.runs(RETRIES)
    wait_until(portal.tasks, "the task")
    assert (admin.task(instance)["id"] == task) is not anew
    assert not admin.incidents(instance)


def test_an_input_parameter_that_would_take_the_answer_is_removed_with_its_local_variable(
    failing: Failing, admin: Admin, portal: Portal, key: str
) -> None:
    person, instance = failing(name=ASKS, value="true", wrong="Approve")
    person.looks_at(instance)
    person.deploys(model(key, name=ASKS, value="true"))
    person.runs(MIGRATE)
    person.runs(DELETE, variable="Approve")
    person.runs(RETRIES)
    wait_until(portal.tasks, "the task")
    portal.complete(portal.tasks()[0].id, answer="ДА")
    wait_until(lambda: admin.ended(instance), "the answer reaches the process")


def test_a_wrong_property_is_corrected_by_a_migration(failing: Failing, admin: Admin, portal: Portal, key: str) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTD", deadline="P2D")
    task = person.looks_at(instance)
    person.deploys(model(key))
    person.runs(MIGRATE)
    assert admin.task(instance)["id"] == task
    person.runs(RETRIES)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


def test_a_wrong_input_parameter_is_corrected_by_beginning_anew(
    failing: Failing, admin: Admin, portal: Portal, key: str
) -> None:
    person, instance = failing(deadline="soon")
    person.looks_at(instance)
    person.deploys(model(key))
    person.runs(MIGRATE, ANEW)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


FLOW = '<bpmn:sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}">{2}</bpmn:sequenceFlow>'
AGREED = "<bpmn:conditionExpression xsi:type='bpmn:tFormalExpression'>${Approve == 'ok'}</bpmn:conditionExpression>"
MEETING = definitions("""<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
  <bpmn:startEvent id="start"/><bpmn:serviceTask id="Approve" camunda:type="external" camunda:topic="{key}">
    <bpmn:extensionElements><camunda:properties><camunda:property name="UF_RESULT_EXPECTED" value="true"/>
    </camunda:properties></bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:exclusiveGateway id="way" default="way_filed"/><bpmn:task id="signed"/><bpmn:task id="filed"/>
  <bpmn:parallelGateway id="both" name="Both done"/><bpmn:userTask id="behind"/>{flows}</bpmn:process>""")


@pytest.mark.parametrize("page", PAGES)
def test_an_instance_that_waits_in_vain_at_a_gateway_is_led_past_it(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, tmp_path: Path, page: str
) -> None:
    if engine.kind == "builtin":
        pytest.skip("the built-in engine knows no conditions")
    ways = ("start Approve", "Approve way", "way filed", "signed both", "filed both", "both behind")
    flows = [*(FLOW.format(*way.split(), "") for way in ways), FLOW.format("way", "signed", AGREED)]
    admin.deploy(MEETING.format(key=key, flows="".join(flows)))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    instance = admin.start(key)
    wait_until(portal.tasks, "the task")
    portal.complete(portal.tasks()[0].id, answer="ДА")
    wait_until(lambda: not admin.tasks(instance), "the answer reaches the process")
    [hangs] = [one for one in worker.events("model.finding") if one["finding"] == "join_never"]
    assert "of the ways behind way only one is taken" in hangs["seen"]
    [first, second, *_] = worker.command("explain", instance).stdout.splitlines()
    assert first.startswith("Needs you: the process instance waits at the gateway Both done (both) for other branches")
    assert second.startswith("Since ")
    person = Person(admin, worker, tmp_path, page, key)
    assert person.looks_at_the_process(instance).items() >= {"INSTANCE": instance, "GATEWAY": "both"}.items()
    person.runs(PAST)
    tree = admin.get(f"/process-instance/{instance}/activity-instances")
    assert [one["activityId"] for one in tree["childActivityInstances"]] == ["behind"]


def test_all_instances_of_a_multi_instance_begin_anew(failing: Failing, admin: Admin, portal: Portal, key: str) -> None:
    person, instance = failing(deadline="soon", many=True)
    person.looks_at(instance)
    person.asks_the_engine(instance)
    person.deploys(model(key, many=True))
    person.runs(MIGRATE, ANEW)
    wait_until(lambda: admin.ended(instance), "all are completed")
    assert {int(task.fields["RESPONSIBLE_ID"]) for task in portal.tasks()} == set(PEOPLE)


@pytest.mark.parametrize("many", [False, True])
def test_an_instance_is_restarted_under_the_new_version(
    failing: Failing, admin: Admin, portal: Portal, key: str, *, many: bool
) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTD", deadline="soon", many=many)
    person.looks_at(instance)
    person.deploys(model(key, many=many))
    person.runs(MIGRATE, RESTART)
    assert admin.ended(instance)
    wait_until(lambda: len(portal.tasks()) == (len(PEOPLE) if many else 1), "the restarted instance asks for its tasks")


def test_both_pages_show_the_same_commands() -> None:
    assert shown(PAGES[0], "sh") == shown(PAGES[1], "sh")
