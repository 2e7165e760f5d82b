"""`make run`: an engine, a portal stand-in and the real worker, and the way of five process instances."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from sandbox.demo_words import WORDS, language_of
from sandbox.engines import KINDS, Kind, RunningEngine, available, start_engine
from sandbox.engines_cache import EngineUnavailable
from sandbox.portal import Portal

ROOT = Path(__file__).parents[1]
EXAMPLE = Path(__file__).parent / "example.bpmn"
KEY = "contract_check"
COUNT = 5
LIMIT_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.05
STOP_SECONDS = 15.0
KEEP_FOLDERS = 5
SETTINGS = ("CAMUNDA_", "BITRIX_", "LEDGER_", "SYNC_")
CLIENTS = ("Ромашка", "Василёк", "Лютик", "Пион", "Ирис")


class DemoFailed(Exception):
    """The demonstration did not get through; the text says why."""


class Say:
    """Lines on the terminal, in one language, with the seconds since the start."""

    def __init__(self, language: str) -> None:
        self._words = WORDS[language]
        self.started = time.monotonic()

    def __call__(self, name: str, **facts: object) -> str:
        """The words of `name`."""
        return self._words[name].format(**facts)

    def tell(self, name: str, **facts: object) -> None:
        """Print them."""
        self.line(self(name, **facts))

    def line(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:6.1f} s] {text}", flush=True)


@dataclass(slots=True)
class Way:
    """How far one instance has come, as seen from outside: at the engine and at the portal. None: not yet."""

    name: str
    instance: str
    external_task: str | None = None
    portal_task: int | None = None
    completed: bool = False
    synchronised: bool = False
    seconds: float | None = None

    @property
    def through(self) -> bool:
        return self.completed and self.synchronised


class Demo:
    """One demonstration around an engine and a portal that run already."""

    def __init__(self, engine: RunningEngine, portal: Portal, say: Say, folder: Path) -> None:
        self._engine = engine
        self._portal = portal
        self._say = say
        self._folder = folder
        self._ways: list[Way] = []
        self.log_path = folder / "worker.log"

    # --- starting ---

    def deploy_and_start(self) -> None:
        """The example process, and five instances of it."""
        answer = requests.post(
            f"{self._engine.base_url}/deployment/create",
            data={"deployment-name": "example"},
            files={"data": (EXAMPLE.name, EXAMPLE.read_bytes(), "text/xml")},
            timeout=60,
        )
        answer.raise_for_status()
        for number, client in enumerate(CLIENTS[:COUNT], start=1):
            name = f"contract-{number}"
            body = {"businessKey": name, "variables": _variables(client, number)}
            started = requests.post(
                f"{self._engine.base_url}/process-definition/key/{KEY}/start", json=body, timeout=60
            )
            started.raise_for_status()
            self._ways.append(Way(name, started.json()["id"]))
        self._say.tell("instances_started", key=KEY, count=COUNT)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """`python -m worker run` with the shipped configuration and nothing but the two required settings."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        environ = own | {
            "CAMUNDA_BASE_URL": self._engine.base_url,
            "BITRIX_WEBHOOK_URL": self._portal.webhook_url,
            "LEDGER_URL": f"sqlite:///{self._folder / 'worker.db'}",
        }
        command = [sys.executable, "-m", "worker", "run", "-c", str(ROOT / "config.yaml")]
        with self.log_path.open("wb") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._say.tell("worker_started", log=self.log_path)
        return worker

    # --- watching ---

    def watch(self, worker: subprocess.Popen[bytes]) -> None:
        """Print each step as it happens; raises `DemoFailed` when the instances do not get through in time."""
        began = time.monotonic()
        while not all(way.through for way in self._ways):
            if worker.poll() is not None:
                raise DemoFailed(self._say("worker_ended", code=worker.returncode, log=self.log_path))
            if time.monotonic() - began > LIMIT_SECONDS:
                raise DemoFailed(self._say("late", seconds=LIMIT_SECONDS, log=self.log_path))
            for way in [way for way in self._ways if not way.through]:
                self._look(way)
                if way.through:
                    way.seconds = time.monotonic() - began
            time.sleep(LOOK_EVERY_SECONDS)
        self._say.tell("all_through", count=COUNT, seconds=round(time.monotonic() - began, 1))

    def _look(self, way: Way) -> None:
        if way.external_task is None:
            found = self._get("/external-task", processInstanceId=way.instance)
            self._step(way, "external_task", found[0]["id"] if found else None)
        if way.portal_task is None:
            tasks = (task for task in self._portal.tasks() if task.fields.get("UF_PROCESS_INSTANCE_ID") == way.instance)
            task = next(tasks, None)
            if task and way.external_task is None:  # made before we looked at the engine
                self._step(way, "external_task", str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]))
            self._step(way, "portal_task", task.id if task else None)
        if not way.completed and way.portal_task is not None:
            self._step(way, "completed", not self._get("/external-task", processInstanceId=way.instance))
        if not way.synchronised and way.completed:
            told = any(call.body.get("processInstanceId") == way.instance for call in self._portal.syncs())
            self._step(way, "synchronised", told)

    def _step(self, way: Way, step: str, value: str | int | None) -> None:
        if value:
            setattr(way, step, value)
            self._say.line(f"{way.name}: {self._say(step, value=value)}")

    def _get(self, path: str, **query: str) -> list[dict[str, str]]:
        answer = requests.get(self._engine.base_url + path, params=query, timeout=60)
        answer.raise_for_status()
        return list(answer.json())

    def table(self) -> str:
        """What became of each instance."""
        sure = {True: self._say("yes"), False: self._say("no")}
        rows = [self._say("head").split("|")]
        for way in self._ways:
            seconds = "–" if way.seconds is None else f"{way.seconds:.1f}"
            task = "–" if way.portal_task is None else str(way.portal_task)
            rows.append(
                [way.name, way.external_task or "–", task, sure[way.completed], sure[way.synchronised], seconds]
            )
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _variables(client: str, number: int) -> dict[str, dict[str, object]]:
    deadline = datetime.now(UTC) + timedelta(days=number)
    return {
        "title": {"value": f"Проверить договор с ООО «{client}»"},
        "description": {"value": f"Договор № {number} ждёт проверки юристом."},
        "responsibleId": {"value": 7},
        "deadline": {"type": "Date", "value": deadline.strftime("%Y-%m-%dT%H:%M:%S.000+0000")},
    }


# --- the command ---


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Show the main job; returns 0 when all instances got through and nothing broke afterwards."""
    say = Say(language_of(environ))
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        return _run(environ, say)
    except (DemoFailed, EngineUnavailable) as error:
        say.line(str(error))
        return 1
    except (requests.RequestException, OSError) as error:
        say.tell("trouble", error=error)
        return 1
    except KeyboardInterrupt:
        say.tell("stopped")
        return 130


def _run(environ: Mapping[str, str], say: Say) -> int:
    folder = _fresh_folder(Path(environ.get("DEMO_FOLDER") or ROOT / ".cache" / "demo"))
    with ExitStack() as ending:
        engine = ending.enter_context(_engine(environ.get("ENGINE", ""), say, folder))
        say.tell("engine_running", kind=engine.kind, version=engine.version, url=engine.base_url)
        portal = ending.enter_context(Portal(port=int(environ.get("PORTAL_PORT") or 0)))
        say.tell("portal_running", url=portal.page_url)
        demo = Demo(engine, portal, say, folder)
        demo.deploy_and_start()
        worker = demo.start_worker()
        ending.callback(_end, worker)
        try:
            demo.watch(worker)
        finally:
            print(f"\n{demo.table()}\n", flush=True)
        return 0 if environ.get("ONCE") else _stay(worker, portal, say, demo.log_path)


def _stay(worker: subprocess.Popen[bytes], portal: Portal, say: Say, log_path: Path) -> int:
    say.tell("stays", url=portal.page_url)
    try:
        code = worker.wait()
    except KeyboardInterrupt:
        say.tell("stopped")
        return 0
    raise DemoFailed(say("worker_ended", code=code, log=log_path))


def _engine(named: str, say: Say, folder: Path) -> RunningEngine:
    kind = _kind(named, say)
    say.tell("engine_starting", kind=kind, real="" if kind == "builtin" else say("real"))
    try:
        return start_engine(kind, folder=folder)
    except EngineUnavailable as error:
        raise DemoFailed(say("unavailable", kind=kind, reason=error)) from None


def _kind(named: str, say: Say) -> Kind:
    if named:
        if named not in KINDS:
            raise DemoFailed(say("unknown_kind", kind=named))
        return next(kind for kind in KINDS if kind == named)
    reason = available("camunda")
    if reason is None:
        return "camunda"
    say.tell("engine_fallback", reason=reason)
    return "builtin"


def _fresh_folder(root: Path) -> Path:
    """A folder for this demonstration's logs and ledger; of the earlier ones the last few are kept."""
    folder = root / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    folder.mkdir(parents=True)
    for old in sorted(root.iterdir())[:-KEEP_FOLDERS]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
