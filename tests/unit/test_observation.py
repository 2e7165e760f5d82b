from __future__ import annotations

from worker.config import Settings
from worker.observation import _passwords


def settings(**changes: object) -> Settings:
    camunda = {"base_url": "http://engine/engine-rest"} | dict(changes.pop("camunda", {}))  # type: ignore[call-overload]
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    return Settings.model_validate({"camunda": camunda, "bitrix": bitrix, **changes})


def test_every_secret_of_the_settings_is_known_to_the_page() -> None:
    found = settings(
        camunda={"auth_enabled": True, "auth_username": "u", "auth_password": "of-the-engine"},
        waiting={"application_token": "of-the-events"},
        ledger={"url": "postgresql+psycopg://u:of%40the-ledger@host/db"},
    )
    assert set(_passwords(found)) == {"of-the-engine", "of-the-events", "of@the-ledger"}


def test_without_any_there_are_none() -> None:
    assert _passwords(settings()) == []
