"""A stage for harm: an engine, a portal stand-in, a proxy before each, workers; the verdict is always the same."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any, Self

from sandbox.portal import Portal
from tests.support.engine_admin import WAIT_SECONDS, Admin, sequence, wait_until
from tests.support.proxy import Proxy
from tests.support.worker_process import WorkerProcess

SCALED = {
    "BITRIX_SERVER_MAX_SECONDS": "1",
    "BITRIX_MARGIN_SECONDS": "0.3",
    "BITRIX_REQUEST_TIMEOUT": "1.5",
    "CAMUNDA_LOCK_SECONDS": "6",
    "CAMUNDA_CLOCK_SKEW_SECONDS": "0.1",
    "CAMUNDA_LONG_POLL_SECONDS": "1",
}
"""The protective durations, sixty times shorter than in production."""
END_SECONDS = 60.0


class Scene:
    """Instances of one process with one external task each, and what has become of them."""

    steps = 1

    def __init__(self, engine_url: str, folder: Path) -> None:
        self._ending = ExitStack()
        self.folder = folder
        self.key = f"f_{uuid.uuid4().hex[:10]}"
        self.admin = Admin(engine_url)
        self.portal = Portal()
        self.engine_proxy = Proxy(engine_url)
        self.portal_proxy = Proxy("")
        self.workers: list[WorkerProcess] = []
        self.instances: list[str] = []

    def __enter__(self) -> Self:
        self._ending.enter_context(self.portal)
        self.portal_proxy = Proxy(self.portal.webhook_url)
        for proxy in (self.engine_proxy, self.portal_proxy):
            self._ending.enter_context(proxy)
        self.deploy()
        self._ending.callback(self.admin.clean)
        return self

    def deploy(self) -> None:
        self.admin.deploy(sequence(self.key, {"ours": self.key}))

    def topic(self) -> str:
        """The topic's settings, in YAML."""
        return "{retries: 1}"

    def topics(self) -> dict[str, str]:
        """All topics that the workers serve, with their settings."""
        return {self.key: self.topic()}

    def people(self) -> AbstractContextManager[None]:
        """Meanwhile people do what they are asked to: nothing, where nothing waits for them."""
        return nullcontext()

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        for worker in self.workers:
            worker.end()
            if error:
                error.add_note(worker.last_words())
        self._ending.close()

    def worker(self, name: str = "worker", **environ: str) -> WorkerProcess:
        """A worker with a folder, and so a ledger, of its own; not started yet."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            **SCALED,
            "CAMUNDA_BASE_URL": self.engine_proxy.url(self.admin.base_url),
            "BITRIX_WEBHOOK_URL": self.portal_proxy.url(self.portal.webhook_url),
            **environ,
        }
        served = ", ".join(f"{name}: {said}" for name, said in self.topics().items())
        worker = WorkerProcess(folder, f"topics: {{{served}}}", settings)
        self.workers.append(worker)
        return worker

    def start_instances(self, count: int = 1, **variables: Any) -> list[str]:
        with ThreadPoolExecutor(4) as pool:
            started = list(pool.map(lambda _: self.admin.start(self.key, variables), range(count)))
        self.instances += started
        return started

    def nothing_completed(self) -> AbstractContextManager[None]:
        """The engine hears of no completion: who is killed meanwhile, however late, owes nothing but completions."""
        return self.engine_proxy.keeping_back("complete")

    # --- what came of it ---

    def until_ended(self, seconds: float = WAIT_SECONDS) -> None:
        wait_until(self.ended, "every step completed", seconds, self.engine_proxy.news)

    def ended(self) -> bool:
        """No instance is at a step of the workers' any more."""
        return not self.unfinished()

    def findings(self) -> dict[str, list[str]]:
        """What else must not be, by its kind: one line for each case."""
        return {}

    def open_intents(self) -> list[str]:
        """What the workers' ledgers still intend or owe; asked for where it is part of the verdict."""
        return []

    def unfinished(self) -> int:
        """How many external tasks there are for the workers."""
        counts = (self.admin.get("/external-task/count", topicName=topic)["count"] for topic in self.topics())
        return sum(map(int, counts))

    def external_tasks(self, **conditions: str) -> list[dict[str, Any]]:
        """The workers' external tasks of which this is true."""
        found = (self.admin.get("/external-task", topicName=topic, **conditions) for topic in self.topics())
        return [task for some in found for task in some]

    def synced(self, since: float) -> set[str]:
        """Instances whose sync the portal's module has accepted after `since` (monotonic)."""
        return {instance for instance, at in self._last_syncs().items() if at >= since}

    def _last_syncs(self) -> dict[str, float]:
        """When the module has accepted the last sync of each instance."""
        last: dict[str, float] = {}
        for call in self.portal.syncs():
            instance, at = call.body["processInstanceId"], call.finished or call.started
            last[instance] = max(at, last.get(instance, at))
        return last

    def verdict(self, seconds: float = END_SECONDS) -> None:
        """One task for each external task, one accepted completion, a sync after it, and no secret anywhere."""
        self.until_ended(seconds)
        wait_until(lambda: not self.unsynchronised(), "every instance synchronised after its completion", seconds)
        assert not self.duplicates(), f"more than one task: {self.duplicates()}"
        assert not self.lost(), f"no task: {self.lost()}"
        odd = {task: count for task, count in self.completions().items() if count != 1}
        assert not odd, f"completed more than once: {odd}"
        self.no_secret()

    def duplicates(self) -> dict[str, int]:
        """Markers with more than one task."""
        counts = Counter(task.xml_id for task in self.portal.tasks())
        return {marker: count for marker, count in counts.items() if count > 1}

    def lost(self) -> list[str]:
        """Instances that went on without a task."""
        there = {task.fields.get("UF_PROCESS_INSTANCE_ID") for task in self.portal.tasks()}
        return [instance for instance in self.instances if instance not in there]

    def completions(self) -> dict[str, int]:
        """How often the engine has accepted a completion, by external task."""
        accepted = (one for one in self.engine_proxy.seen("complete") if one.status == 204)
        return dict(Counter(one.path.split("/")[-2] for one in accepted))

    def unsynchronised(self) -> list[str]:
        """Instances without a sync that was sent after their completion had been accepted."""
        completed = {
            one.path.split("/")[-2]: one.started for one in self.engine_proxy.seen("complete") if one.status == 204
        }
        never, last = float("inf"), self._last_syncs()
        ends: dict[Any, float] = {}
        for task in self.portal.tasks():
            instance = task.fields["UF_PROCESS_INSTANCE_ID"]
            end = completed.get(str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]), never)
            ends[instance] = max(end, ends.get(instance, -never))
        return [one for one in self.instances if last.get(one, -never) < ends.get(one, never)]

    def no_secret(self) -> None:
        for path in self.folder.rglob("*"):
            if path.is_file():
                assert self.portal.secret.encode() not in path.read_bytes(), path
