"""Chooses how requests log in to the engine: the one way that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.engine.login import Basic, Bearer, FileToken, Login
from worker.engine.oauth2 import ClientCredentials, TokenServer

if TYPE_CHECKING:
    from worker.config.settings import CamundaSettings


def login_of(settings: CamundaSettings) -> Login:
    """The login; none for an engine that asks for none."""
    auth = settings.auth
    if auth.token:
        return Bearer(auth.token.get_secret_value())
    if auth.token_file:
        return FileToken(auth.token_file)
    if auth.oauth2.is_set:
        return ClientCredentials(TokenServer(auth.oauth2, settings.route))
    if settings.auth_enabled:
        password = settings.auth_password.get_secret_value() if settings.auth_password else ""
        return Basic(settings.auth_username or "", password)
    return Login()
