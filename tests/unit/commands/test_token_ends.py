"""`check` says when a token for the engine ends."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest

from worker.commands.check.ends import ends_of
from worker.config.loading import load

NEEDED = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "http://localhost/rest/1/of-the-portal/"}
DAY = 86400


def token(days: float | None) -> str:
    claims = {} if days is None else {"exp": time.time() + days * DAY}
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.of-the-issuer"


@pytest.mark.parametrize(
    ("days", "good", "in_a_file", "words"),
    [
        (30.5, True, True, "days left: 30"),
        (13, False, True, "days left: 12"),
        (-1, False, False, "ended"),
        (None, True, True, "not known"),
    ],
)
def test_the_end_of_a_token_is_told(
    tmp_path: Path,
    days: float | None,
    good: bool,
    in_a_file: bool,
    words: str,
) -> None:
    [finding] = ends_of(load(None, NEEDED | {"CAMUNDA_AUTH_TOKEN": token(days)}))
    assert (finding.good, finding.essential, words in finding.seen.en) == (good, False, True), finding
    file = tmp_path / "token"
    file.write_text(token(days))
    [finding] = ends_of(load(None, NEEDED | {"CAMUNDA_AUTH_TOKEN_FILE": str(file)}))
    assert (finding.good, words in finding.seen.en) == (in_a_file, True), "whoever writes the file renews it"


def test_tokens_of_a_server_are_renewed_by_the_worker() -> None:
    oauth2 = {"TOKEN_URL": "https://sso.example/token", "CLIENT_ID": "worker", "CLIENT_SECRET": "of-the-client"}
    settings = load(None, NEEDED | {f"CAMUNDA_AUTH_OAUTH2_{name}": value for name, value in oauth2.items()})
    [finding] = ends_of(settings)
    assert (finding.good, "sso.example:443" in finding.seen.en) == (True, True)
    [finding] = ends_of(settings, engine_answers=False)
    assert (finding.good, finding.checked) == (False, False), "a token server that gives nothing is not called good"


def test_without_any_nothing_is_told() -> None:
    assert list(ends_of(load(None, NEEDED))) == []
