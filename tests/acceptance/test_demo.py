"""`make run` as a newcomer meets it: the demonstration as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox.engine.start import Kind
from tests.support.demo_process import DemoProcess
from tests.support.engine_admin import wait_until
from tests.support.engines import CHOSEN, REQUIRED


@pytest.fixture
def demos() -> Iterator[list[DemoProcess]]:
    demos: list[DemoProcess] = []
    yield demos
    for demo in demos:
        demo.end()


@pytest.mark.parametrize("kind", CHOSEN)
def test_once_brings_five_instances_through(kind: Kind, tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, ENGINE=kind, ONCE="1")
    demos.append(demo)
    code = demo.process.wait(200)
    if "не запустить" in demo.output and not REQUIRED:
        pytest.skip(demo.output)
    assert code == 0, demo.output
    instances = re.findall(r"contract-\d: экземпляр синхронизирован", demo.output)
    assert len(set(instances)) == 5
    log = demo.worker_log()
    assert log.count("Отправка запроса синхронизации в Bitrix24: {") == 5
    assert log.count("Синхронизация успешна: processInstanceId=") == 5
    assert "worker.stopped" in log
    assert not re.search(r"/rest/\d+/[0-9a-f]{8,}", demo.output + log)


def test_it_stays_with_its_page_until_it_is_told_to_stop(tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, ENGINE="builtin")
    demos.append(demo)
    wait_until(lambda: "Ctrl-C" in demo.output, "the five are through", 60)
    (page,) = set(re.findall(r"http://127\.0\.0\.1:\d+/(?= |$)", demo.output, re.MULTILINE))
    shown = requests.get(page, timeout=60).text
    assert "Ромашка" in shown
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0, demo.output
    with pytest.raises(requests.ConnectionError):
        requests.get(page, timeout=60)
    assert "worker.stopped" in demo.worker_log()


def test_an_unknown_engine_is_refused_with_the_choice(tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, ENGINE="camunda8", ONCE="1")
    demos.append(demo)
    assert demo.process.wait(30) == 1
    assert "camunda, operaton" in demo.output
    assert "Traceback" not in demo.output


@pytest.mark.parametrize("name", ["ENGINE_PORT", "PORTAL_PORT", "HTTP_PORT"])
@pytest.mark.parametrize("wrong", ["abc", "-1", "65536", "8 080", "taken"])
def test_a_port_that_cannot_be_used_is_named(name: str, wrong: str, tmp_path: Path, demos: list[DemoProcess]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1]) if wrong == "taken" else wrong
        demo = DemoProcess(tmp_path, ENGINE="builtin", ONCE="1", **{name: port})
        demos.append(demo)
        assert demo.process.wait(30) == 1
    assert f"{name}={port}" in demo.output
    assert "Traceback" not in demo.output


def test_an_unknown_example_is_refused_with_the_choice(tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, EXAMPLE="aproval", ONCE="1")
    demos.append(demo)
    assert demo.process.wait(30) == 1
    assert "approval, parallel_approvals, multi_instance, escalation" in demo.output
    assert "Traceback" not in demo.output


def test_an_example_asks_for_a_real_engine(tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, EXAMPLE="approval", PATH=str(Path(sys.executable).parent), JAVA_HOME="", ONCE="1")
    demos.append(demo)
    assert demo.process.wait(30) == 1
    assert "Java 17+" in demo.output
    assert "Traceback" not in demo.output


def test_without_java_the_built_in_engine_is_taken_and_said(tmp_path: Path, demos: list[DemoProcess]) -> None:
    demo = DemoProcess(tmp_path, PATH=str(Path(sys.executable).parent), JAVA_HOME="", ONCE="1")
    demos.append(demo)
    assert demo.process.wait(60) == 0, demo.output
    assert "Java" in demo.output
    assert "ENGINE=camunda|operaton|builtin" in demo.output


def test_a_download_that_fails_says_what_to_do(tmp_path: Path, demos: list[DemoProcess]) -> None:
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "mvn").write_text("#!/bin/sh\necho 'Could not transfer artifact'\nexit 1\n")
    (broken / "mvn").chmod(0o755)
    java = [Path(folder) for folder in os.environ["PATH"].split(":") if (Path(folder) / "javac").exists()]
    if not java:
        pytest.skip("no Java compiler here")
    path = f"{broken}:{java[0]}:{os.environ['PATH']}"
    demo = DemoProcess(tmp_path, PATH=path, ENGINE="camunda", ENGINE_CACHE=str(tmp_path / "cache"), ONCE="1")
    demos.append(demo)
    assert demo.process.wait(60) == 1
    assert "Maven Central" in demo.output
    assert "ENGINE=builtin" in demo.output
    assert "Traceback" not in demo.output
