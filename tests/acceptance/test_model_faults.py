"""docs/model-faults.md: an instance whose model had a mistake goes on after the commands of the page, run as shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.shown_blocks import shown

PAGES = ("model-faults.md", "model-faults.ru.md")
WRONG = """<camunda:properties><camunda:property name="{name}" value="false"/></camunda:properties>
<camunda:inputOutput>
  <camunda:inputParameter name="deadline">{deadline}</camunda:inputParameter>
</camunda:inputOutput>"""
ASK, RETRIES, LOCAL, DEPLOY, MIGRATE, ANEW, RESTART = range(7)
"""The blocks of the page, in its order."""


class Person:
    """Somebody on call, who runs blocks of the page in a shell."""

    def __init__(self, admin: Admin, folder: Path, page: str, key: str) -> None:
        self._blocks = shown(page, "sh")
        self._admin = admin
        self._folder = folder
        self._known = {"CAMUNDA_BASE_URL": admin.base_url, "KEY": key, "PATH": "/usr/bin:/bin"}

    def looks_at(self, instance: str) -> str:
        """The person fills in what the first block shows; returns the external task."""
        task = self._admin.task(instance)
        self._known["TASK"] = task["id"]
        told = self.runs(ASK)
        for name, key in (
            ("EXECUTION", "executionId"),
            ("INSTANCE", "processInstanceId"),
            ("STEP", "activityId"),
            ("OLD", "processDefinitionId"),
        ):
            assert f'"{key}":"{task[key]}"' in told
            self._known[name] = task[key]
        return str(task["id"])

    def runs(self, *blocks: int) -> str:
        said = ""
        for block in blocks:
            done = subprocess.run(
                ["bash", "-ec", self._blocks[block]],
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
        [new] = self._admin.get("/process-definition", key=self._known["KEY"], latestVersion="true")
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

    def fail(*, name: str, deadline: str) -> tuple[Person, str]:
        admin.deploy(sequence(key, {"Approve": key}, extensions=WRONG.format(name=name, deadline=deadline)))
        instance = admin.start(key)
        worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", LOG_LANGUAGE="en").start()
        wait_until(lambda: admin.incidents(instance), "an incident")
        said = admin.task(instance)["errorMessage"]
        assert said.endswith("Raising the retries alone repeats this: see docs/model-faults.md.")
        return Person(admin, tmp_path, request.param, key), instance

    return fail


def corrected(key: str) -> str:
    return sequence(key, {"Approve": key}, extensions=WRONG.format(name="UF_RESULT_EXPECTED", deadline="P2D"))


def test_a_wrong_input_parameter_is_corrected_in_the_step(failing: Failing, admin: Admin, portal: Portal) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTED", deadline="soon")
    task = person.looks_at(instance)
    person.runs(RETRIES)
    wait_until(lambda: admin.incidents(instance), "the retries alone repeat it")
    assert admin.task(instance)["id"] == task
    person.runs(LOCAL, RETRIES)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


def test_a_wrong_property_is_corrected_by_a_migration(failing: Failing, admin: Admin, portal: Portal, key: str) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTD", deadline="P2D")
    task = person.looks_at(instance)
    person.deploys(corrected(key))
    person.runs(MIGRATE)
    assert admin.task(instance)["id"] == task
    person.runs(RETRIES)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


def test_a_wrong_input_parameter_is_corrected_by_beginning_anew(
    failing: Failing, admin: Admin, portal: Portal, key: str
) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTED", deadline="soon")
    person.looks_at(instance)
    person.deploys(corrected(key))
    person.runs(MIGRATE, ANEW)
    wait_until(lambda: admin.ended(instance), "the step is completed")
    assert len(portal.tasks()) == 1


def test_an_instance_is_restarted_under_the_new_version(
    failing: Failing, admin: Admin, portal: Portal, key: str
) -> None:
    person, instance = failing(name="UF_RESULT_EXPECTD", deadline="soon")
    person.looks_at(instance)
    person.deploys(corrected(key))
    person.runs(MIGRATE, RESTART)
    assert admin.ended(instance)
    wait_until(lambda: len(portal.tasks()) == 1, "the restarted instance asks for its task")


def test_both_pages_show_the_same_commands() -> None:
    assert shown(PAGES[0], "sh") == shown(PAGES[1], "sh")
