"""deploy/prometheus.yaml, the page behind nginx, and the log in a file: the real programs take them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
import yaml

from sandbox.ports import free_port
from tests.support.engine_admin import wait_until
from tests.support.tools import checked, judged, tool
from worker.config.settings import HttpSettings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PORT = HttpSettings().port


# --- Prometheus ---


@pytest.fixture
def prometheus(tmp_path: Path) -> Path:
    for name in ("prometheus.yaml", "alerts.yaml"):
        shutil.copy(DEPLOY / name, tmp_path / name)
    return tmp_path / "prometheus.yaml"


def test_prometheus_takes_its_configuration_with_the_alerts(prometheus: Path) -> None:
    said = checked("promtool", "check", "config", prometheus)
    assert "SUCCESS" in said
    assert re.search(r"SUCCESS: \d\d rules found", said)
    (job,) = yaml.safe_load(prometheus.read_text("utf-8"))["scrape_configs"]
    assert [one["targets"] for one in job["static_configs"]] == [[f"127.0.0.1:{PORT}"]]


def test_the_job_for_kubernetes_can_be_taken_in_its_place(prometheus: Path) -> None:
    text = prometheus.read_text("utf-8")
    before, commented = text.split("scrape_configs:\n")
    start = commented.index("  # - job_name")
    taken = re.sub(r"^  # ?", "  ", commented[start:], flags=re.MULTILINE)
    discovery = "kubernetes_sd_configs: [{role: pod}]"
    assert discovery in taken
    taken = taken.replace(discovery, "static_configs: []")  # Debian's promtool is built without it
    prometheus.write_text(f"{before}scrape_configs:\n{taken}", "utf-8")
    checked("promtool", "check", "config", prometheus)
    (job,) = yaml.safe_load(prometheus.read_text("utf-8"))["scrape_configs"]
    labels = yaml.safe_load((DEPLOY / "kubernetes/sqlite.yaml").read_text("utf-8").split("---")[2])
    (name,) = labels["spec"]["template"]["metadata"]["labels"].items()
    assert name == ("app.kubernetes.io/name", job["relabel_configs"][0]["regex"])
    assert job["relabel_configs"][0]["source_labels"] == ["__meta_kubernetes_pod_label_app_kubernetes_io_name"]


def test_a_configuration_that_it_cannot_take_is_found(prometheus: Path) -> None:
    prometheus.write_text(prometheus.read_text("utf-8").replace("static_configs", "static_config"), "utf-8")
    assert judged("promtool", "check", "config", prometheus)[0] != 0


# --- nginx ---


ANNA = f"Basic {b64encode(b'anna:secret').decode()}"


@dataclass
class Front:
    """nginx as it is shipped, but for addresses and files. `asked`: the requests that it passes on to the worker."""

    address: str
    worker: HTTPServer
    asked: list[tuple[str, str]]
    given_up: threading.Event

    def answer(self, path: str, *, method: str = "GET", size: int = 0, **headers: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = False  # made by this test, and known to nobody
            return session.request(method, f"{self.address}{path}", data=b"x" * size, headers=headers)

    def status(self, path: str, *, method: str = "GET", size: int = 0, **headers: str) -> int:
        return self.answer(path, method=method, size=size, **headers).status_code

    def stop_worker(self) -> None:
        self.given_up.set()
        self.worker.shutdown()
        self.worker.server_close()


@pytest.fixture
def behind_nginx(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Front]:
    """The parameter: after how long it gives the worker up, where the test does not take the time that is shipped."""
    asked: list[tuple[str, str]] = []
    given_up = threading.Event()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"]))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/hangs":
                given_up.wait(60)
                return
            self.send_response(503 if self.path == "/readyz" else 200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"page")

        do_POST = do_GET  # noqa: N815 - the parent's

        def log_message(self, *_: object) -> None:
            """Not to the test's output."""

    nginx, openssl = tool("nginx"), tool("openssl")
    worker = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=worker.serve_forever, args=(0.05,), daemon=True).start()
    port = free_port()
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=worker.example", "-days", "1", "-nodes", "-newkey", "rsa:2048"]
    made = ["req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *made], capture_output=True, check=True)
    (tmp_path / "passwords").write_text("anna:{PLAIN}secret\n", "utf-8")
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for shipped, here in {
        f"127.0.0.1:{PORT}": f"127.0.0.1:{worker.server_port}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/certs/worker.example.pem": str(certificate),
        "/etc/ssl/private/worker.example.key": str(key),
        "/etc/nginx/camunda-bitrix-worker.htpasswd": str(tmp_path / "passwords"),
        "proxy_read_timeout   15s": f"proxy_read_timeout   {getattr(request, 'param', '15s')}",
    }.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (tmp_path / "site.conf").write_text(text, "utf-8")
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/errors; daemon off; master_process off; events {{}}\n"
        f"http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}\n",
        "utf-8",
    )
    options = ["-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "errors")]
    checked("nginx", "-t", *options)
    process = subprocess.Popen([nginx, *options])
    front = Front(f"https://127.0.0.1:{port}", worker, asked, given_up)
    try:
        wait_until(lambda: process.poll() is not None or _listens(port), "nginx listens")
        assert process.poll() is None, (tmp_path / "errors").read_text("utf-8")
        yield front
    finally:
        process.terminate()
        process.wait(30)
        front.stop_worker()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


not_verified = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


@not_verified
def test_nobody_sees_the_page_without_a_password(behind_nginx: Front) -> None:
    status, asked = behind_nginx.status, behind_nginx.asked
    for path in ("/", "/metrics", "/warnings", "/readyz", "/bitrix24/events/x"):
        assert status(path) == 401, path
        assert status(path, Authorization=f"Basic {b64encode(b'anna:wrong').decode()}") == 401
    assert not asked
    assert status("/?lang=en", Authorization=ANNA) == 200
    assert status("/healthz") == 200
    assert status("/bitrix24/events", method="POST", size=60_000) == 200
    assert status("/bitrix24/events", method="POST", size=70_000) == 413
    assert status("/bitrix24/events") == 403
    named = [("/?lang=en", "localhost"), ("/healthz", "localhost"), ("/bitrix24/events", "localhost")]
    assert asked == named, "on loopback the worker answers to no other name"


def tells_what_to_do(answer: requests.Response) -> bool:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8", answer.url
    for words in ("The worker does not answer", "Воркер не отвечает", "sudo systemctl restart camunda-bitrix-worker"):
        assert words in answer.text
    assert '<meta http-equiv="refresh" content="10">' in answer.text, "it comes back by itself"
    return True


@not_verified
def test_whoever_looks_while_the_worker_is_stopped_reads_what_to_do(behind_nginx: Front) -> None:
    behind_nginx.stop_worker()
    for path in ("/", "/?q=ORDER-7", "/healthz"):
        answer = behind_nginx.answer(path, Authorization=ANNA)
        assert answer.status_code == 502
        assert tells_what_to_do(answer)
    assert behind_nginx.status("/") == 401


@not_verified
@pytest.mark.parametrize("behind_nginx", ["1s"], indirect=True)
def test_whoever_looks_while_the_worker_hangs_reads_the_same(behind_nginx: Front) -> None:
    answer = behind_nginx.answer("/hangs", Authorization=ANNA)
    assert answer.status_code == 504
    assert tells_what_to_do(answer)


@not_verified
def test_what_the_worker_answers_reaches_programs_as_it_is(behind_nginx: Front) -> None:
    answer = behind_nginx.answer("/readyz", Authorization=ANNA)
    assert (answer.status_code, answer.text) == (503, "page")


# --- the log in a file ---


def test_a_log_is_rotated_under_a_worker_that_keeps_it_open(tmp_path: Path) -> None:
    text = (DEPLOY / "logrotate.conf").read_text("utf-8")
    (written,) = re.findall(
        r"^StandardOutput=append:(.*)/[\w.]+$", (DEPLOY / "systemd/log-to-file.conf").read_text("utf-8"), re.M
    )
    assert f"{written}/*.log {{" in text
    (tmp_path / "rotate.conf").write_text(text.replace(written, str(tmp_path)), "utf-8")
    (tmp_path / "rotate.conf").chmod(0o644)
    log = tmp_path / "worker.log"
    with log.open("a", encoding="utf-8") as worker:
        worker.write("before\n")
        worker.flush()
        checked("logrotate", "--force", "--state", tmp_path / "state", tmp_path / "rotate.conf")
        worker.write("after\n")
    assert log.read_text("utf-8") == "after\n"
    assert [one.read_text("utf-8") for one in tmp_path.glob("worker.log-*")] == ["before\n"]


def test_the_redirection_that_it_names_leaves_no_nulls_behind_a_rotation(tmp_path: Path) -> None:
    text = (DEPLOY / "logrotate.conf").read_text("utf-8")
    (named,) = re.findall(r"^# Redirect with (>+),", text, re.M)
    (tmp_path / "rotate.conf").write_text(text.replace("/var/log/camunda-bitrix-worker", str(tmp_path)), "utf-8")
    (tmp_path / "rotate.conf").chmod(0o644)
    log = tmp_path / "worker.log"
    with subprocess.Popen(["sh", "-c", f"exec cat {named} worker.log"], cwd=tmp_path, stdin=subprocess.PIPE) as worker:
        assert worker.stdin
        worker.stdin.write(b"before\n")
        worker.stdin.flush()
        wait_until(lambda: log.exists() and log.read_bytes() == b"before\n", "the first line")
        checked("logrotate", "--force", "--state", tmp_path / "state", tmp_path / "rotate.conf")
        worker.stdin.write(b"after\n")
    assert log.read_bytes() == b"after\n"
