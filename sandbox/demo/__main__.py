"""`make run`: an engine, a portal stand-in and the real worker, and the progress of some process instances."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import requests

from sandbox.demo.example_ways import ExampleWays
from sandbox.demo.examples import EXAMPLES, Example
from sandbox.demo.ways import Tour, Ways
from sandbox.demo.words import Say, language_of
from sandbox.engine.cache import EngineUnavailable
from sandbox.engine.client import EngineClient
from sandbox.engine.start import KINDS, Kind, RunningEngine, Wishes, available, start_engine
from sandbox.portal import Portal
from sandbox.ports import NoPort, PortTaken, free_port, port_of

ROOT = Path(__file__).parents[2]
LOOK_EVERY_SECONDS = 0.05
STOP_SECONDS = 15.0
KEEP_FOLDERS = 5
USUAL_PORT = 8090
"""The worker's own default for its page."""
SETTINGS = ("CAMUNDA_", "BITRIX_", "LEDGER_", "SYNC_", "WAITING_")


class DemoFailed(Exception):
    """The demonstration failed; the text says why."""


class Worker:
    """`python -m worker run` with the shipped configuration, the two required settings and `settings`."""

    def __init__(self, engine: RunningEngine, portal: Portal, folder: Path, settings: Mapping[str, str]) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        required = {
            "CAMUNDA_BASE_URL": engine.base_url,
            "BITRIX_WEBHOOK_URL": portal.webhook_url,
            "LEDGER_URL": f"sqlite:///{folder / 'worker.db'}",
        }
        self.log_path = folder / "worker.log"
        command = [sys.executable, "-m", "worker", "run", "-c", str(ROOT / "config.yaml")]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=own | dict(settings) | required,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def watch(tour: Tour, worker: Worker, say: Say) -> None:
    """Print each step as it happens. Raises `DemoFailed` if the instances do not end in time."""
    while not tour.look():
        if worker.process.poll() is not None:
            raise DemoFailed(say("worker_ended", code=worker.process.returncode, log=worker.log_path))
        if late := tour.late():
            raise DemoFailed(f"{late}; {say('see_log', log=worker.log_path)}")
        time.sleep(LOOK_EVERY_SECONDS)


# --- the command ---


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Show the main job, or an example; returns 0 when all instances got through and nothing broke afterwards."""
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
    example = _example(environ.get("EXAMPLE", ""), say)
    kind = _kind(environ.get("ENGINE", ""), say, real=example is not None)
    once = bool(environ.get("ONCE"))
    engine_port, portal_port = (_port(name, environ, say) for name in ("ENGINE_PORT", "PORTAL_PORT"))
    page_port = _page_port(environ, say)
    folder = _fresh_folder(Path(environ.get("DEMO_FOLDER") or ROOT / ".cache" / "demo"))
    with ExitStack() as ending:
        engine = ending.enter_context(_engine(kind, say, folder, environ.get("DEMO_ENGINE_URL"), engine_port))
        say.tell("engine_running", kind=engine.kind, version=engine.version, url=engine.base_url)
        portal = ending.enter_context(Portal(port=portal_port))
        say.tell("portal_running", url=portal.page_url)
        tour = _tour(example, EngineClient(engine.base_url), portal, say, once=once)
        tour.start()
        worker = Worker(engine, portal, folder, {**tour.settings, "HTTP_PORT": str(page_port)})
        ending.callback(worker.end)
        say.tell("worker_started", log=worker.log_path, page=f"http://127.0.0.1:{page_port}/")
        try:
            watch(tour, worker, say)
        finally:
            print(f"\n{tour.table()}\n", flush=True)
        return 0 if once else _stay(worker, portal, say)


def _stay(worker: Worker, portal: Portal, say: Say) -> int:
    say.tell("stays", url=portal.page_url)
    try:
        code = worker.process.wait()
    except KeyboardInterrupt:
        say.tell("stopped")
        return 0
    raise DemoFailed(say("worker_ended", code=code, log=worker.log_path))


def _tour(example: Example | None, engine: EngineClient, portal: Portal, say: Say, *, once: bool) -> Tour:
    return ExampleWays(example, engine, portal, say, plays=once) if example else Ways(engine, portal, say)


def _example(named: str, say: Say) -> Example | None:
    if named and named not in EXAMPLES:
        raise DemoFailed(say("unknown_example", example=named, choices=", ".join(EXAMPLES)))
    return EXAMPLES.get(named)


def _port(name: str, environ: Mapping[str, str], say: Say) -> int:
    """The port that a variable chooses; 0: none."""
    text = environ.get(name, "")
    try:
        return port_of(text)
    except NoPort:
        raise DemoFailed(say("no_port", setting=name, value=text)) from None
    except PortTaken:
        raise DemoFailed(say("port_taken", setting=name, value=text)) from None


def _page_port(environ: Mapping[str, str], say: Say) -> int:
    """The port of the worker's page, which it always has here: the chosen one, else the usual one if it is free."""
    if chosen := _port("HTTP_PORT", environ, say):
        return chosen
    wanted = 0 if environ.get("HTTP_PORT") else USUAL_PORT
    port = free_port(wanted)
    if wanted and port != wanted:
        say.tell("page_elsewhere", usual=wanted, port=port)
    return port


def _engine(kind: Kind, say: Say, folder: Path, url: str | None, port: int) -> RunningEngine:
    """The engine of this demonstration alone, or the one at `url`, which has no other work: the tests'."""
    if url:
        return RunningEngine(kind, requests.get(f"{url}/version", timeout=60).json()["version"], url)
    say.tell("engine_starting", kind=kind, real="" if kind == "builtin" else say("real"))
    try:
        return start_engine(kind, Wishes(port=port), folder=folder)
    except EngineUnavailable as error:
        raise DemoFailed(say("unavailable", kind=kind, reason=error)) from None


def _kind(named: str, say: Say, *, real: bool) -> Kind:
    """Which engine to start. `real`: not the built-in one."""
    if named:
        if named not in KINDS:
            raise DemoFailed(say("unknown_kind", kind=named))
        if real and named == "builtin":
            raise DemoFailed(say("needs_real", reason="ENGINE=builtin"))
        return next(kind for kind in KINDS if kind == named)
    reason = available("camunda")
    if reason is None:
        return "camunda"
    if real:
        raise DemoFailed(say("needs_real", reason=reason))
    say.tell("engine_fallback", reason=reason)
    return "builtin"


def _fresh_folder(root: Path) -> Path:
    """A new folder for the logs and the ledger; only the last few folders are kept."""
    folder = root / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    folder.mkdir(parents=True)
    for old in sorted(root.iterdir())[:-KEEP_FOLDERS]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
