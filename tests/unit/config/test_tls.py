"""TLS with authorities and certificates that the test makes: files that cannot be used, and servers that want one."""

from __future__ import annotations

import ssl
import subprocess
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause, Trouble
from bitrix.certificates import PemFault, authorities_fault, client_fault, ends_at, file_ends_at
from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.proxy import Route
from bitrix.webhook import WebhookUrl
from sandbox.httpd import Reply, Request, Server
from tests.support.listeners import make_certificate, make_expired_certificate
from worker.commands.check.ends import ends_of
from worker.config.loading import load
from worker.config.settings import CamundaSettings, Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError, EngineUnreachable
from worker.words.causes import explained
from worker.words.config_faults import ConfigError
from worker.words.phrase import LANGUAGES


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("ours"), "DNS:localhost,IP:127.0.0.1")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def locked(ours: Path) -> Path:
    path = ours.with_name("locked.key")
    command = f"openssl pkey -in {ours} -aes256 -passout pass:of-the-key -out {path}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return path


class Side:
    """A server over TLS with this certificate; `wants`: whose clients it lets in."""

    def __init__(self, certificate: Path, wants: Path | None = None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if wants:
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # later versions refuse after the request was sent
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(wants)
        self.page = ""
        """What it answers with status 400; empty: what the caller wants."""
        self.server = Server(self._answer)
        self.server.start()
        assert self.server._httpd
        self.server._httpd.socket = context.wrap_socket(self.server._httpd.socket, server_side=True)

    def _answer(self, _: Request) -> Reply:
        if self.page:
            return Reply(400, text=self.page, content_type="text/html")
        return Reply(200, {"version": "7.24.0", "result": True})

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server.port}"

    def engine(self, **tls: Any) -> Engine:
        return Engine(CamundaSettings(base_url=f"{self.url}/engine-rest", **tls), "w", {}, connections=1)

    def portal(self, route: Route) -> BitrixClient:
        return BitrixClient(WebhookUrl.parse(f"{self.url}/rest/1/of-the-portal/"), route=route)


@pytest.fixture
def side(ours: Path) -> Iterator[Side]:
    made = Side(ours)
    yield made
    made.server.stop()


@pytest.fixture
def strict(ours: Path) -> Iterator[Side]:
    made = Side(ours, wants=ours)
    yield made
    made.server.stop()


# --- files ---


def test_good_files_have_no_fault(ours: Path) -> None:
    alone = ours.with_name("alone.key")
    alone.write_text(ours.read_text().partition("-----BEGIN CERTIFICATE")[0])
    assert authorities_fault(str(ours)) is None
    assert client_fault(str(ours), None) is None
    assert client_fault(str(ours.with_suffix(".crt")), str(alone)) is None


def test_each_file_that_cannot_be_used_has_its_fault(ours: Path, other: Path, locked: Path, tmp_path: Path) -> None:
    text, broken = tmp_path / "text", tmp_path / "broken"
    text.write_text("hello")
    broken.write_text("-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n")
    certificate = str(ours.with_suffix(".crt"))
    empty = tmp_path / "empty"
    empty.write_text("\n")
    assert authorities_fault(str(tmp_path)) is PemFault.NO_FILE
    assert authorities_fault(str(empty)) is PemFault.EMPTY
    assert client_fault(certificate, str(empty)) is PemFault.EMPTY
    assert authorities_fault(str(text)) is PemFault.NO_CERTIFICATE
    assert authorities_fault(str(broken)) is PemFault.BROKEN
    assert client_fault(certificate, None) is PemFault.NO_KEY
    assert client_fault(certificate, str(tmp_path / "nowhere")) is PemFault.UNREADABLE
    assert client_fault(certificate, str(text)) is PemFault.NO_KEY
    assert client_fault(certificate, str(other)) is PemFault.OTHER_KEY
    assert client_fault(certificate, str(locked)) is PemFault.KEY_LOCKED


def test_the_end_of_a_certificate_is_read_from_its_bytes(ours: Path, tmp_path: Path) -> None:
    ends = file_ends_at(str(ours))
    assert ends
    assert abs(ends - datetime.now(UTC) - timedelta(days=2)) < timedelta(minutes=10)
    assert file_ends_at(str(make_expired_certificate(tmp_path))) == datetime(2020, 2, 1, tzinfo=UTC)
    for odd in (b"", b"0", b"\x30\x82", b"\x30\x03\x02\x01\x01", bytes(range(256))):
        assert ends_at(odd) is None


def loaded(url: str = "https://localhost", /, **environ: str) -> Settings:
    needed = {"CAMUNDA_BASE_URL": f"{url}/engine-rest", "BITRIX_WEBHOOK_URL": f"{url}/rest/1/of-the-portal/"}
    return load(None, needed | environ)


@pytest.mark.parametrize("group", ["CAMUNDA", "BITRIX"])
def test_the_settings_name_the_file_and_what_is_wrong(
    ours: Path, other: Path, locked: Path, tmp_path: Path, group: str
) -> None:
    certificate, side = str(ours.with_suffix(".crt")), group.lower()
    cases = {
        (f"{side}.client_key", "without"): {"KEY": str(other)},
        (f"{side}.client_cert", "no private key"): {"CERT": certificate},
        (f"{side}.client_cert", "a folder"): {"CERT": str(tmp_path), "KEY": str(other)},
        (f"{side}.client_key", "a folder"): {"CERT": certificate, "KEY": str(tmp_path)},
        (f"{side}.client_key", "does not belong"): {"CERT": certificate, "KEY": str(other)},
        (f"{side}.client_key", "not supported"): {"CERT": certificate, "KEY": str(locked)},
    }
    for (path, words), given in cases.items():
        with pytest.raises(ConfigError) as caught:
            loaded(**{f"{group}_CLIENT_{name}": value for name, value in given.items()})
        [problem] = caught.value.problems
        assert (problem.path, words in problem.phrase.en) == (path, True), problem
        assert words == "without" or any(file in problem.phrase.ru for file in given.values()), problem
    with pytest.raises(ConfigError) as caught:
        loaded(**{f"{group}_CA_FILE": "README.md"})
    assert "README.md holds no certificate" in caught.value.problems[0].phrase.en


@pytest.mark.parametrize("group", ["CAMUNDA", "BITRIX"])
@pytest.mark.parametrize("empty", [False, True])
def test_a_file_that_may_still_come_is_a_warning_that_names_it(
    ours: Path, tmp_path: Path, group: str, *, empty: bool
) -> None:
    late, certificate = tmp_path / "late", str(ours.with_suffix(".crt"))
    if empty:
        late.touch()
    cases = {
        "ca_file": {"CA_FILE": str(late)},
        "client_cert": {"CLIENT_CERT": str(late), "CLIENT_KEY": str(ours)},
        "client_key": {"CLIENT_CERT": certificate, "CLIENT_KEY": str(late)},
    }
    for name, given in cases.items():
        warnings = loaded(**{f"{group}_{setting}": file for setting, file in given.items()}).warnings
        [warning] = [one for one in warnings if "until then work pauses" in one.phrase.en]
        assert warning.path == f"{group.lower()}.{name}"
        assert str(late) in warning.phrase.ru


@pytest.mark.parametrize("group", ["CAMUNDA", "BITRIX"])
def test_tls_that_is_not_verified_is_warned_of(group: str) -> None:
    assert loaded().warnings == ()
    [warning] = loaded(**{f"{group}_VERIFY_TLS": "false"}).warnings
    assert warning.path == f"{group.lower()}.verify_tls"
    assert "anybody in between" in warning.phrase.en


@pytest.mark.parametrize("group", ["CAMUNDA", "BITRIX"])
@pytest.mark.parametrize("apart", [True, False])
def test_a_key_that_every_user_can_read_is_warned_of(ours: Path, tmp_path: Path, group: str, *, apart: bool) -> None:
    key = tmp_path / "key.pem"
    key.write_text(ours.read_text())
    files = {f"{group}_CLIENT_CERT": str(ours if apart else key)} | ({f"{group}_CLIENT_KEY": str(key)} if apart else {})
    for mode in (0o600, 0o440):  # Kubernetes gives secrets to the group of a pod
        key.chmod(mode)
        assert loaded(**files).warnings == ()
    key.chmod(0o644)
    [warning] = loaded(**files).warnings
    assert warning.path == f"{group.lower()}.client_{'key' if apart else 'cert'}"
    assert f"(mode 0644): chmod 600 {key}" in warning.phrase.en


# --- connections ---


def test_a_server_that_wants_our_certificate_gets_it(strict: Side, ours: Path) -> None:
    assert strict.engine(ca_file=str(ours), client_cert=str(ours)).version() == "7.24.0"
    assert strict.portal(Route(str(ours), client_cert=str(ours))).call("profile").result is True


def causes_of(strict: Side, ours: Path, client: str | None) -> set[tuple[Cause, str]]:
    """The cause and the file that both sides name."""
    with pytest.raises(EngineError) as engine:
        strict.engine(ca_file=str(ours), client_cert=client).version()
    with pytest.raises(PortalError) as portal:
        strict.portal(Route(str(ours), client_cert=client)).call("profile")
    return {(engine.value.cause, engine.value.reason), (portal.value.cause, portal.value.detail)}


def test_a_certificate_that_is_not_accepted_is_the_cause(strict: Side, ours: Path, other: Path, tmp_path: Path) -> None:
    ended = str(make_expired_certificate(tmp_path))
    assert causes_of(strict, ours, str(other)) == {(Cause.TLS_CLIENT, str(other))}
    assert causes_of(strict, ours, ended) == {(Cause.TLS_CLIENT_ENDED, ended)}
    for cause, _ in causes_of(strict, ours, None):  # OpenSSL before TLS 1.3 only says that the handshake has failed
        assert cause is Cause.TLS_FAILED
        assert "CAMUNDA_CLIENT_CERT" in explained(Trouble("engine", cause)).cure.en


NGINX = {
    "missing": "<html><h1>400 Bad Request</h1>No required SSL certificate was sent</html>",
    "refused": "<html><h1>400 Bad Request</h1>The SSL certificate error</html>",
}


@pytest.mark.parametrize("page", NGINX.values(), ids=NGINX)
def test_what_nginx_answers_instead_is_the_same_cause(side: Side, ours: Path, other: Path, page: str) -> None:
    side.page = page
    for url_of in (None, str(other)):
        cause = Cause.TLS_CLIENT if url_of else Cause.TLS_CLIENT_MISSING
        assert causes_of(side, ours, url_of) == {(cause, url_of or "")}


def test_only_the_setting_switches_verification_off(side: Side) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        side.engine().version()
    assert caught.value.cause is Cause.TLS_AUTHORITY
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert side.engine(verify_tls=False).version() == "7.24.0"
        assert side.portal(Route(verify_tls=False)).call("profile").result is True


@pytest.mark.parametrize("gone", ["ca", "client"])
def test_a_file_that_vanishes_is_an_outage_until_it_is_back(side: Side, ours: Path, tmp_path: Path, gone: str) -> None:
    files = {"ca": tmp_path / "ca.pem", "client": tmp_path / "client.pem"}
    for path in files.values():
        path.write_text(ours.read_text())
    engine = side.engine(ca_file=str(files["ca"]), client_cert=str(files["client"]))
    portal = side.portal(Route(str(files["ca"]), client_cert=str(files["client"])))
    engine.version()
    portal.call("profile")
    files[gone].unlink()
    with pytest.raises(EngineUnreachable) as caught:
        engine.version()
    assert (caught.value.cause, caught.value.doubtful) == (Cause.TLS_FILES, False)
    assert caught.value.reason == str(files[gone])
    with pytest.raises(PortalError) as refused:
        portal.call("profile")
    assert refused.value.cause is Cause.TLS_FILES
    files[gone].write_text(ours.read_text())
    assert engine.version() == "7.24.0"
    assert portal.call("profile").result is True


# --- check ---


def test_check_says_when_certificates_end_and_warns_in_time(side: Side, ours: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 100 -subj /CN=worker"
    subprocess.run([*command.split(), "-keyout", long, "-out", tmp_path / "crt"], check=True, capture_output=True)
    long.write_text(long.read_text() + (tmp_path / "crt").read_text())
    certificates = {"CAMUNDA_CA_FILE": ours, "CAMUNDA_CLIENT_CERT": long, "BITRIX_CLIENT_CERT": ours}
    settings = loaded(side.url, BITRIX_VERIFY_TLS="false", **{name: str(path) for name, path in certificates.items()})
    found = {one.what.en: one for one in ends_of(settings)}
    assert {name: one.good for name, one in found.items()} == {
        "certificate of the engine": False,
        "certificate of the portal": False,
        "our certificate for the engine": True,
        "our certificate for the portal": False,
    }
    assert "days left: 1" in found["certificate of the engine"].seen.en
    assert "days left: 99" in found["our certificate for the engine"].seen.en
    assert "verify_tls is false" in found["certificate of the portal"].cure.en
    assert all(not one.essential and one.line(language) for one in found.values() for language in LANGUAGES)
