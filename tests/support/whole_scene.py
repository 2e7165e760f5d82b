"""A stage on which each instance has two tasks: of one the step says what it needs, of the other the portal's template.

Together they have every part there is: checklists, questionnaires, files of the process and of Disk, arrows of the
portal and of its module, a comment.
"""

from __future__ import annotations

import base64
import uuid
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sandbox.portal.records import StoredTask
from tests.support.acts_scene import ActsScene
from tests.support.answering import answering
from tests.support.engine_admin import sequence
from tests.support.old_process import ANSWER, APPROVE, CHECKLISTS, FILE, INITIATOR, checklists_of, fill_portal
from tests.support.open_intents import open_intents
from tests.support.rich_scene import RICH
from tests.support.worker_process import WorkerProcess

SAYS = "says"
"""The step that says itself what its task needs."""
ON_DISK = b"on Disk already"


class WholeScene(ActsScene):
    """`ledger`: the address of one that all workers share; empty: each has its own."""

    steps = 2

    def __init__(self, engine_url: str, folder: Path, ledger: str = "") -> None:
        super().__init__(engine_url, folder)
        self._ledger = ledger
        self.most_comments = 1 if ledger else 2  # docs/guarantees.md: each of two ledgers says that it never began it
        self._scans: dict[str, bytes] = {}
        self._on_disk = 0

    def deploy(self) -> None:
        self.make_earlier()
        names = {SAYS: self.key, APPROVE: f"{self.key}_template", "theirs": f"{self.key}_theirs"}
        self.admin.deploy(sequence(self.key, names))
        self._on_disk = self.portal.store.disk.write("known.pdf", ON_DISK)
        fill_portal(self.portal, self.key, [SAYS])

    def topics(self) -> dict[str, str]:
        files = f'files: ["{{{{ scan }}}}", n{self._on_disk}], title:'
        said = self.topic().replace("title:", files, 1)
        return {self.key: said, f"{self.key}_template": "{retries: 1, wait_for_close: true}"}

    def worker(self, name: str = "worker", **environ: str) -> WorkerProcess:
        shared = {"LEDGER_URL": self._ledger, "LEDGER_HEARTBEAT_SECONDS": "0.3"} if self._ledger else {}
        return super().worker(name, **RICH, **shared, **environ)

    def start_instances(self, count: int = 1, **variables: Any) -> list[str]:
        """Each instance has a file of its own."""
        started = []
        for _ in range(count):
            scan = uuid.uuid4().hex.encode()
            about = {"filename": "scan.pdf", "mimeType": "application/pdf"}
            file = {"type": "File", "value": base64.b64encode(scan).decode(), "valueInfo": about}
            [instance] = super().start_instances(1, startedBy=INITIATOR, scan=file, **variables)
            self._scans[instance] = scan
            started.append(instance)
        return started

    def people(self) -> AbstractContextManager[None]:
        """Meanwhile people answer and close each task that has all its template says."""
        return answering(self.portal, lambda: self._made(APPROVE), self._is_furnished)

    def _is_furnished(self, task: StoredTask) -> bool:
        there = checklists_of(self.portal, task.id)
        return there.keys() == CHECKLISTS.keys() and bool(self.portal.content.questionnaires.of(task.id))

    def _made(self, activity: str) -> list[StoredTask]:
        return [task for task in self.portal.tasks() if task.fields.get("UF_ELEMENT_ID") == activity]

    # --- what came of it ---

    def lost(self) -> list[str]:
        """Instances that went on without one of their tasks."""
        there = Counter(task.fields.get("UF_PROCESS_INSTANCE_ID") for task in self.portal.tasks())
        return [instance for instance in self.instances if there[instance] < self.steps]

    def findings(self) -> dict[str, list[str]]:
        return {
            "parts missing, doubled or foreign": [f"task {id_}: {odd}" for id_, odd in self.wrong_parts().items()],
            "uploads and tasks of nobody": self.strays(),
            "answers that were lost": self.unanswered(),
            "open intents": self.open_intents(),
        }

    def open_intents(self) -> list[str]:
        """Of the ledger that all share; a worker's own keeps what another worker has finished since."""
        return open_intents(self._ledger) if self._ledger else []

    def wrong_parts(self) -> dict[int, Any]:
        """By task: what it has too much, too little, or of another instance."""
        said = {id_: what for id_, what in super().wrong_parts().items() if self._is_of(id_, SAYS)}
        for task in self._made(SAYS):
            files = sorted(self._contents(task.id))
            if files != sorted([ON_DISK, self._scans[str(task.fields["UF_PROCESS_INSTANCE_ID"])]]):
                said[task.id] = (*said.get(task.id, ()), files)
        before = {task.fields["UF_PROCESS_INSTANCE_ID"]: task.id for task in self._made(SAYS)}
        for task in self._made(APPROVE):
            if odd := self._odd(task, before.get(task.fields["UF_PROCESS_INSTANCE_ID"])):
                said[task.id] = odd
        return said

    def _is_of(self, task_id: int, activity: str) -> bool:
        return any(task.id == task_id for task in self._made(activity))

    def _contents(self, task_id: int) -> list[bytes]:
        disk = self.portal.store.disk
        there = {one.id: one.content or b"" for one in disk.files()}
        return [there[one.object_id] for one in disk.attached_to("task", task_id)]

    def _odd(self, task: StoredTask, before: int | None) -> list[Any]:
        """What a task of the template has that it must not have, or lacks."""
        lists = checklists_of(self.portal, task.id)
        codes = [one["CODE"] for one in self.portal.content.questionnaires.of(task.id)]
        files = self.portal.store.disk.names_in(task.id)
        arrows = [on for one, on in self.portal.content.links if one == task.id]
        items = len(self.portal.store.checklist(task.id, 0))
        right = [
            (lists, CHECKLISTS),
            (items, sum(map(len, CHECKLISTS.values())) + len(CHECKLISTS)),
            (codes, ["ORDER"]),
            (files, [FILE]),
            (arrows, [before]),
        ]
        return [found for found, wanted in right if found != wanted]

    def strays(self) -> list[str]:
        """Uploads that are in no task or in several, and tasks of no instance."""
        disk = self.portal.store.disk
        uses = Counter(one.object_id for task in self.portal.tasks() for one in disk.attached_to("task", task.id))
        uploads = [one for one in disk.files() if one.content in self._scans.values()]
        found = [f"file {one.id} is in {uses[one.id]} tasks" for one in uploads if uses[one.id] != 1]
        found += [f"{len(uploads)} uploads of {len(self._scans)} files"] if len(uploads) != len(self._scans) else []
        foreign = [task.id for task in self.portal.tasks() if self._is_foreign(task)]
        return [*found, *(f"task {id_} of no instance" for id_ in foreign)]

    def _is_foreign(self, task: StoredTask) -> bool:
        return task.id != self.earlier and task.fields.get("UF_PROCESS_INSTANCE_ID") not in self.instances

    def unanswered(self) -> list[str]:
        """Instances that went on without what a person has answered."""
        return [one for one in self.instances if (self.admin.variables(one).get(ANSWER) or {}).get("value") is not True]
