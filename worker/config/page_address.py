"""Settings for a command that only asks the running worker: the address of its status page, and its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from worker.config.environment import Environment
from worker.config.loading import STAND_INS, source_of
from worker.config.nesting import set_in
from worker.config.origin import Origin, in_file
from worker.config.settings import HttpSettings, LedgerSettings, Settings
from worker.config.sources import environment_value, said_in
from worker.words.config_faults import ConfigError, Problem, problem_of
from worker.words.phrase import Language


def settings_of_page(path: Path | None, environ: Mapping[str, str], language: Language) -> Settings:
    """`http` and `ledger.url` as configured; all other settings are defaults or `STAND_INS`. `path` None: no file.

    Raises `ConfigError` if the file cannot be read, or for faults of `http`. Other faults do not matter: they stop the
    start of a worker, and a running one had none.
    """
    problems, environ = list[Problem](), Environment(environ)
    values, lines, _ = said_in(path, environ, problems)
    said: Any = values.get("http") or {}
    sources = dict(in_file(path, set_in(values), lines)) if path else {}
    for name in HttpSettings.model_fields:
        value = environment_value(f"HTTP_{name.upper()}", f"http.{name}", environ, problems)
        if value is not None and isinstance(said, dict):
            said = {**said, name: value}
            sources[f"http.{name}"] = source_of(f"http.{name}", environ, {})
    origin = Origin(path, sources, lines)
    problems = [one for one in problems if not one.path or one.path.partition(".")[0] == "http"]
    required: dict[str, dict[str, str]] = {}
    for dotted, stand_in in STAND_INS.items():
        group, _, name = dotted.partition(".")
        required.setdefault(group, {})[name] = stand_in
    try:
        settings = Settings.model_validate({**required, "http": said, "log": {"language": language}})
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        problems += map(problem_of, faults)
    if problems:
        raise ConfigError([origin.located(one, environ) for one in problems], language)
    return settings.model_copy(update={"ledger": LedgerSettings.model_construct(url=_ledger_url(values, environ))})


def _ledger_url(values: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """As it is written, with faults: it is only compared."""
    group = values.get("ledger")
    said = environment_value("LEDGER_URL", "ledger.url", environ, []) or (isinstance(group, dict) and group.get("url"))
    return str(said or LedgerSettings().url)
