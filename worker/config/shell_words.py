"""Finds in settings what only a shell, a container or systemd would fill in or expand: `$HOST`, `$(HOST)`, `~`.

Also certificates and keys that stand where the name of their file is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from worker.config.home_path import home_fault
from worker.mapping.notations import unfilled
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NOT_FILLED = Phrase(
    "{found} никто не заполнит: в файле настроек пишется ${{NAME}}, в переменной окружения — само значение",
    "nobody fills {found}: in the configuration write ${{NAME}}, in a variable of the environment the value itself",
)
NAME_THE_FILE = Phrase(
    "здесь стоит сам сертификат или ключ, а нужно имя файла с ним: запишите его в файл и укажите путь",
    "holds the certificate or the key itself, and the name of its file is needed: put it into a file, and name that",
)
PEM = "-----BEGIN "
OF_KUBERNETES = re.compile(r"\$\([A-Za-z_]\w*\)|\$\{[A-Za-z_]\w*\}")
FILES = ("ca_file", "client_cert", "client_key", "auth.token_file")
PATHS = ("ledger.url", *(f"{side}.{file}" for side in ("camunda", "bitrix") for file in FILES))
LOOKED_AT = ("camunda.worker_id", "camunda.tenant_ids", *PATHS)
"""Others may hold such characters on purpose, or are told by what they are for: an address, a number."""


def shell_words(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Faults of the values before the validation: with them two workers would have one id, or serve no tenant."""
    for path in LOOKED_AT:
        said: Any = reduce(_inner, path.split("."), values)
        text = " ".join(map(str, said)) if isinstance(said, list) else str(said or "")
        if text.startswith("postgresql"):
            continue  # its password may hold anything
        if found := OF_KUBERNETES.findall(text) or unfilled(text, evaluated=False):
            yield Problem(path, NOT_FILLED.format(found=", ".join(found)))
        elif path in PATHS and (phrase := NAME_THE_FILE if is_pem(text) else home_fault(text)):
            yield Problem(path, phrase)


def is_pem(text: str) -> bool:
    """Whether it is a certificate or a key, not the name of its file."""
    return PEM in text


def _inner(around: Any, name: str) -> Any:
    return around.get(name) if isinstance(around, dict) else None
