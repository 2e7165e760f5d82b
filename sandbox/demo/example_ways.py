"""The progress of two instances of an example whose steps ask a person, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.demo import purchase
from sandbox.demo.examples import NO, YES, Example, Step
from sandbox.demo.ways import LIMIT_SECONDS, aligned
from sandbox.demo.words import Say
from sandbox.engine.client import EngineClient
from sandbox.portal import Portal
from sandbox.portal.records import COMPLETED, StoredTask

ANSWERS = (YES, NO)


@dataclass(slots=True)
class Errand:
    """The progress of one external task; `ended`: `completed`, `cancelled`, or empty."""

    id: str
    step: Step
    task: StoredTask | None = None
    answer: str = ""
    asked: bool = False
    closed: bool = False
    ended: str = ""
    incident: bool = False
    comments: int = 0


@dataclass(slots=True)
class ExampleWay:
    """One instance. `answer`: what the person, or the demonstration in the person's place, answers in it."""

    name: str
    instance: str
    answer: str
    errands: dict[str, Errand] = field(default_factory=dict)
    syncs: int = 0
    ended: bool = False
    through: bool = False


class ExampleWays:
    """`plays`: the demonstration itself closes the tasks, as a person would."""

    def __init__(self, example: Example, engine: EngineClient, portal: Portal, say: Say, *, plays: bool) -> None:
        self._example = example
        module = {"BITRIX_PORTAL_TEMPLATES": "true"} if example.has_template else {}
        self.settings: Mapping[str, str] = {"WAITING_POLL_SECONDS": "2", "WAITING_SWEEP_SECONDS": "5", **module}
        self._steps = example.steps()
        self._engine = engine
        self._portal = portal
        self._say = say
        self._plays = plays
        self._ways: list[ExampleWay] = []
        self._last_step_at = time.monotonic()

    def start(self) -> None:
        key = self._example.key
        if self._example.has_template:
            self._portal.content.set_up({})
            self._portal.content.diagrams.step(key, purchase.STEP, purchase.TEMPLATE)
        self._engine.deploy(self._example.path)
        for number, answer in enumerate(ANSWERS, start=1):
            name = f"{key}-{number}"
            variables = self._example.variables(number, hurried=self._plays)
            self._ways.append(ExampleWay(name, self._engine.start(key, name, variables), answer))
        self._say.tell("instances_started", key=key, count=len(ANSWERS))
        if self._example.timer:
            self._say.tell("timer", patience=self._example.timer.patience(hurried=self._plays))
        if not self._plays:
            self._say.tell("your_turn", url=self._portal.page_url)

    def look(self) -> bool:
        for way in [way for way in self._ways if not way.through]:
            self._look(way)
        if not all(way.through for way in self._ways):
            return False
        self._say.tell("all_ended", count=len(self._ways))
        return True

    def late(self) -> str | None:
        """Never, while a person has to act."""
        quiet = time.monotonic() - self._last_step_at
        if self._asks_a_person() or quiet < LIMIT_SECONDS:
            return None
        return self._say("quiet", seconds=quiet)

    def _asks_a_person(self) -> bool:
        errands = [errand for way in self._ways for errand in way.errands.values()]
        asked = any(
            errand.task and errand.step.question and not errand.closed and not errand.ended for errand in errands
        )
        return not self._plays and (asked or any(errand.incident for errand in errands))

    # --- one instance ---

    def _look(self, way: ExampleWay) -> None:
        """Collect the known tasks, then query the engine: one missing there has ended, and the portal shows how."""
        for id_, task in self._tasks(way).items():
            self._meet(way, id_, str(task.fields["UF_ELEMENT_ID"]))
        waiting = {str(one["id"]): one for one in self._engine.external_tasks(way.instance)}
        ended = not waiting and self._engine.ended(way.instance)
        tasks = self._tasks(way)
        for errand in way.errands.values():
            self._follow(way, errand, tasks.get(errand.id))
            self._look_at_the_end(way, errand, waiting.get(errand.id))
        for id_, one in waiting.items():
            self._meet(way, id_, str(one["activityId"]))
        self._count_syncs(way)
        if ended and not way.ended:
            way.ended = True
            self._tell(way, "process_ended")
        way.through = way.ended and tasks.keys() <= way.errands.keys() and self._nothing_owed(way)

    def _tasks(self, way: ExampleWay) -> dict[str, StoredTask]:
        """The portal's tasks of this instance, by external task id."""
        tasks = [task for task in self._portal.tasks() if task.fields.get("UF_PROCESS_INSTANCE_ID") == way.instance]
        return {str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]): task for task in tasks}

    def _meet(self, way: ExampleWay, id_: str, activity: str) -> None:
        if id_ not in way.errands:
            errand = way.errands[id_] = Errand(id_, self._steps[activity])
            self._tell(way, "step_waits", step=errand.step.name, value=id_)

    def _follow(self, way: ExampleWay, errand: Errand, task: StoredTask | None) -> None:
        """Print what has changed on the portal."""
        if task is None:
            return
        if errand.task is None:
            self._tell(way, "portal_task", value=task.id)
        errand.task = task
        if errand.step.question and not errand.asked and self._is_complete(task):
            errand.asked = True
            self._ask(way, errand, task)
        for comment in self._portal.store.comments(task.id)[errand.comments :]:
            errand.comments += 1
            self._tell(way, "commented", task=task.id, text=comment.text)
        if errand.step.question and not errand.closed and task.status == COMPLETED:
            errand.closed = True
            errand.answer = self._answer(task)
            self._tell(way, "task_closed", task=task.id, answer=errand.answer)

    def _is_complete(self, task: StoredTask) -> bool:
        """Whether there is what its answer goes into: the worker adds a questionnaire after the create."""
        return not self._example.has_template or bool(self._portal.content.questionnaires.of(task.id))

    def _answer(self, task: StoredTask) -> str:
        for one in self._portal.content.questionnaires.of(task.id):
            return YES if one["questions"][0]["answer"] == "true" else NO
        return self._portal.store.answers.get(str(task.fields.get("UF_RESULT_ANSWER")), "–")

    def _ask(self, way: ExampleWay, errand: Errand, task: StoredTask) -> None:
        facts = {"task": task.id, "question": errand.step.question, "url": self._portal.task_url(task.id)}
        if not self._plays:
            self._tell(way, "fill_it_in" if self._example.has_template else "close_it", **facts)
        elif self._example.timer and self._example.timer.step == errand.step.id:
            self._tell(way, "left_open", **facts)
        else:
            by = int(task.fields["RESPONSIBLE_ID"])
            if self._example.has_template:
                self._portal.fill_in(task.id, {purchase.QUESTION: "true" if way.answer == YES else "false"})
                self._portal.complete(task.id)
            else:
                self._portal.store.complete(task.id, by=by, answer=way.answer, result=self._say("result"))

    def _look_at_the_end(self, way: ExampleWay, errand: Errand, waiting: Mapping[str, Any] | None) -> None:
        """Print what has changed in the engine."""
        incident = waiting is not None and waiting.get("retries") == 0
        if incident and not errand.incident:
            self._tell(way, "incident", step=errand.step.name, reason=(waiting or {}).get("errorMessage"))
        errand.incident = incident
        if waiting is None and not errand.ended:
            done = errand.task and (errand.closed or not errand.step.question)
            errand.ended = "step_completed" if done else "step_cancelled"
            self._tell(way, errand.ended, step=errand.step.name)

    def _count_syncs(self, way: ExampleWay) -> None:
        syncs = sum(call.body.get("processInstanceId") == way.instance for call in self._portal.syncs())
        if syncs > way.syncs:
            way.syncs = syncs
            self._tell(way, "synchronised_again", count=syncs)

    def _nothing_owed(self, way: ExampleWay) -> bool:
        """Whether a synchronisation came after the last task was made, and each task left open says why."""
        made = [errand for errand in way.errands.values() if errand.task]
        if any(errand.ended == "step_cancelled" and not errand.closed and not errand.comments for errand in made):
            return False
        xml_ids = {errand.task.xml_id for errand in made if errand.task}
        adds = [
            call.started
            for call in self._portal.requests("tasks.task.add")
            if (call.body.get("fields") or {}).get("XML_ID") in xml_ids
        ]
        syncs = [call.started for call in self._portal.syncs() if call.body.get("processInstanceId") == way.instance]
        return bool(adds and syncs) and max(syncs) > max(adds)

    def _tell(self, way: ExampleWay, name: str, **facts: object) -> None:
        self._last_step_at = time.monotonic()
        self._say.line(f"{way.name}: {self._say(name, **facts)}")

    def table(self) -> str:
        rows = [self._say("example_head").split("|")]
        for way in self._ways:
            for errand in way.errands.values():
                task = str(errand.task.id) if errand.task else "–"
                outcome = self._say(errand.ended or "step_open", step=errand.step.name)
                rows.append([way.name, task, errand.answer or "–", outcome])
        return aligned(rows)
