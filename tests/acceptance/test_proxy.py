"""A worker that reaches engine and portal by names that only a proxy knows, with every command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.listeners import make_certificate
from tests.support.network import Relay
from tests.support.proxy_process import ProxyProcess
from tests.support.worker_process import WorkerProcess

PORTAL, ENGINE = "portal.invalid", "engine.invalid"
PASSWORD = "s3cretOfTheProxy"


@pytest.fixture
def builtin() -> Iterator[BuiltinEngine]:
    with BuiltinEngine() as engine:
        yield engine


@pytest.fixture
def proxy(builtin: BuiltinEngine, portal: Portal, certificate: Path) -> Iterator[ProxyProcess]:
    """The portal over TLS, the engine without."""
    with Relay("127.0.0.1", urlsplit(portal.webhook_url).port or 0, certificate) as tls:
        knows = {f"{PORTAL}:443": urlsplit(tls.base).netloc, f"{ENGINE}:8080": urlsplit(builtin.base_url).netloc}
        with ProxyProcess(knows, login=f"worker:{PASSWORD}") as proxy:
            yield proxy


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path, f"DNS:{PORTAL}")


@pytest.fixture
def worker(
    builtin: BuiltinEngine, portal: Portal, proxy: ProxyProcess, certificate: Path, worker_for: WorkerFor, key: str
) -> WorkerProcess:
    return worker_for(
        f"http://{ENGINE}:8080" + urlsplit(builtin.base_url).path,
        key,
        BITRIX_WEBHOOK_URL=f"https://{PORTAL}{urlsplit(portal.webhook_url).path}",
        BITRIX_CA_FILE=str(certificate),
        BITRIX_PROXY=proxy.address.replace("//", f"//worker:{PASSWORD}@"),
        CAMUNDA_PROXY="env",
        HTTP_PROXY=proxy.address.replace("//", f"//worker:{PASSWORD}@"),
        LOG_LANGUAGE="en",
    )


def test_the_whole_work_and_every_command_go_through_the_proxy(
    worker: WorkerProcess, builtin: BuiltinEngine, portal: Portal, proxy: ProxyProcess, key: str
) -> None:
    admin = Admin(builtin.base_url)
    admin.deploy(sequence(key, {"ours": key}))
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: admin.ended(instance), "completed")
    wait_until(portal.syncs, "synchronised")
    assert len(portal.tasks()) == 1
    before = len(proxy.lines)
    done = {name: worker.command(*name.split()) for name in ("validate", "check", "status", "audit", "takeover")}
    assert {name: one.returncode for name, one in done.items() if name != "takeover"} == dict.fromkeys(
        ("validate", "check", "status", "audit"), 0
    ), done
    assert len(proxy.lines) > before
    assert {line.split()[1] for line in proxy.lines if line.startswith("CONNECT")} == {f"{PORTAL}:443"}
    assert all(line.split()[1].startswith(f"http://{ENGINE}:8080/") for line in proxy.lines if "CONNECT" not in line)
    assert worker.stop() == 0
    told = "".join(one.stdout + one.stderr for one in done.values()) + worker.log_path.read_text(encoding="utf-8")
    assert PASSWORD not in told
    assert "/rest/" not in "".join(proxy.lines)


def test_a_proxy_that_refuses_the_login_pauses_and_is_told(
    builtin: BuiltinEngine, proxy: ProxyProcess, certificate: Path, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    admin = Admin(builtin.base_url)
    admin.deploy(sequence(key, {"ours": key}))
    instance = admin.start(key)
    worker = worker_for(
        builtin.base_url,
        key,
        BITRIX_WEBHOOK_URL=f"https://{PORTAL}{urlsplit(portal.webhook_url).path}",
        BITRIX_CA_FILE=str(certificate),
        BITRIX_PROXY=proxy.address.replace("//", "//worker:wr0ngPassword@"),
    ).start()
    (paused, *_) = worker.wait_for("fetch.paused", side="portal")
    assert "407" in paused["reason"]
    assert "имя и пароль" in paused["reason"]
    assert admin.task(instance)["workerId"] is None
    done = worker.command("check")
    assert "407" in done.stdout
    assert "wr0ngPassword" not in done.stdout + done.stderr + worker.log_path.read_text(encoding="utf-8")
