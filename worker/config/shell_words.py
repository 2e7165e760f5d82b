"""Finds in settings what only a shell, a container or systemd would fill in or expand: `$HOST`, `$(HOST)`, `~`.

Also certificates and keys that stand where the name of their file is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from worker.config.home_path import home_fault
from worker.config.origin import Origin
from worker.config.setting_types import holds_text
from worker.config.settings import GROUPS, parts_of
from worker.mapping.notations import unfilled
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NOT_FILLED = Phrase(
    "{found} никто не заполнит: в файле настроек пишется ${{NAME}}, в переменной окружения — само значение",
    "nobody fills {found}: in the configuration write ${{NAME}}, in a variable of the environment the value itself",
)
_ITS = "[^\\W\\d]\\w*"
A_VARIABLE = re.compile(
    rf"\$(?P<bare>{_ITS})|\$\((?P<call>{_ITS})\)|%(?P<percent>{_ITS})%|\{{\{{\s*(?P<braces>{_ITS})\s*\}}\}}"
    rf"|\$\{{(?P<open>{_ITS})\}}?",
    re.ASCII,
)
"""A whole value in a notation of shells, containers, Windows or templates, also one that is not closed."""
NAMES_ONE = Phrase(
    "называет переменную окружения {name} не так, как нужно, и берётся буквально: в файле настроек пишется "
    "${{{name}}}, в переменной окружения — само значение",
    "names the variable {name} of the environment in another notation, and is taken as it is written: in the "
    "configuration write ${{{name}}}, in a variable of the environment the value itself",
)
LIKE_ONE = Phrase(
    "похоже на имя переменной, которую никто не подставит: в файле настроек пишется ${{NAME}}, в переменной окружения "
    "— само значение. Если это и есть значение, запишите его в файл, а имя файла — в {variable}",
    "looks like the name of a variable that nobody fills: in the configuration write ${{NAME}}, in a variable of the "
    "environment the value itself. If it is the value, write it into a file, and the file's name into {variable}",
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


def not_filled(values: Mapping[str, Any], origin: Origin, environ: Mapping[str, str]) -> tuple[list[Problem], ...]:
    """Faults and warnings of whole values that look like a variable, secrets among them: they are not quoted.

    A fault if there is such a variable. A secret may look so; what a file holds, that only the value is in, does not.
    """
    faults, doubts = list[Problem](), list[Problem]()
    for group, model in GROUPS.items():
        for path, field in parts_of(model):
            dotted = ".".join((group, *path))
            said = reduce(_inner, path, values.get(group))
            found = A_VARIABLE.fullmatch(said.strip()) if isinstance(said, str) and holds_text(field) else None
            if not found or dotted in LOOKED_AT or origin.of(dotted).name.endswith("_FILE"):
                continue
            name = found[found.lastgroup or 0]
            variable = f"{dotted.replace('.', '_').upper()}_FILE"
            if environ.get(name):
                faults.append(Problem(dotted, NAMES_ONE.format(name=name)))
            elif found.lastgroup != "bare" or name.isupper():
                doubts.append(Problem(dotted, LIKE_ONE.format(variable=variable)))
    return faults, doubts


def is_pem(text: str) -> bool:
    """Whether it is a certificate or a key, not the name of its file."""
    return PEM in text


def _inner(around: Any, name: str) -> Any:
    return around.get(name) if isinstance(around, dict) else None
