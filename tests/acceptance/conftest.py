"""What acceptance tests stand on: an engine of each kind, the portal stand-in, workers that leave no secret behind."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import make_url

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN, EngineOf
from tests.support.worker_process import WorkerProcess

WorkerFor = Callable[..., WorkerProcess]


@pytest.fixture(scope="session", params=CHOSEN)
def engine(request: pytest.FixtureRequest, engine_of: EngineOf) -> RunningEngine:
    return engine_of(request.param)


@pytest.fixture
def admin(engine: RunningEngine) -> Iterator[Admin]:
    admin = Admin(engine.base_url)
    yield admin
    admin.clean()


@pytest.fixture
def key() -> str:
    """A process key, and topic, of this test alone."""
    return f"p_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def worker_for(tmp_path: Path, portal: Portal) -> Iterator[WorkerFor]:
    """Makes workers; at the end nothing that they wrote may hold a secret of their settings, bare or encoded."""
    workers: list[WorkerProcess] = []
    secrets = {portal.secret}

    def make(base_url: str, topic: str, *, config: str = "", name: str = "worker", **environ: str) -> WorkerProcess:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        settings = {"CAMUNDA_BASE_URL": base_url, "BITRIX_WEBHOOK_URL": portal.webhook_url, **environ}
        user, password = (environ.get(f"CAMUNDA_AUTH_{name}", "") for name in ("USERNAME", "PASSWORD"))
        named = {name for name in environ if re.search("PASSWORD|TOKEN|SECRET", name)}
        given = {environ[name] for name in named if not name.endswith(("_FILE", "_URL"))}
        given.add(make_url(environ.get("LEDGER_URL", "x://")).password or "")
        secrets.update(given - {""})
        secrets.update({base64.b64encode(f"{user}:{password}".encode()).decode().rstrip("=")} if password else ())
        worker = WorkerProcess(folder, config or f"topics: {{{topic}: {{}}}}", settings)
        workers.append(worker)
        return worker

    yield make
    for worker in workers:
        worker.end()
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.stat().st_mode & 0o400:
            content = path.read_bytes()
            for form in {
                form for secret in secrets for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
            }:
                assert form.encode() not in content, path
