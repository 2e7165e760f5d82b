"""Makes the settings from file < environment < flags, or tells all their faults at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from worker.config import GROUPS, LimitSettings, Settings, TopicSettings, WaitSettings
from worker.config_faults import ConfigError, Problem, problem_of
from worker.config_sources import environment_value, file_values
from worker.faults import Language
from worker.marks import misspelt
from worker.template_values import TemplateFault
from worker.templates import Templates

TASK_FIELDS = (
    "title",
    "description",
    "responsible_id",
    "created_by",
    "deadline",
    "start_date_plan",
    "end_date_plan",
    "priority",
    "group_id",
    "auditors",
    "accomplices",
    "tags",
    "parent_id",
)
RESERVED = ("XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK", "UF_PROCESS_INSTANCE_ID", "UF_ELEMENT_ID")
FOREIGN_NAMES = frozenset({"BITRIX_CONTRACT_WEBHOOK_URL"})
"""Names with one of our prefixes that are not settings of the worker."""
OWN_PREFIXES = ("CAMUNDA_", "BITRIX_")
"""Nobody else's names begin so: what is roughly like a setting was meant for one."""
SHARED_PREFIXES = ("HTTP_", "LOG_", "SYNC_")
"""Short, and other programs' too: HTTPS_PORT is no misspelt HTTP_PORT."""


def load(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. `path` None: no file. `overrides` by dotted path. Raises `ConfigError` with all faults."""
    problems: list[Problem] = []
    values = file_values(path, environ, problems) if path else {}
    for group in GROUPS:
        values.setdefault(group, {})
    for names in _settings():
        dotted = ".".join(names)
        said = (overrides or {}).get(dotted) or environment_value(_name(*names), dotted, environ, problems)
        if said is not None:
            _put(values, names, said)
    if values.get("topics") is None:
        values.pop("topics", None)
    settings = _validated(values, problems)
    problems += _template_faults(values.get("topics"))
    if settings:
        problems += _contradictions(settings)
    if problems or settings is None:
        raise ConfigError(problems, _language(values))
    return settings.with_warnings((*_warnings(settings), *_typos(environ)))


def _settings() -> Iterator[tuple[str, ...]]:
    """The path of each setting that a variable or a flag may give; a whole before its parts."""
    for group, model in GROUPS.items():
        for name, field in model.model_fields.items():
            yield group, name
            if field.annotation is LimitSettings:
                yield from ((group, name, part) for part in LimitSettings.model_fields)


def _put(values: dict[str, Any], names: Sequence[str], said: str) -> None:
    *groups, name = names
    for group in groups:
        inner = values.setdefault(group, {})
        if isinstance(inner, str):  # `limits: cloud`
            inner = values[group] = {"preset": inner}
        if not isinstance(inner, dict):
            return  # a fault, which the validation tells
        values = inner
    values[name] = said


def _name(*names: str) -> str:
    return "_".join(names).upper()


def _language(values: Mapping[str, Any]) -> Language:
    log = values.get("log")
    return "en" if isinstance(log, dict) and str(log.get("language", "")).lower() == "en" else "ru"


def _validated(values: Mapping[str, Any], problems: list[Problem]) -> Settings | None:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        told = {problem.path for problem in problems}
        found = [problem_of(fault, _hint(fault)) for fault in faults]
        problems.extend(problem for problem in found if problem.path not in told)
        return None


def _hint(fault: Mapping[str, Any]) -> str:
    """Which name was meant, or which variable sets what is missing."""
    *parents, last = [str(part) for part in fault["loc"]]
    group = parents[0] if parents else ""
    if fault["type"] == "missing" and group in GROUPS:
        return f" → {_name(group, last)}"
    if fault["type"] == "extra_forbidden":
        known = _known_names(parents)
        close = difflib.get_close_matches(last, known, 1)
        return f" → {close[0]}?" if close else f" ({', '.join(known)})"
    return ""


def _known_names(parents: list[str]) -> list[str]:
    if not parents:
        return list(Settings.model_fields)
    if parents[0] == "topics":
        return list((WaitSettings if parents[2:] == ["wait"] else TopicSettings).model_fields)
    model = LimitSettings if parents == ["bitrix", "limits"] else GROUPS.get(parents[0])
    return list(model.model_fields) if model else []


def _contradictions(settings: Settings) -> Iterator[Problem]:
    least = 2 * settings.hold_seconds
    locks = {"camunda": settings.camunda.lock_seconds} | {
        f"topics.{name}": topic.lock_seconds for name, topic in settings.topics.items() if topic.lock_seconds
    }
    for path, seconds in locks.items():
        if seconds <= least:
            sum_ = "2 × (bitrix.server_max_seconds + bitrix.margin_seconds)"
            yield Problem(
                f"{path}.lock_seconds",
                f"{seconds:g} must exceed {sum_} = {least:g}: raise it, or lower those two",
                f"{seconds:g} должно быть больше {sum_} = {least:g}: увеличьте его или уменьшите те два",
            )


def _template_faults(topics: Any) -> Iterator[Problem]:
    """Looked at before anything is known to be well-formed, so that all faults are told at once."""
    templates = Templates()
    for topic, about in topics.items() if isinstance(topics, dict) else ():
        parts = {part: inner for part in ("task", "result") if isinstance(inner := _get(about, part), dict)}
        for name in map(str, parts.get("task", ())):
            if name.upper() in RESERVED:
                yield Problem(f"topics.{topic}.task.{name}", "is filled by the worker itself", "заполняет сам воркер")
            elif meant := misspelt(name):
                yield Problem(
                    f"topics.{topic}.task.{name}", f"is no task field → {meant}?", f"нет такого поля → {meant}?"
                )
            elif name not in TASK_FIELDS and not name.upper().startswith("UF_"):
                close = difflib.get_close_matches(name, TASK_FIELDS, 1)
                hint = f" → {close[0]}?" if close else f": {', '.join(TASK_FIELDS)}, UF_*"
                yield Problem(f"topics.{topic}.task.{name}", f"is no task field{hint}", f"такого поля задачи нет{hint}")
        if isinstance(variable := _get(_get(about, "wait"), "answer_variable"), str):
            parts["wait"] = {"answer_variable": variable}
        for part, inner in parts.items():
            for name, template in inner.items():
                for text in template if isinstance(template, list) else [template]:
                    yield from _syntax(templates, f"topics.{topic}.{part}.{name}", text)


def _get(about: Any, part: str) -> Any:
    return about.get(part) if isinstance(about, dict) else None


def _syntax(templates: Templates, path: str, template: Any) -> Iterator[Problem]:
    if isinstance(template, dict):
        yield Problem(path, "must be a text, a number or a list", "нужен текст, число или список")
    elif isinstance(template, str):
        try:
            templates.compile(template)
        except TemplateFault as fault:
            yield Problem(path, f"is not a Jinja2 template: {fault.detail}", f"не шаблон Jinja2: {fault.detail}")


def _warnings(settings: Settings) -> Iterator[Problem]:
    if settings.bitrix.request_timeout < settings.bitrix.server_max_seconds:
        yield Problem(
            "bitrix.request_timeout",
            "is below bitrix.server_max_seconds: safe, but every slower create has to be waited out and looked up",
            "меньше bitrix.server_max_seconds: безопасно, но каждое долгое создание придётся пережидать и искать",
        )
    if not settings.first_within_seconds:
        hold = f"bitrix.server_max_seconds + bitrix.margin_seconds = {settings.hold_seconds:g}"
        yield Problem(
            "camunda.clock_skew_seconds",
            f"is not below {hold}: safe, but every task is looked up before it is made; lower it, or raise those two",
            f"не меньше {hold}: безопасно, но каждая задача сначала ищется; уменьшите его или увеличьте те два",
        )
    if not settings.camunda.base_url.endswith("/engine-rest"):
        yield Problem("camunda.base_url", "usually ends in /engine-rest", "обычно оканчивается на /engine-rest")


def _typos(environ: Mapping[str, str]) -> Iterator[Problem]:
    """Variables that nobody reads, and that are so like one of ours that it was probably meant."""
    known = {_name(*names) for names in _settings()}
    for name in sorted(environ):
        bare = name.removesuffix("_FILE")
        if not {name, bare} & (known | FOREIGN_NAMES) and (meant := _meant(bare, known)):
            yield Problem(name, f"is not a setting: {meant}?", f"такой настройки нет: {meant}?")


def _meant(name: str, known: Iterable[str]) -> str | None:
    """The setting that a misspelt variable was for; None where it may as well be another program's."""
    if name.partition("_")[0].lower() not in GROUPS:
        known = [one for one in known if not one.startswith(SHARED_PREFIXES)]
    close = difflib.get_close_matches(name, known, 1, cutoff=0.8 if name.startswith(OWN_PREFIXES) else 0.9)
    return close[0] if close else None
