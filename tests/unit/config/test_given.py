"""A fault shows the value that was given, shortened, and never one that may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.words.config_faults import ConfigError

SECRET = "k3yofthep0rtal99"
WEBHOOK = f"https://portal.example/rest/1/{SECRET}/"
NEEDED = {"CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "BITRIX_WEBHOOK_URL": WEBHOOK}


def told(folder: Path, text: str, **environ: str) -> str:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, NEEDED | environ, language="en")
    assert SECRET not in str(caught.value)
    assert SECRET not in caught.value.text("ru")
    [fault] = caught.value.problems
    return fault.text("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("camunda: {max_in_flight: ten}", "must be a whole number (given: “ten”)"),
        ("camunda: {max_in_flight: 1.5}", "must be a whole number (given: 1.5)"),
        ("camunda: {max_in_flight: 1000}", "must be at most 512 (given: 1000)"),
        ("camunda: {max_in_flight: [1, 2]}", "must be a whole number (given: [1, 2])"),
        ("camunda: {max_in_flight: {a: 1}}", "must be a whole number (given: a group)"),
        ("camunda: {lock_seconds: 5 min}", "must be a number (given: “5 min”)"),
        ("camunda: {lock_seconds: }", "must be a number (given: nothing)"),
        ("camunda: {verify_tls: perhaps}", "must be true or false (given: “perhaps”)"),
        ("log: {level: loud}", "must be 'debug', 'info', 'warning', 'error' (given: “loud”)"),
        ("log: loud", "must be a group of settings: below it lines of “name: value” (given: “loud”)"),
        ("camunda: {worker_id: 2026-03-01}", "a date, yes and no in quotes (given: 2026-03-01)"),
        (f"files: {{storage: {'x' * 100}}}", f"must be owner, common, group:12 or user:7 (given: “{'x' * 39}…”)"),
        ("sync: {method: no method}", "must be a method, like imena.camunda.sync (given: “no method”)"),
        ("topics: {t: {retries: many}}", "must be a whole number (given: “many”)"),
        ("topics: {t: {wait: {deleted: gone}}}", "must be incident, complete or error:CODE (given: “gone”)"),
        ("topics: {t: {task: {parent_id: twelve}}}", "(given: “twelve”)"),
        ("topics: {t: {task: {priority: [1, 7]}}}", "(given: [1, 7])"),
    ],
)
def test_a_fault_shows_what_was_given(tmp_path: Path, text: str, said: str) -> None:
    assert told(tmp_path, text).endswith(said)


@pytest.mark.parametrize(
    "text",
    [
        f"waiting: {{application_token: [{SECRET}]}}",
        f"camunda: {{auth_password: {{a: {SECRET}}}}}",
        f"camunda: {{cockpit_url: [{SECRET}]}}",
        f"camunda: {{proxy: [{SECRET}]}}",
        f"ledger: {{url: [{SECRET}]}}",
        f"ledger: postgresql+psycopg://me:{SECRET}@db/worker",
        f"ledger: {SECRET}",
        f"waiting: {SECRET}",
        f"camunda: {{auth: {SECRET}}}",
        f"log: {{level: 'https://portal.example/rest/1/{SECRET}/'}}",
        f"camunda: {{max_in_flight: {SECRET}}}",
        f"camunda: {{token: {SECRET}}}",
    ],
)
def test_what_may_be_a_secret_is_not_shown(tmp_path: Path, text: str) -> None:
    """Also one that stands where another value belongs, as after an env file whose lines have slipped."""
    assert "given" not in told(tmp_path, text)
