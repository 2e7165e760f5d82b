"""What is read by its letters and was probably meant otherwise; each beside the right form of the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.config.settings import Settings
from worker.words.config_faults import ConfigError

ENVIRON = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


def read(folder: Path, text: str = "", **environ: str) -> Settings:
    path = folder / "config.yaml"
    path.write_text(f"{text}\n", encoding="utf-8")
    return load(path, ENVIRON | environ)


def faults(folder: Path, text: str = "", **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **environ)
    return {problem.path: problem.phrase.en for problem in caught.value.problems}


BLANK, QUOTED, UNSEEN, NUMBER = "at an end", "in quotes", "U+200B", "a number is needed"


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ('sync: {method: "imena.camunda.sync "}', "sync.method", BLANK),
        ('http: {host: " 127.0.0.1"}', "http.host", BLANK),
        ('camunda: {worker_id: "w "}', "camunda.worker_id", BLANK),
        ('topics: {t: {result: {"id ": "x"}}}', "topics.t.result", BLANK),
        ('topics: {t: {wait: {answers: {"ДА": "ok "}}}}', "topics.t.wait.answers.ДА", BLANK),
        ('topics: {"t\u200b": {}}', "topics", UNSEEN),
        ('topics: {"": {}}', "topics", "empty name"),
        ("topics: {t: {retries: true}}", "topics.t.retries", NUMBER),
        ("camunda: {lock_seconds: yes}", "camunda.lock_seconds", NUMBER),
    ],
)
def test_what_is_off_in_the_file_is_a_fault_with_its_place(tmp_path: Path, text: str, path: str, why: str) -> None:
    assert why in faults(tmp_path, text)[path]


@pytest.mark.parametrize(
    ("name", "value", "path", "why"),
    [
        ("CAMUNDA_WORKER_ID", '"w"', "camunda.worker_id", QUOTED),
        ("CAMUNDA_AUTH_USERNAME", "'demo'", "camunda.auth_username", QUOTED),
        ("HTTP_HOST", '"127.0.0.1"', "http.host", QUOTED),
        ("LEDGER_URL", "sqlite:///w.db ", "ledger.url", BLANK),
    ],
)
def test_what_an_env_file_hands_on_is_a_fault_with_its_place(
    tmp_path: Path, name: str, value: str, path: str, why: str
) -> None:
    assert why in faults(tmp_path, **{name: value})[path]


def test_a_secret_may_be_odd_and_is_told_without_being_shown(tmp_path: Path) -> None:
    quoted = '"tokentoken"'
    [warning] = read(tmp_path, WAITING_APPLICATION_TOKEN=quoted).warnings
    assert warning.path == "waiting.application_token"
    assert QUOTED in warning.phrase.en
    assert "tokentoken" not in warning.phrase.en + warning.phrase.ru


def test_what_is_right_passes(tmp_path: Path) -> None:
    text = """
sync: {method: imena.camunda.sync, enabled: yes}
topics:
  t: {retries: 2, task: {title: "'quoted' "}, result: {id: "{{ task.id }} "}, wait: {answers: {"ДА": ok}}}
"""
    assert read(tmp_path, text, CAMUNDA_LOCK_SECONDS=" 200 ", CAMUNDA_WORKER_ID="w").warnings == ()
