"""The stage for tasks with content: a template of the portal with checklists, a questionnaire, a file and arrows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from sandbox.portal.records import StoredTask
from tests.support.answering import answering
from tests.support.engine_admin import sequence
from tests.support.old_process import ANSWER, APPROVE, CHECKLISTS, FILE, INITIATOR, checklists_of, fill_portal
from tests.support.scene import END_SECONDS, Scene
from tests.support.worker_process import WorkerProcess

RICH = {
    "BITRIX_PORTAL_TEMPLATES": "true",
    "BITRIX_QUESTIONNAIRES": "true",
    "BITRIX_DEFAULT_RESPONSIBLE_ID": "1",
    "WAITING_POLL_SECONDS": "0.5",
    "WAITING_SWEEP_SECONDS": "2",
    "WAITING_LOCK_SECONDS": "6",
}


class RichScene(Scene):
    """Each instance is at one step whose task needs content; a person answers and closes it, and the step after waits.

    Its predecessor is a task of the same instance that the test has made.
    """

    def deploy(self) -> None:
        self.admin.deploy(sequence(self.key, {APPROVE: self.key, "theirs": f"{self.key}_theirs"}))
        fill_portal(self.portal, self.key)

    def topic(self) -> str:
        return "{wait_for_close: true, retries: 1}"

    def worker(self, name: str = "worker", **environ: str) -> WorkerProcess:
        return super().worker(name, **RICH, **environ)

    def start_instances(self, count: int = 1, **variables: Any) -> list[str]:
        return super().start_instances(count, **{"startedBy": INITIATOR, **variables})

    def is_furnished(self, task: StoredTask) -> bool:
        """Whether everything is there that its template says; more than that is `wrong`."""
        there = len(checklists_of(self.portal, task.id)) == len(CHECKLISTS)
        return there and bool(self.portal.content.questionnaires.of(task.id))

    def people(self) -> AbstractContextManager[None]:
        """Meanwhile people answer and close each task that has all it needs."""
        return answering(self.portal, self.portal.tasks, self.is_furnished)

    def wrong(self) -> list[str]:
        """What a task has too much or too little, each in one line."""
        found = []
        for task in self.portal.tasks():
            lists = checklists_of(self.portal, task.id)
            if lists != CHECKLISTS or len(self.portal.store.checklist(task.id, 0)) != 5:
                found.append(f"task {task.id}: checklists {lists}")
            codes = [one["CODE"] for one in self.portal.content.questionnaires.of(task.id)]
            if codes != ["ORDER"]:
                found.append(f"task {task.id}: questionnaires {codes}")
            if (files := self.portal.store.disk.names_in(task.id)) != [FILE]:
                found.append(f"task {task.id}: files {files}")
        return found

    def unanswered(self) -> list[str]:
        """Instances that went on without what a person has answered."""
        return [one for one in self.instances if (self.admin.variables(one).get(ANSWER) or {}).get("value") is not True]

    def verdict(self, seconds: float = END_SECONDS) -> None:
        with self.people():
            self.until_ended(seconds)
        super().verdict(seconds)
        assert not self.wrong(), "\n".join(self.wrong())
        assert not self.unanswered(), self.unanswered()
