"""Finds texts and numbers in the configuration that probably differ from what was meant.

An env file passes on quotes and line breaks as parts of the value. YAML reads `yes` as a boolean, which counts as 1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from worker.config.origin import Origin
from worker.config.setting_types import TOO_LONG, holds_text
from worker.config.settings import GROUPS, TopicSettings
from worker.config.shell_words import PATHS, is_pem, not_filled, shell_words
from worker.mapping.outcomes import LONGEST_NAME
from worker.words.config_faults import BLANK_AT_END, Problem
from worker.words.phrase import NOTHING, Phrase

QUOTES = "\"'"
NO_NAME = Phrase("у одного пустое имя", "one has an empty name")
BROKEN = Phrase("внутри перевод строки или табуляция: уберите", "has a line break or a tab inside: remove it")
UNSEEN = ("Cc", "Cf")
"""The Unicode categories of control characters, and of others that nobody sees, such as a zero-width space."""
NAMES = ("worker_id", "tenant_ids")
BLANKS = ("Zs", "Zl", "Zp")
BREAKS = "\t\n\r"
ORDINARY = f" {BREAKS}"
OTHERWISE = re.compile(r"[-+]?(?=0\d|\d+_)[\d_]+(\.\d*)?")
"""A number that one reader takes for another, or for none: the configuration file refuses the same without quotes."""
PLAINLY = Phrase(
    "{text}: напишите число без нулей впереди и без _", "{text}: write the number without zeros before it and without _"
)
MAY_BE_ODD = ("camunda.auth_password", "camunda.auth.oauth2.client_secret", "waiting.application_token")
"""These secrets may hold anything on purpose: an odd value is only a warning."""


def of_texts(
    values: Mapping[str, Any], origin: Origin, environ: Mapping[str, str], known: Collection[str]
) -> tuple[list[Problem], list[Problem]]:
    """Faults and warnings of the values before the validation; of the `known` paths there are faults already."""
    unfilled, doubted = not_filled(values, origin, environ)
    odd = (*odd_settings(values), *shell_words(values), *unfilled)
    return [one for one in odd if one.path not in known], [
        *(one for one in doubted if one.path not in known),
        *odd_secrets(values),
    ]


def odd_settings(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Faults of the values before the validation. Skips values of a wrong type, which the validation reports."""
    yield from (problem for path, problem in _odd(values) if path not in MAY_BE_ODD)


def odd_secrets(values: Mapping[str, Any]) -> Iterator[Problem]:
    """The same check for `MAY_BE_ODD`, as warnings. They do not quote the secrets."""
    yield from (problem for path, problem in _odd(values) if path in MAY_BE_ODD)


def _odd(values: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    tenants = _at(values, "camunda").get("tenant_ids")
    for one in tenants if isinstance(tenants, list) else ():
        yield from _looked_at("camunda.tenant_ids", str(one).strip(), quoted(one), is_name=True)
    for group, model in GROUPS.items():
        yield from _of_model(group, values.get(group), model)
    topics = values.get("topics")
    for name, about in topics.items() if isinstance(topics, dict) else ():
        if name == "":
            yield "topics", Problem("topics", NO_NAME)
        yield from _measured(f"topics.{name}", name)
        yield from _looked_at("topics", str(name).strip(), quoted(name), is_name=True)
        yield from _of_model(f"topics.{name}", about, TopicSettings)
        for part in ("result", "wait.answers"):
            for key, value in _at(about, part).items():
                yield from _looked_at(f"topics.{name}.{part}", key, quoted(key), is_name=part == "result")
                if part == "result":
                    yield from _measured(f"topics.{name}.{part}.{key}", key)
                if key == "":
                    yield f"topics.{name}.{part}", Problem(f"topics.{name}.{part}", NO_NAME)
                if part == "wait.answers":
                    yield from _looked_at(f"topics.{name}.{part}.{key}", value)


def _measured(path: str, name: Any) -> Iterator[tuple[str, Problem]]:
    """A name that a column of the engine does not hold."""
    if len(str(name)) > LONGEST_NAME:
        yield path, Problem(path, TOO_LONG.format(count=len(str(name)), most=LONGEST_NAME))


def quoted(name: object) -> Phrase:
    return Phrase(f"«{name}» ", f"“{name}” ")


def _at(about: Any, path: str) -> Mapping[str, Any]:
    for name in path.split("."):
        about = about.get(name) if isinstance(about, dict) else None
    return about if isinstance(about, dict) else {}


def _of_model(path: str, values: Any, model: Any) -> Iterator[tuple[str, Problem]]:
    for name, field in model.model_fields.items() if isinstance(values, dict) else ():
        value, kind = values.get(name), str(field.annotation)
        if isinstance(value, dict) and hasattr(field.annotation, "model_fields"):
            yield from _of_model(f"{path}.{name}", value, field.annotation)
        elif isinstance(value, str) and holds_text(field) and not (is_pem(value) and f"{path}.{name}" in PATHS):
            yield from _looked_at(f"{path}.{name}", value, is_name=name in NAMES)
            if any(one in BREAKS for one in value.strip()):
                yield f"{path}.{name}", Problem(f"{path}.{name}", BROKEN)
        elif isinstance(value, str) and _is_number(kind) and OTHERWISE.fullmatch(value.strip()):
            yield f"{path}.{name}", Problem(f"{path}.{name}", PLAINLY.format(text=value.strip()))
        elif isinstance(value, bool) and _is_number(kind):
            phrase = Phrase("это да или нет, а нужно число", "is yes or no, and a number is needed")
            yield f"{path}.{name}", Problem(f"{path}.{name}", phrase)


def _is_number(kind: str) -> bool:
    return "bool" not in kind and ("int" in kind or "float" in kind)


def _looked_at(path: str, text: Any, what: Phrase = NOTHING, *, is_name: bool = False) -> Iterator[tuple[str, Problem]]:
    """`is_name`: others write it too, and write an ordinary blank where a text may have one that does not break."""
    if not isinstance(text, str):
        return
    kinds = (*UNSEEN, *BLANKS) if is_name else UNSEEN
    odd = {one for one in text if one not in ORDINARY and unicodedata.category(one) in kinds}
    unseen = sorted(f"U+{ord(one):04X}" for one in odd)
    if text != text.strip():
        phrase = BLANK_AT_END
    elif len(text) > 1 and text[0] == text[-1] and text[0] in QUOTES:
        phrase = Phrase("в кавычках, и они часть значения: уберите их", "is in quotes that are part of it: remove them")
    elif unseen:
        codes = ", ".join(unseen)
        phrase = Phrase(
            f"с символом, который не виден или только похож на пробел ({codes}): уберите его или замените",
            f"holds a character that nobody sees or that only looks like a blank ({codes}): remove or replace it",
        )
    else:
        return
    yield path, Problem(path, Phrase(what.ru + phrase.ru, what.en + phrase.en))
