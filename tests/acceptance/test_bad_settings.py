"""Settings and ledgers that cannot be used: exit code, place and cure, and no traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.worker_process import run_command

WEBHOOK = "https://portal.example/rest/1/q9w8e7r6t5/"
GOOD = {"CAMUNDA_BASE_URL": "http://127.0.0.1:9/engine-rest", "BITRIX_WEBHOOK_URL": WEBHOOK, "LOG_LANGUAGE": "en"}


@pytest.mark.parametrize("command", ["run", "validate", "check", "status"])
@pytest.mark.parametrize(
    ("config", "environ", "words"),
    [
        ("camunda: [", {}, "line"),
        ("camund: {}", {}, "camund (config.yaml, line 1): is not a setting → camunda?"),
        ("camunda: {max_in_flight: many}", {}, "camunda.max_in_flight (config.yaml, line 1): must be a whole number"),
        ("topics: {a: {}, a: {}}", {}, "“a”"),
        ("topics: {a: {task: {title: '{{ x'}}}", {}, "topics.a.task.title"),
        ("bitrix: {server_max_seconds: 200}", {}, "lock_seconds"),
        ("", {"BITRIX_WEBHOOK_URL": "https://portal.example/1/q9w8e7r6t5/"}, "bitrix.webhook_url"),
        ("", {"BITRIX_WEBHOOK_URL": "http://portal.example/rest/1/q9w8e7r6t5/"}, "https"),
        ("", {"BITRIX_WEBHOOK_URL": f"{WEBHOOK}profile.json"}, "bitrix.webhook_url"),
        ("", {"LEDGER_URL": "postgresql://db/ledger"}, "ledger.url"),
    ],
)
def test_a_bad_setting_is_named_and_nothing_starts(
    tmp_path: Path, command: str, config: str, environ: dict[str, str], words: str
) -> None:
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    done = run_command(command, cwd=tmp_path, **{**GOOD, **environ})
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "q9w8e7r6t5" not in done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(("command", "code"), [("run", 2), ("validate", 2), ("check", 2), ("status", 1)])
def test_a_webhook_that_is_missing_stops_who_would_use_it(tmp_path: Path, command: str, code: int) -> None:
    """`status` reads the ledger alone, and says that there is none."""
    done = run_command(command, cwd=tmp_path, **{**GOOD, "BITRIX_WEBHOOK_URL": ""})
    assert done.returncode == code
    assert ("BITRIX_WEBHOOK_URL" if code == 2 else "worker.db") in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_validate_says_when_all_is_good(tmp_path: Path) -> None:
    done = run_command("validate", cwd=tmp_path, **GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "good" in done.stdout


# --- the ledger ---


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_ledger_that_cannot_be_written_is_named(tmp_path: Path, language: str) -> None:
    settings = {**GOOD, "LEDGER_URL": "sqlite:////proc/nowhere/worker.db", "LOG_LANGUAGE": language}
    done = run_command("run", cwd=tmp_path, **settings)
    assert done.returncode == 1
    assert "/proc/nowhere/worker.db" in done.stderr
    assert ("Укажите существующую" if language == "ru" else "Choose") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "worker.db").write_bytes(b"not a database, but somebody's file " * 100)
    before = (tmp_path / "worker.db").read_bytes()
    done = run_command("run", cwd=tmp_path, **GOOD)
    assert done.returncode == 1
    assert "worker.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "worker.db").read_bytes() == before


def test_status_without_a_ledger_makes_none(tmp_path: Path) -> None:
    done = run_command("status", cwd=tmp_path, **GOOD)
    assert done.returncode == 1
    assert "worker.db" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_a_newer_version_is_not_touched(portal: Portal, worker_for: WorkerFor) -> None:
    with BuiltinEngine() as engine:
        worker = worker_for(engine.base_url, "any").start()
        worker.wait_for("worker.ready")
        worker.stop()
        with sqlite3.connect(worker.folder / "worker.db") as ledger:
            ledger.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
        worker.start()
        assert worker.wait() == 1
        assert "999" in worker.log_path.read_text(encoding="utf-8")


def test_a_ledger_of_another_portal_is_refused(portal: Portal, worker_for: WorkerFor) -> None:
    with BuiltinEngine() as engine, Portal() as other:
        worker = worker_for(engine.base_url, "any").start()
        worker.wait_for("worker.ready")
        worker.stop()
        moved = worker_for(engine.base_url, "any", BITRIX_WEBHOOK_URL=other.webhook_url).start()
        assert moved.wait() == 1
        assert "ledger.url" in moved.log_path.read_text(encoding="utf-8")


def test_a_second_run_on_the_same_ledger_ends_and_the_first_goes_on(portal: Portal, worker_for: WorkerFor) -> None:
    with BuiltinEngine() as engine:
        first = worker_for(engine.base_url, "any").start()
        first.wait_for("worker.ready")
        settings = {"LEDGER_URL": f"sqlite:///{first.folder / 'worker.db'}", "LOG_LANGUAGE": "en"}
        second = worker_for(engine.base_url, "any", name="second", **settings).start()
        assert second.wait() == 1
        assert "in use by another `run`" in second.log_path.read_text(encoding="utf-8")
        assert first.process.poll() is None
        assert first.stop() == 0
