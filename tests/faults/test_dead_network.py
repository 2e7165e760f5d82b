"""A network that dies under a request: what was given up never arrives, and there is one task."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from urllib.parse import urlsplit

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.httpd import Request
from tests.support.engine_admin import wait_until
from tests.support.listeners import make_certificate
from tests.support.network import ENGINE, PORTAL, Network, NoNamespaces, Relay
from tests.support.proxy import Harm
from tests.support.proxy_process import ProxyProcess
from tests.support.scene import Scene
from tests.support.worker_process import WorkerProcess
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineUnreachable

TIMES = {
    "BITRIX_SERVER_MAX_SECONDS": "3",
    "BITRIX_MARGIN_SECONDS": "1",
    "BITRIX_REQUEST_TIMEOUT": "3.5",
    "CAMUNDA_LOCK_SECONDS": "30",
}
OUTAGE_SECONDS = 4.2
"""A kernel sends again after about 0.2, 0.6, 1.4, 3.0 and 6.2 s: the last of these is the first to arrive, between the
two look-ups (4 and 7 s after the send), and runs for as long as the portal may take."""
EXECUTION_SECONDS = 2.8


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        made = Network().__enter__()
    except NoNamespaces as error:
        if os.environ.get("REQUIRE_NAMESPACES") == "1":
            pytest.fail(f"network namespaces are required: {error}")
        pytest.skip(f"no network namespaces: {error}")
    try:
        with made.at_the_sides():
            yield made
    finally:
        made.__exit__()


@dataclass
class Far:
    """A scene whose worker reaches engine and portal over a cable."""

    network: Network
    scene: Scene
    worker: WorkerProcess
    arrived: list[str] = field(default_factory=list)

    def start(self) -> None:
        with self.network.at_the_worker():
            self.worker.start(fresh=True)

    def warm(self) -> None:
        """One task all the way, so that a connection to the portal is open."""
        [first] = self.scene.start_instances()
        wait_until(lambda: first not in self.scene.unsynchronised(), "the first instance is through")

    def lose_a_create(self) -> float:
        """The next create goes into a dead network; returns when."""
        self.network.cut(PORTAL)
        began = time.monotonic()
        self.scene.start_instances()
        self.worker.wait_for("task.creating", 2)
        wait_until(lambda: self.network.unsent() > 0, "the create is under way")
        return began

    def meddle(self, call: str, _: Request) -> Harm | None:
        if call != "tasks.task.add":
            return None
        self.arrived.append(call)
        return Harm(before=lambda: time.sleep(EXECUTION_SECONDS)) if len(self.arrived) > 1 else None


@pytest.fixture
def straight(network: Network, tmp_path: Path) -> Iterator[Far]:
    """The portal over TLS, as everywhere but on the worker's own machine; the engine without."""
    with ExitStack() as ending:
        engine = ending.enter_context(BuiltinEngine())
        scene = ending.enter_context(Scene(engine.base_url, tmp_path))
        certificate = make_certificate(tmp_path, f"IP:{PORTAL}")
        portal = ending.enter_context(Relay(PORTAL, port_of(scene.portal_proxy.url("")), certificate))
        camunda = ending.enter_context(Relay(ENGINE, port_of(scene.engine_proxy.url(""))))
        addresses = {
            "BITRIX_CA_FILE": str(certificate),
            "BITRIX_WEBHOOK_URL": portal.base + urlsplit(scene.portal.webhook_url).path,
            "CAMUNDA_BASE_URL": camunda.base + urlsplit(engine.base_url).path,
        }
        far = Far(network, scene, scene.worker(**TIMES, **addresses))
        scene.portal_proxy.meddle = far.meddle
        yield far


@pytest.fixture
def behind(network: Network, tmp_path: Path) -> Iterator[Far]:
    """The same through a proxy: where the portal stood, it stands; the portal is on a machine that only it reaches."""
    with ExitStack() as ending:
        engine = ending.enter_context(BuiltinEngine())
        scene = ending.enter_context(Scene(engine.base_url, tmp_path))
        certificate = make_certificate(tmp_path, "DNS:portal.invalid")
        portal = ending.enter_context(Relay("127.0.0.1", port_of(scene.portal_proxy.url("")), certificate))
        camunda = ending.enter_context(Relay(ENGINE, port_of(scene.engine_proxy.url(""))))
        knows = {"portal.invalid:443": urlsplit(portal.base).netloc}
        proxy = ending.enter_context(ProxyProcess(knows, host=PORTAL))
        addresses = {
            "BITRIX_CA_FILE": str(certificate),
            "BITRIX_WEBHOOK_URL": "https://portal.invalid" + urlsplit(scene.portal.webhook_url).path,
            "BITRIX_PROXY": proxy.address,
            "CAMUNDA_BASE_URL": camunda.base + urlsplit(engine.base_url).path,
        }
        far = Far(network, scene, scene.worker(**TIMES, **addresses))
        scene.portal_proxy.meddle = far.meddle
        yield far
        assert proxy.lines


@pytest.fixture(params=["straight", "behind"])
def far(request: pytest.FixtureRequest) -> Far:
    """Straight, and between the worker and its proxy; what that has taken is its own kernel's (docs/guarantees.md)."""
    chosen: Far = request.getfixturevalue(request.param)
    return chosen


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


def test_a_create_that_was_given_up_does_not_arrive_after_its_look_up(far: Far) -> None:
    far.start()
    far.warm()
    began = far.lose_a_create()
    time.sleep(max(began + OUTAGE_SECONDS - time.monotonic(), 0.0))
    assert far.network.unsent() == 0
    far.network.mend(PORTAL)
    far.scene.verdict()
    assert far.worker.wait_for("task.doubtful")
    assert len(far.arrived) == 2


def test_what_a_killed_worker_was_sending_does_not_arrive(far: Far) -> None:
    far.start()
    far.warm()
    far.lose_a_create()
    far.worker.kill()
    assert far.network.unsent() == 0
    far.network.mend(PORTAL)
    far.start()
    far.scene.verdict()


def test_what_a_worker_that_stands_still_was_sending_does_not_arrive(far: Far) -> None:
    """Nobody closes its sockets: the kernel gives up by itself."""
    far.start()
    far.warm()
    far.lose_a_create()
    far.worker.signal(SIGSTOP)
    wait_until(lambda: far.network.unsent() == 0, "the kernel has given up", 4.0)
    far.network.mend(PORTAL)
    far.worker.signal(SIGCONT)
    far.scene.verdict()


def test_what_was_told_to_the_engine_and_given_up_does_not_arrive(network: Network) -> None:
    """A failure or a short lock that the engine hears of late would free a task under a create."""
    with BuiltinEngine() as builtin, Relay(ENGINE, port_of(builtin.base_url)) as relay, network.at_the_worker():
        settings = CamundaSettings(base_url=relay.base + urlsplit(builtin.base_url).path)
        engine = Engine(settings, "w", {}, connections=1)
        assert engine.version()
        network.cut(ENGINE)
        with pytest.raises(EngineUnreachable) as caught:
            engine.extend_lock("task", 1.0, timeout=1.0)
        assert caught.value.doubtful
        assert network.unsent() == 0
        engine.close()
