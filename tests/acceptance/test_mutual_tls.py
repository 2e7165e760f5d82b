"""Client certificates as companies use them: nginx before the real engine and before the portal, an authority each.

Before the engine also the login: its Basic filter, or a gateway that takes a bearer token.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.authority import Authority, Pair
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.tls_front import tls_front
from tests.support.worker_process import WorkerProcess
from worker.words.look_names import ENGINE, PORTAL
from worker.words.phrase import Language

TOKEN = "of-the-gateway-before-the-engine"
BASIC = base64.b64encode(":".join(LOGIN).encode()).decode()
GATEWAY = f"""if ($http_authorization != "Bearer {TOKEN}") {{ return 401; }}
            proxy_set_header Authorization "Basic {BASIC}";"""
LOGINS = {
    "basic": {
        "CAMUNDA_AUTH_ENABLED": "true",
        "CAMUNDA_AUTH_USERNAME": LOGIN[0],
        "CAMUNDA_AUTH_PASSWORD": LOGIN[1],
    },
    "bearer": {"CAMUNDA_AUTH_TOKEN": TOKEN},
}
GROUPS = ("CAMUNDA", "BITRIX")


class Company:
    """Both sides behind TLS. `engines`, `portals`: whose certificates they show and want."""

    def __init__(self, folder: Path, portal: Portal, engine_url: str, login: str, ending: ExitStack) -> None:
        self.authorities = {group: Authority(folder / group, f"Authority of {group}") for group in GROUPS}
        self.addresses = {}
        for group, upstream in zip(GROUPS, (engine_url, portal.page_url), strict=True):
            authority = self.authorities[group]
            guard = GATEWAY if (group, login) == ("CAMUNDA", "bearer") else ""
            front = tls_front(
                folder / f"{group}-nginx",
                upstream,
                authority.issue("server"),
                clients=authority.certificate,
                guard=guard,
            )
            self.addresses[group] = ending.enter_context(front)
        self._webhook = portal.webhook_url.removeprefix(portal.page_url)
        self._login = LOGINS[login]

    def settings(self, **pairs: Pair | None) -> dict[str, str]:
        """What the worker is given; `pairs`: its certificate for a side, None: none."""
        made = {
            "CAMUNDA_BASE_URL": f"{self.addresses['CAMUNDA']}/engine-rest",
            "BITRIX_WEBHOOK_URL": f"{self.addresses['BITRIX']}/{self._webhook}",
        }
        for group in GROUPS:
            made[f"{group}_CA_FILE"] = str(self.authorities[group].certificate)
            if pair := pairs.get(group):
                made |= {f"{group}_CLIENT_CERT": str(pair.certificate), f"{group}_CLIENT_KEY": str(pair.key)}
        return made | self._login


@pytest.fixture(params=LOGINS)
def company(
    request: pytest.FixtureRequest, portal: Portal, admin: Admin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    with ExitStack() as ending:
        yield Company(tmp_path_factory.mktemp("company"), portal, admin.base_url, request.param, ending)


@pytest.fixture
def admin(engine_of: EngineOf, key: str) -> Iterator[Admin]:
    admin = Admin(engine_of("camunda", guarded=True).base_url, LOGIN)
    admin.deploy(sequence(key, {"ours": key}))
    yield admin
    admin.clean()


def made_for(worker_for: WorkerFor, key: str, settings: dict[str, str]) -> WorkerProcess:
    return worker_for(settings["CAMUNDA_BASE_URL"], key, **settings)


def test_the_worker_works_with_client_certificates_on_both_sides_and_a_login(
    company: Company, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    pairs = {group: company.authorities[group].issue("worker") for group in GROUPS}
    settings = company.settings(**pairs)
    worker = made_for(worker_for, key, settings)
    done = worker.command("check")
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert not [line for line in output.splitlines() if line.startswith(("FAIL", "WARN"))], output
    assert output.count("осталось дней: 19") == 4, "both servers' and both of ours"
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: admin.ended(instance), "completed", 60)
    wait_until(portal.syncs, "synchronised", 60)
    assert worker.stop() == 0
    assert len(portal.tasks()) == 1
    for secret in (portal.secret, TOKEN, LOGIN[1], BASIC):
        assert secret not in output + worker.log_path.read_text("utf-8")


@pytest.mark.parametrize("company", ["bearer"], indirect=True)
def test_whoever_is_not_let_in_learns_side_file_and_cure(company: Company, worker_for: WorkerFor, key: str) -> None:
    crossed = {group: company.authorities[other] for group, other in zip(GROUPS, reversed(GROUPS), strict=True)}
    strangers = {group: authority.issue("stranger") for group, authority in crossed.items()}
    ended = {group: company.authorities[group].issue("ended", ended=True) for group in GROUPS}
    swapped = {f"{group}_CA_FILE": str(authority.certificate) for group, authority in crossed.items()}
    cases: dict[str, tuple[dict[str, str], Language, str, str]] = {
        "without": (company.settings(), "en", "none is set", "CLIENT_CERT"),
        "foreign": (company.settings(**strangers), "ru", "не принимает наш", "CLIENT_CERT"),
        "ended": (company.settings(**ended), "en", "has ended", "CLIENT_CERT"),
        "authority": (company.settings() | swapped, "ru", "нет среди доверенных", "CA_FILE"),
    }
    for name, (settings, language, words, setting) in cases.items():
        worker = worker_for(settings["CAMUNDA_BASE_URL"], key, name=name, LOG_LANGUAGE=language, **settings)
        done = worker.command("check")
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert (done.returncode, len(failed)) == (3, 2), done.stdout + done.stderr
        for line, group, side in zip(failed, reversed(GROUPS), (PORTAL, ENGINE), strict=True):
            named = (side.in_(language), words, f"{group}_{setting}", settings.get(f"{group}_{setting}", ""))
            assert [word for word in named if word not in line] == [], name
        assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize("company", ["basic"], indirect=True)
def test_a_certificate_that_has_ended_is_renewed_without_a_restart(
    company: Company,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("ours")
    mounted = {group: Pair(folder / f"{group}.crt", folder / f"{group}.key") for group in GROUPS}
    for group, pair in mounted.items():
        company.authorities[group].issue("ended", ended=True).put(pair)
    worker = made_for(worker_for, key, company.settings(**mounted)).start()
    for group, side in zip(GROUPS, ("engine", "portal"), strict=True):
        told = worker.wait_for("fetch.paused", side=side)[0]["message"]
        assert "сертификат клиента истёк" in told
        assert str(mounted[group].certificate) in told
    instance = admin.start(key)
    for group, pair in mounted.items():
        company.authorities[group].issue("renewed").put(pair)
    wait_until(lambda: admin.ended(instance), "work that resumed by itself", 90)
    assert len(portal.tasks()) == 1


@pytest.mark.parametrize("company", ["basic"], indirect=True)
def test_certificates_and_authorities_that_come_after_the_start_are_waited_for(
    company: Company,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("ours")
    mounted = {group: Pair(folder / f"{group}.crt", folder / f"{group}.key") for group in GROUPS}
    settings = company.settings(**mounted)
    authorities = {name: Path(file) for name, file in settings.items() if name.endswith("_CA_FILE")}
    settings |= {name: str(folder / f"{name}.pem") for name in authorities} | {"HTTP_PORT": str(free_port())}
    worker = made_for(worker_for, key, settings).start()
    for group, side in zip(GROUPS, ("engine", "portal"), strict=True):
        told = worker.wait_for("fetch.paused", side=side)[0]
        assert str(folder / f"{group}_CA_FILE.pem") in told["reason"]
    wait_until(lambda: len(worker.status()["pauses"] or ()) == len(GROUPS), "a page that tells both pauses", 60)
    assert {pause["cause"] for pause in worker.status()["pauses"]} == {"tls_files"}
    checked = worker.command("check")
    assert checked.returncode == 3, checked.stderr
    assert len([line for line in checked.stdout.splitlines() if line.startswith("FAIL")]) == 2, checked.stdout
    for group, pair in mounted.items():
        company.authorities[group].issue("ours").put(pair)
    for name, file in authorities.items():
        (folder / f"{name}.pem").write_bytes(file.read_bytes())
    instance = admin.start(key)
    wait_until(lambda: admin.ended(instance), "work that began by itself", 90)
    assert len(portal.tasks()) == 1
