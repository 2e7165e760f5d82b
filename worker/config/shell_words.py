"""Finds in settings what only a shell, a container or systemd would fill in or expand: `$HOST`, `$(HOST)`, `~`."""

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
        elif path in PATHS and (phrase := home_fault(text)):
            yield Problem(path, phrase)


def _inner(around: Any, name: str) -> Any:
    return around.get(name) if isinstance(around, dict) else None
