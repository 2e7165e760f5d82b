"""A stage on which steps wait for a person; the verdict asks for each person's own answer besides."""

from __future__ import annotations

from sandbox.portal.state import StoredTask
from tests.support.engine_admin import sequence, wait_until
from tests.support.scene import END_SECONDS, Scene
from tests.support.worker_process import WorkerProcess

ASKS = '<camunda:properties><camunda:property name="UF_RESULT_EXPECTED" value="1"/></camunda:properties>'
WAITING = {"WAITING_POLL_SECONDS": "0.3", "WAITING_SWEEP_SECONDS": "1", "WAITING_LOCK_SECONDS": "4"}
VALUES = {"ДА": "ok", "НЕТ": "no"}


class WaitingScene(Scene):
    """Each instance is at a step that asks; a second step, which nobody serves, keeps its variables."""

    def deploy(self) -> None:
        steps = {"ours": self.key, "theirs": f"{self.key}_theirs"}
        self.admin.deploy(sequence(self.key, steps, extensions=ASKS))

    def worker(self, name: str = "worker", **environ: str) -> WorkerProcess:
        return super().worker(name, **{**WAITING, **environ})

    def task_of(self, instance: str) -> StoredTask | None:
        """The Bitrix24 task of an instance's step."""
        return self._tasks().get(instance)

    def _tasks(self) -> dict[str, StoredTask]:
        """The first task of each instance."""
        return {str(task.fields.get("UF_PROCESS_INSTANCE_ID")): task for task in reversed(self.portal.tasks())}

    def made(self, seconds: float = END_SECONDS) -> None:
        """Wait until every instance has its task."""
        wait_until(lambda: self._tasks().keys() >= {*self.instances}, "every task made", seconds)

    @staticmethod
    def meant(instance: str) -> str:
        """What the person of this instance says."""
        return "ДА" if int(instance[:8], 16) % 2 else "НЕТ"

    def answer(self, *instances: str) -> None:
        """Close the tasks of these instances (none named: of all), each with the answer that is meant."""
        tasks = self._tasks()
        for instance in instances or self.instances:
            task = tasks.get(instance)
            if task is not None and task.fields["STATUS"] != "5":
                self.portal.store.complete(task.id, by=7, answer=self.meant(instance))

    def through(self) -> bool:
        """Every instance has left our step; the tasks that were made since are closed, too."""
        self.answer()
        return self.ended()

    def verdict(self, seconds: float = END_SECONDS) -> None:
        wait_until(self.through, "every step completed", seconds, self.engine_proxy.news)
        super().verdict(seconds)
        wrong = {
            instance: said
            for instance in self.instances
            if (said := self.admin.variables(instance)["ours"]["value"]) != VALUES[self.meant(instance)]
        }
        assert not wrong, f"wrong answers: {wrong}"
