"""Which files a command works with, where each setting comes from, and what needs no engine and no portal."""

from __future__ import annotations

import json
import platform
from contextlib import closing
from pathlib import Path

import pytest

from bitrix.limits.presets import PRESETS, Preset
from bitrix.secrecy import HIDDEN
from tests.support.bare_environment import without_settings
from tests.support.builders import open_ledger
from tests.support.settings_page import rows
from worker.cli import EXIT_CONFIG, EXIT_FOUND, EXIT_OK, EXIT_UNABLE, main
from worker.config.settings import GROUPS, TopicSettings, WaitSettings
from worker.model import SyncRequest

ENGINE, PORTAL, CODE = "http://engine/engine-rest", "https://portal.example", "verysecretcode"
PASSWORDS = {
    "BITRIX_WEBHOOK_URL": f"{PORTAL}/rest/1/{CODE}/",
    "CAMUNDA_AUTH_PASSWORD": "engine-password",
    "CAMUNDA_PROXY": "http://me:proxy-password@proxy.example:3128",
    "LEDGER_URL": "postgresql+psycopg://me:ledger-password@db.example/worker?sslpassword=key-password",
    "WAITING_APPLICATION_TOKEN": "portal-event-token",
}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    monkeypatch.setenv("HTTP_PORT", "0")


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMUNDA_BASE_URL", ENGINE)
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", PASSWORDS["BITRIX_WEBHOOK_URL"])


def settings(capsys: Capture, *arguments: str) -> dict[str, dict[str, object]]:
    assert main(["config", "show", "--json", *arguments]) == EXIT_OK
    return {one["path"]: one for one in json.loads(capsys.readouterr().out)["settings"]}


def source(found: dict[str, dict[str, object]], path: str) -> tuple[object, object, object]:
    one = found[path]
    return one["value"], one["source"], one["name"]


# --- which file, which ledger ---


@pytest.mark.usefixtures("sides")
def test_validate_names_file_and_ledger(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["validate"]) == EXIT_OK
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first == "Configuration: none: environment and defaults"
    assert second == f"Ledger: {tmp_path / 'worker.db'}"
    (tmp_path / "config.yaml").write_text("log: {level: info}", encoding="utf-8")
    monkeypatch.setenv("LEDGER_URL", PASSWORDS["LEDGER_URL"])
    assert main(["validate"]) == EXIT_OK
    out = capsys.readouterr().out
    first, second, *_ = out.splitlines()
    assert first == f"Configuration: {tmp_path / 'config.yaml'}"
    assert second == "Ledger: postgresql+psycopg://***@db.example/worker?***"


# --- config show ---


@pytest.mark.usefixtures("sides")
def test_each_setting_is_shown_with_its_source(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, secret = tmp_path / "other.yaml", tmp_path / "name"
    file.write_text(
        "log: {level: error, format: json}\nbitrix: {limits: {preset: cloud}}\nsync: {slots: 4}\n"
        "topics: {orders: {retries: 5, task: {title: a}}}",
        encoding="utf-8",
    )
    secret.write_text("user", encoding="utf-8")
    monkeypatch.setenv("SYNC_SLOTS", "5")
    monkeypatch.setenv("CAMUNDA_AUTH_USERNAME_FILE", str(secret))
    monkeypatch.setenv("CAMUNDA_TENANT_ID", "prod")
    found = settings(capsys, "-c", str(file), "--log-level", "debug")
    assert source(found, "log.level") == ("debug", "flag", "--log-level")
    assert source(found, "log.format") == ("json", "file", str(file))
    assert [found[path]["line"] for path in ("log.format", "topics.orders.task", "log.level")] == [1, 4, None]
    assert source(found, "sync.slots") == (5, "environment", "SYNC_SLOTS")
    assert source(found, "camunda.auth_username") == ("user", "environment", "CAMUNDA_AUTH_USERNAME_FILE")
    assert source(found, "camunda.tenant_ids") == (["prod"], "environment", "CAMUNDA_TENANT_ID")
    assert source(found, "camunda.lock_seconds") == (150.0, "default", None)
    assert source(found, "bitrix.limits.preset") == ("cloud", "file", str(file))
    assert source(found, "bitrix.limits.burst") == (50.0, "preset", "cloud")
    assert source(found, "topics.orders.retries") == (5, "file", str(file))
    assert source(found, "topics.orders.task") == ({"title": "a"}, "file", str(file))
    own = {"bitrixTaskId": "{{ task.id }}", "bitrixTaskUrl": "{{ task.url }}"}
    assert source(found, "topics.orders.result") == (own, "default", None)
    monkeypatch.setenv("BITRIX_LIMITS", "cloud-enterprise")
    found = settings(capsys, "-c", str(file))
    assert source(found, "bitrix.limits.preset") == ("cloud-enterprise", "environment", "BITRIX_LIMITS")


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize(
    ("text", "of_file"),
    [
        ("topics: {}", set()),
        ("topics: {orders: {wait: }}", set()),
        ("camunda: {auth: {oauth2: {}}}\nwaiting: {}\nhttp:\n", set()),
        ("bitrix: {limits: , margin_seconds: 10}", {"bitrix.margin_seconds"}),
        ("bitrix: {limits: {}}", set()),
        ("topics: {orders: {task: {}}}", {"topics.orders.task"}),
        ("topics: {orders: {task: {title: }}}", {"topics.orders.task"}),
        ("camunda: {tenant_ids: []}", {"camunda.tenant_ids"}),
    ],
)
def test_a_group_in_which_nothing_is_sets_nothing(
    text: str, of_file: set[str], capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    assert {path for path, one in settings(capsys).items() if one["source"] == "file"} == of_file


@pytest.mark.usefixtures("sides")
def test_no_setting_is_left_out(capsys: Capture, tmp_path: Path) -> None:
    known = {row.path for group in GROUPS for row in rows(group)} - {"bitrix.limits"}
    topic = {f"topics.bitrix_create_task.{name}" for name in TopicSettings.model_fields if name != "wait"}
    topic |= {f"topics.bitrix_create_task.wait.{name}" for name in WaitSettings.model_fields}
    assert set(settings(capsys)) == known | topic
    assert main(["config", "show"]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines[2:]] == list(settings(capsys))
    assert f'camunda.base_url: "{ENGINE}" (variable CAMUNDA_BASE_URL)' in lines
    assert f'camunda.worker_id: "{platform.node()}-…" (derived from hostname, ledger.url)' in lines
    (tmp_path / "config.yaml").write_text("# first\nlog:\n  level: error\n", encoding="utf-8")
    assert main(["config", "show"]) == EXIT_OK
    assert 'log.level: "error" (config.yaml, line 3)' in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_secrets_are_not_shown(capsys: Capture, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    for name, value in (PASSWORDS | {"CAMUNDA_BASE_URL": ENGINE, "CAMUNDA_AUTH_ENABLED": "on"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CAMUNDA_AUTH_USERNAME", "me")
    assert main(["config", "show", *options]) == EXIT_OK
    out = capsys.readouterr().out
    for secret in (CODE, "engine-password", "proxy-password", "ledger-password", "key-password", "event-token"):
        assert secret not in out
    assert f"{PORTAL}/rest/{HIDDEN}" in out


def test_a_fault_is_told_in_place_of_the_settings(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "many")
    assert main(["config", "show"]) == EXIT_CONFIG
    assert "http.port (variable HTTP_PORT): must be a whole number" in capsys.readouterr().err


# --- what only reads the ledger ---


def test_who_only_reads_the_ledger_needs_no_engine_and_no_webhook(tmp_path: Path, capsys: Capture) -> None:
    with closing(open_ledger(tmp_path)) as ledger:
        ledger.syncs.queue([SyncRequest("p", "k")])
    assert main(["status"]) == EXIT_OK
    assert "syncs_waiting" in capsys.readouterr().out
    assert main(["status", "--json"]) == EXIT_OK
    assert main(["replay", "7"]) == EXIT_FOUND
    assert main(["replay", "--all"]) == EXIT_OK
    assert main(["forget", "7", "--reason", "x"]) == EXIT_FOUND
    assert main(["config", "show"]) == EXIT_OK
    assert "bitrix.webhook_url: not set (default)" in capsys.readouterr().out


def test_a_ledger_is_not_made_by_who_only_reads_it(tmp_path: Path, capsys: Capture) -> None:
    assert main(["status"]) == EXIT_UNABLE
    assert "worker.db" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run", "validate", "check", "audit", "takeover --from-worker a"])
def test_who_calls_a_side_needs_its_address(command: str, capsys: Capture) -> None:
    assert main(command.split()) == EXIT_CONFIG
    err = capsys.readouterr().err
    assert "CAMUNDA_BASE_URL" in err
    assert "BITRIX_WEBHOOK_URL" in err


def test_a_webhook_that_is_set_must_be_one_and_the_ledgers(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_ledger(tmp_path)):
        pass
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"{PORTAL}/{CODE}")
    assert main(["status"]) == EXIT_CONFIG
    assert CODE not in capsys.readouterr().err
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"https://another.example/rest/1/{CODE}/")
    assert main(["status"]) == EXIT_UNABLE
    assert "https://another.example" in capsys.readouterr().err


@pytest.mark.usefixtures("sides")
def test_the_figures_of_a_preset_are_shown_with_it(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITRIX_LIMITS", "cloud")
    monkeypatch.setenv("BITRIX_LIMITS_BURST", "20")
    found = settings(capsys)
    assert source(found, "bitrix.limits.requests_per_second") == (2.0, "preset", "cloud")
    assert source(found, "bitrix.limits.operating_seconds") == (480.0, "preset", "cloud")
    assert source(found, "bitrix.limits.window_seconds") == (600.0, "preset", "cloud")
    assert source(found, "bitrix.limits.burst") == (20.0, "environment", "BITRIX_LIMITS_BURST")
    assert main(["config", "show"]) == EXIT_OK
    assert "bitrix.limits.requests_per_second: 2.0 (preset cloud)" in capsys.readouterr().out


@pytest.mark.usefixtures("sides")
@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_shows_the_figures_of_the_page_of_settings(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, preset: Preset
) -> None:
    monkeypatch.setenv("BITRIX_LIMITS", preset)
    found = settings(capsys)
    for name in ("requests_per_second", "burst", "operating_seconds", "window_seconds", "share"):
        value, kind, of = source(found, f"bitrix.limits.{name}")
        assert (value, kind, of) == (getattr(PRESETS[preset], name), "preset", preset)
    assert main(["config", "show"]) == EXIT_OK
    out = capsys.readouterr().out
    assert ("bitrix.limits.requests_per_second: not set (preset self-hosted)" in out) is (preset == "self-hosted")


# --- what follows from something else ---


@pytest.mark.usefixtures("sides")
def test_what_is_in_force_is_shown_with_what_it_follows_from(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "camunda: {lock_seconds: 200, max_in_flight: 16, client_cert: own.pem}\n"
        "topics: {orders: {portal_templates: on}, others: {lock_seconds: 300}}",
        encoding="utf-8",
    )
    found = settings(capsys)
    for path, value, name in (
        ("camunda.client_key", "own.pem", "camunda.client_cert"),
        ("bitrix.questionnaires", True, "portal_templates"),
        ("bitrix.limits.concurrency", 16, "camunda.max_in_flight"),
        ("sync.slots", 14, "bitrix.limits.concurrency"),
        ("topics.orders.lock_seconds", 200.0, "camunda.lock_seconds"),
        ("topics.orders.variables", "all", "portal_templates"),
        ("topics.others.portal_templates", False, "bitrix.portal_templates"),
        ("working_time.weekend", None, "calendar.settings.get"),
    ):
        assert source(found, path) == (value, "derived", name)
    assert source(found, "topics.others.lock_seconds")[0] == 300.0
    assert source(found, "bitrix.client_key") == (None, "default", None)


@pytest.mark.usefixtures("sides")
def test_what_is_set_is_shown_as_it_is_set(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "camunda: {worker_id: w, client_cert: a.pem, client_key: b.pem}\nsync: {slots: 3}\n"
        "bitrix: {questionnaires: off, limits: {concurrency: 8}}\nworking_time: {hours: 9-18}\n"
        "topics: {t: {portal_templates: off, result: {a: b}}}",
        encoding="utf-8",
    )
    found = settings(capsys)
    known = {
        "camunda.worker_id": "w",
        "camunda.client_key": "b.pem",
        "sync.slots": 3,
        "bitrix.questionnaires": False,
        "bitrix.limits.concurrency": 8,
        "working_time.hours": "9-18",
        "topics.t.portal_templates": False,
        "topics.t.result": {"a": "b"},
    }
    assert {path: source(found, path)[:2] for path in known} == {path: (said, "file") for path, said in known.items()}
    assert source(found, "working_time.weekend") == (["SA", "SU"], "default", None)


@pytest.mark.usefixtures("sides")
def test_the_worker_id_is_that_of_a_run(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_ledger(tmp_path)) as ledger:
        made = ledger.id
    assert source(settings(capsys), "camunda.worker_id")[0] == f"{platform.node()}-{made[:8]}"
    monkeypatch.setenv("LEDGER_URL", PASSWORDS["LEDGER_URL"])
    assert source(settings(capsys), "camunda.worker_id")[:2] == (f"{platform.node()}-…", "derived")


@pytest.mark.usefixtures("sides")
def test_the_language_of_a_locale_names_its_variable(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOG_LANGUAGE")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert source(settings(capsys), "log.language") == ("ru", "default", None)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert source(settings(capsys), "log.language") == ("en", "derived", "LANG")
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    assert source(settings(capsys), "log.language") == ("en", "environment", "LOG_LANGUAGE")


@pytest.mark.usefixtures("sides")
def test_a_proxy_of_the_environment_names_its_variable(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("BITRIX_PROXY", "env")
    assert source(settings(capsys), "bitrix.proxy") == (None, "derived", "env")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert source(settings(capsys), "bitrix.proxy") == ("http://proxy.example:3128", "environment", "HTTPS_PROXY")
