"""Defines the settings with which the worker logs in to the engine by a token, and reads a token from its file."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from bitrix.named_files import NotAFile, opened
from worker.config.setting_types import Group, prove_address
from worker.config.text_file import shown_file
from worker.words.config_faults import InvalidSetting
from worker.words.foreign import why_unread
from worker.words.phrase import Phrase, unchanged

TOKEN = re.compile(r"[!-~]+")
"""What a header can carry after `Bearer`: no blank, no line break, no letter beyond ASCII."""
LONGEST_TOKEN = 8000
"""Characters. Servers take heads of 8 KB by default."""
ONE_TOKEN = Phrase(
    "нужен один токен в одну строку, без слова Bearer и пробелов",
    "must be one token on one line, without the word Bearer and without blanks",
)
TOKEN_URL = unchanged("https://sso.example/realms/company/protocol/openid-connect/token")
CLIENT = Phrase("задайте client_id и client_secret", "set client_id and client_secret")
NEEDED = ("token_url", "client_id", "client_secret")
NO_FILE = Phrase(
    "{file} — папка, канал или устройство, а не файл: укажите файл",
    "{file} is a folder, a pipe or a device: name a file",
)
UNREAD = Phrase("не удалось прочитать {file}: {why}", "cannot read {file}: {why}")
EMPTY = Phrase("файл {file} пуст: запишите в него токен", "{file} is empty: write the token into it")


class TokenFileFault(Exception):
    """The file holds no token, or cannot be read. `phrase`: why; it quotes nothing of the file.

    `may_come`: it is missing or empty, and whoever renews it may be late.
    """

    def __init__(self, phrase: Phrase, *, may_come: bool = False) -> None:
        self.phrase = phrase
        self.may_come = may_come
        super().__init__(phrase.en)


def is_token(text: str) -> bool:
    """Whether the text can be sent as a bearer token."""
    return len(text) <= LONGEST_TOKEN and bool(TOKEN.fullmatch(text))


def read_token(path: str) -> str:
    """The token in a file. Raises `TokenFileFault`."""
    try:
        with opened(path) as file:
            text = file.read(LONGEST_TOKEN + 1000).decode("utf-8-sig").strip()
    except NotAFile:
        raise TokenFileFault(NO_FILE.format(file=shown_file(path))) from None
    except OSError as error:
        why = UNREAD.format(file=shown_file(path), why=why_unread(error))
        raise TokenFileFault(why, may_come=not isinstance(error, IsADirectoryError)) from None
    except UnicodeDecodeError:
        raise TokenFileFault(ONE_TOKEN) from None
    if not text:
        raise TokenFileFault(EMPTY.format(file=shown_file(path)), may_come=True)
    if not is_token(text):
        raise TokenFileFault(ONE_TOKEN)
    return text


def _one_token(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not is_token(secret.get_secret_value()):
        raise InvalidSetting(ONE_TOKEN)
    return secret


def token_file_fault(path: str) -> TokenFileFault | None:
    """Why the file gives no token; None: it gives one."""
    try:
        read_token(path)
    except TokenFileFault as fault:
        return fault
    return None


def _an_address(url: str | None) -> str | None:
    if url is not None:
        prove_address(url, TOKEN_URL, CLIENT)
    return url


class OAuth2Settings(Group):
    """The token server: OAuth 2 client credentials. It is reached by the engine's proxy, with its authorities."""

    token_url: Annotated[str | None, AfterValidator(_an_address)] = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    scope: str | None = None
    audience: str | None = None

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in OAuth2Settings.model_fields)

    @property
    def missing(self) -> list[str]:
        """The names of those that are needed and not set; empty if none is set at all."""
        return [name for name in NEEDED if not getattr(self, name)] if self.is_set else []


class AuthSettings(Group):
    """Logging in to the engine with a token. At most one way of all, HTTP Basic (`camunda.auth_enabled`) included."""

    token: Annotated[SecretStr | None, AfterValidator(_one_token)] = None
    token_file: str | None = None
    """Read again when it has changed, and when the engine refuses its token."""
    oauth2: OAuth2Settings = OAuth2Settings()

    @property
    def ways(self) -> list[str]:
        """The paths of those that are set."""
        ways = {"token": self.token, "token_file": self.token_file, "oauth2": self.oauth2.is_set}
        return [f"camunda.auth.{name}" for name, is_set in ways.items() if is_set]
