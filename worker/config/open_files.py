"""Finds files with secrets that every user of this machine may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from yaml import YAMLError

from bitrix.named_files import real_path
from bitrix.proxy import Route
from bitrix.secrecy import SHORTEST
from worker.config.origin import Origin, Source, SourceKind
from worker.config.own_words import is_own
from worker.config.secrets import secrets_of
from worker.config.settings import Settings
from worker.config.sources import REFERENCE
from worker.config.text_file import is_plain, text_in
from worker.config.yaml_file import read_yaml
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase, unchanged

OF_A_KEY = Phrase(
    "ключ в файле {file} могут прочитать все пользователи этой машины (права {mode}): {close}",
    "every user of this machine can read the key in {file} (mode {mode}): {close}",
)
OF_A_SECRET = Phrase(
    "секрет в файле {file} могут прочитать все пользователи этой машины (права {mode}): {close}",
    "every user of this machine can read the secret in {file} (mode {mode}): {close}",
)
OF_SETTINGS = Phrase(
    "секрет записан в файле {file}, который могут прочитать все пользователи этой машины (права {mode}): {close}, или "
    "задайте его переменной окружения",
    "is a secret in {file}, which every user of this machine can read (mode {mode}): {close}, or set it by an "
    "environment variable",
)
CLOSE, CLOSE_FOR_US = unchanged("chmod 600 {file}"), unchanged("chown {user} {file} && chmod 600 {file}")
MOUNTED = Path("/run/secrets")
"""Where Docker and Podman put secrets, for every user: whose container it is, is nobody's machine."""
ROOT = Path("/")


def open_files(origin: Origin, settings: Settings, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Warnings about the configuration file, and about files with one secret or key each."""
    if origin.file and is_plain(origin.file) and _open_to_all(origin.file):
        yield from _of_settings(origin.file, settings)
    for group, route in (("camunda", settings.camunda.route), ("bitrix", settings.bitrix.route)):
        yield from _of_key(group, route)
    secrets = {path for path, _ in secrets_of(settings)}
    files = {path: environ[one.name] for path, one in origin.sources.items() if path in secrets and _is_file(one)}
    if renewed := settings.camunda.auth.token_file:
        files["camunda.auth.token_file"] = renewed
    for setting, file in files.items():
        yield from _told(setting, OF_A_SECRET, Path(file))


def _is_file(source: Source) -> bool:
    return source.kind is SourceKind.ENVIRONMENT and source.name.endswith("_FILE")


def _of_settings(path: Path, settings: Settings) -> Iterator[Problem]:
    try:
        text = text_in(path)
    except (OSError, UnicodeDecodeError):
        return  # whoever reads its settings reports it
    if inside := next((name for name, secret in secrets_of(settings) if _lies_in(text, name, secret)), None):
        yield from _told(inside, OF_SETTINGS, path)


def _lies_in(text: str, setting: str, secret: str) -> bool:
    """Whether the file says the secret: anywhere, comments too. A short one, or a plain word, only as its setting."""
    if not secret or secret not in text:
        return False
    return (len(secret) >= SHORTEST and not is_own(secret)) or secret in _said_of(setting, text)


def _said_of(setting: str, text: str) -> str:
    """What the file itself says of a setting, without what the environment fills in."""
    try:
        said, _, _ = read_yaml(text)
    except YAMLError:
        return ""  # whoever reads its settings reports it
    for name in setting.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return REFERENCE.sub(lambda found: found["text"] or "", said) if isinstance(said, str) else ""


def _of_key(group: str, route: Route) -> Iterator[Problem]:
    if file := route.client_key or route.client_cert:
        yield from _told(f"{group}.client_{'key' if route.client_key else 'cert'}", OF_A_KEY, Path(file))


def _told(setting: str, phrase: Phrase, file: Path) -> Iterator[Problem]:
    if is_plain(file) and (mode := _open_to_all(file)):
        ours = os.geteuid() in (0, file.stat().st_uid)
        close = (CLOSE if ours else CLOSE_FOR_US).format(file=file, user=os.geteuid())
        yield Problem(setting, phrase.format(file=file, mode=mode, close=close))


def _open_to_all(file: Path) -> str | None:
    """The file's mode, such as `0644`, if every user may read it. Its group may: Kubernetes gives a pod secrets so."""
    try:
        mode = file.stat().st_mode
        return f"{stat.S_IMODE(mode):04o}" if mode & stat.S_IROTH and not _is_mounted(real_path(file)) else None
    except OSError:
        return None


def _is_mounted(file: Path) -> bool:
    """Whether a container was given it: on a file system of its own that can only be read, as by Kubernetes."""
    apart = file.stat().st_dev != ROOT.stat().st_dev and os.statvfs(file).f_flag & os.ST_RDONLY
    return file.is_relative_to(MOUNTED) or bool(apart)
