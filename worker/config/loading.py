"""Creates the settings from file < environment < flags, or reports all their faults at once."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from worker.config.contradictions import contradictions, doubtful
from worker.config.environment import Environment
from worker.config.given import given
from worker.config.misspelt import misspelt
from worker.config.nesting import known_names, set_in, take_dotted
from worker.config.old_environment import traps
from worker.config.open_files import open_files
from worker.config.origin import NOWHERE, Origin, Source, SourceKind, in_file
from worker.config.own_files import awaited_files, files_of_database, wrong_files
from worker.config.place import file_doubts, language_said, locale_variable, where_unread, zone_doubts, zone_faults
from worker.config.proxies import take_from_environment, unused
from worker.config.settings import GROUPS, Settings, parts_of
from worker.config.sources import BOTH_SET, environment_value, said_in
from worker.config.templates import template_faults
from worker.config.texts import of_texts
from worker.config.tls import tls_doubts, tls_faults
from worker.words.config_faults import AT_THE_TOP, ConfigError, Problem, problem_of
from worker.words.phrase import NOTHING, Language, Phrase, joined, unchanged

STAND_INS = {
    "camunda.base_url": "http://localhost/engine-rest",
    "bitrix.webhook_url": "https://localhost/rest/1/stand-in/",
}
"""Values in place of a required setting that cannot be read, so that the others can still be checked."""
ONLY_FOR_SIDES = re.compile(
    r"camunda\.(base_url|auth.*)|bitrix\.webhook_url|(camunda|bitrix)\.(proxy|ca_file|client_cert|client_key)"
    r"|waiting\.application_token"
)
"""Settings that a command needs only to reach engine or portal, or to be reached."""
SET_IT = Phrase(": задайте {name}", ": set {name}")
OLD_NAMES = {"CAMUNDA_TENANT_IDS": "CAMUNDA_TENANT_ID"}
"""Our name of a setting, and its name in the installation that we replace."""


def load(
    path: Path | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, str] | None = None,
    language: Language = "ru",
    *,
    sides: bool = True,
) -> Settings:
    """Read the settings. `path` None: no file. `overrides`: by dotted path. Raises `ConfigError` with all faults.

    `language`: in place of a `log.language` that is not set or invalid. `sides` False: for a command that calls neither
    engine nor portal; if their addresses are not set, `Settings.engine` and `Settings.portal` are None.
    """
    problems, environ = list[Problem](), Environment(environ)
    values, origin = _said(path, environ, overrides or {}, problems)
    aside = _set_aside(problems, values) if not sides else []
    is_unread = any(not one.path for one in problems)  # what the file may set is not missing
    problems += _two_presets(origin.sources, environ)
    missing = _stand_in(values) if is_unread or not sides else frozenset()
    implied = _of_locale(values["log"], language, environ) | take_from_environment(values, environ, problems)
    origin = replace(origin, missing=missing, sources={**origin.sources, **implied})
    problems += zone_faults(environ)
    unusable = frozenset(problem.path for problem in (*problems, *aside))
    settings, unread = _validated(values, problems)
    unread |= unusable
    problems += template_faults(values.get("topics"))
    odd, doubted = of_texts(values, origin, environ, {problem.path for problem in problems})
    problems, unread = [*problems, *odd], unread | {one.path for one in odd}
    warnings = [*doubted, *_of_comments(origin)]
    if settings:
        problems += [one for one in _faults(settings, unread) if one.path not in unread]
        aside += _set_aside(problems, {}) if not sides else []
        faulty = unread | {problem.path for problem in problems}
        warnings = [*_doubts(settings, origin, environ, faulty), *warnings]
    warnings += (*file_doubts(path), *_of_variables(environ))
    problems, warnings, aside = ([origin.located(one, environ) for one in all_] for all_ in (problems, warnings, aside))
    if problems or settings is None:
        raise ConfigError(problems, language_said(values) or language, warnings, origin.told)
    return settings.read_from(replace(origin, unread=tuple(aside)), tuple(warnings))


A_COMMENT = Phrase(
    "{rest} YAML принимает за комментарий и отбрасывает: возьмите весь текст в кавычки",
    "YAML takes {rest} for a comment and drops it: write the whole text in quotes",
)


def _of_comments(origin: Origin) -> Iterator[Problem]:
    """Warnings about the file, whatever the settings say."""
    yield from (Problem(path, A_COMMENT.format(rest=rest), in_file=True) for path, rest in origin.cut.items())


def _of_variables(environ: Environment) -> Iterator[Problem]:
    """Warnings about variables, whatever the settings say. Last of all: what is wrong with those that were read."""
    yield from (*zone_doubts(environ), *traps(environ))
    yield from misspelt(environ, _variables() | set(OLD_NAMES.values()))
    yield from environ.doubts()


def _said(
    path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, str], problems: list[Problem]
) -> tuple[dict[str, Any], Origin]:
    """The values as file, environment and flags set them, and where each is set. Adds faults to `problems`."""
    values, lines, cut = said_in(path, environ, problems)
    problems += take_dotted(values)
    sources = dict(in_file(path, set_in(values), lines)) if path else {}
    for group in GROUPS:
        if values.get(group) is None:
            values[group] = {}
    for names in _settings():
        dotted = ".".join(names)
        known = len(problems)
        said = overrides.get(dotted)
        if said is None:
            said = _from_environment(_name(*names), dotted, environ, problems)
        if said is not None and not _put(values, names, said):
            continue
        if said is not None or len(problems) > known:
            sources = {one: source for one, source in sources.items() if not one.startswith(f"{dotted}.")}
            sources[dotted] = source_of(dotted, environ, overrides)
    for group, name in (path.split(".") for path in STAND_INS):  # a setting without a value, as one in a comment
        if isinstance(values[group], dict) and values[group].get(name, "") is None:
            del values[group][name]
    return values, Origin(path, sources, lines, cut=cut)


def _of_locale(log: Any, language: Language, environ: Mapping[str, str]) -> dict[str, Source]:
    """Set the language where nothing does; returns its source by path, if that is the locale."""
    if not isinstance(log, dict) or "language" in log:
        return {}
    log["language"], name = language, locale_variable(environ)
    return {"log.language": Source(SourceKind.DERIVED, name)} if name else {}


def _set_aside(problems: list[Problem], values: dict[str, Any]) -> list[Problem]:
    """Take out the faults of files that are needed only to reach engine or portal, and the values of their settings."""
    aside = [one for one in problems if one.of_file and ONLY_FOR_SIDES.fullmatch(one.path)]
    problems[:] = [one for one in problems if one not in aside]
    for one in aside:
        _drop(values, one.path.split("."))
    return aside


def source_of(dotted: str, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Source:
    """Of a setting that a flag or a variable sets."""
    if dotted in overrides:
        return Source(SourceKind.FLAG, f"--{dotted.replace('.', '-')}")
    name = _name(*dotted.split("."))
    names = [said + ending for said in (name, OLD_NAMES.get(name)) if said for ending in ("", "_FILE")]
    return Source(SourceKind.ENVIRONMENT, next((one for one in names if environ.get(one)), name))


def _two_presets(sources: Mapping[str, Source], environ: Mapping[str, str]) -> Iterator[Problem]:
    """`BITRIX_LIMITS` takes a preset too: the other would win without a word."""
    one, other = (sources.get(path, NOWHERE) for path in ("bitrix.limits", "bitrix.limits.preset"))
    if one.kind is other.kind is SourceKind.ENVIRONMENT and environ[one.name] != environ[other.name]:
        yield Problem("bitrix.limits.preset", BOTH_SET.format(one=one.name, other=other.name))


def _stand_in(values: dict[str, Any]) -> frozenset[str]:
    """Put `STAND_INS` where nothing is said; returns their paths."""
    missing = set()
    for path, value in STAND_INS.items():
        group, name = path.split(".")
        said = values[group]
        if isinstance(said, dict) and said.get(name) is None:
            said[name] = value
            missing.add(path)
    return frozenset(missing)


def _from_environment(name: str, dotted: str, environ: Mapping[str, str], problems: list[Problem]) -> str | None:
    said = environment_value(name, dotted, environ, problems, taken=_variables())
    old_name = OLD_NAMES.get(name)
    old = environment_value(old_name, dotted, environ, problems) if old_name else None
    if said and old and said.strip() != old.strip():
        problems.append(Problem(dotted, BOTH_SET.format(one=name, other=old_name)))
    return said or old


def _settings() -> Iterator[tuple[str, ...]]:
    """The path of each setting that a variable or a flag can set; `limits` comes before its parts."""
    for group, model in GROUPS.items():
        yield from ((group, *path) for path, _ in parts_of(model))


@cache
def _variables() -> frozenset[str]:
    return frozenset(_name(*names) for names in _settings())


def _put(values: dict[str, Any], names: Sequence[str], said: str) -> bool:
    """Set one value; False if a group around it is no group, which the validation reports."""
    *groups, name = names
    for group in groups:
        if values.get(group) is None:
            values[group] = {}
        inner = values[group]
        if isinstance(inner, str) and group == "limits":  # `limits: cloud`
            inner = values[group] = {"preset": inner}
        if not isinstance(inner, dict):
            return False
        values = inner
    values[name] = said
    return True


def _name(*names: str) -> str:
    return "_".join(names).upper()


def _validated(values: Mapping[str, Any], problems: list[Problem]) -> tuple[Settings | None, frozenset[str]]:
    """The settings (None: unusable), and the paths that could not be read. Adds faults to `problems`."""
    try:
        return Settings.model_validate(values), frozenset()
    except ValidationError as error:
        faults = error.errors(include_url=False)
    faulty = {problem.path for problem in problems}
    found = dict.fromkeys(problem_of(fault, _hint(fault, values)) for fault in faults)
    problems.extend(problem for problem in found if problem.path not in faulty)
    return _what_is_left(values, [fault["loc"] for fault in faults])


def _what_is_left(
    values: Mapping[str, Any], places: Iterable[Sequence[int | str]]
) -> tuple[Settings | None, frozenset[str]]:
    """The settings with defaults or `STAND_INS` in place of those that cannot be read, and the paths of these."""
    left = copy.deepcopy(dict(values))
    unread = set(STAND_INS)
    for place in places:
        _drop(left, place)
        unread |= {".".join(map(str, place[:length])) for length in range(1, len(place) + 1)}
        if len(place) == 1 and place[0] in GROUPS:
            unread |= {f"{place[0]}.{name}" for name in GROUPS[str(place[0])].model_fields}
    for path, value in STAND_INS.items():
        group, name = path.split(".")
        if left.setdefault(group, {}).setdefault(name, value) is not value:
            unread.discard(path)
    try:
        return Settings.model_validate(left), frozenset(unread)
    except ValidationError:  # the rest is not valid either: a person must fix it first
        return None, frozenset(unread)


def _drop(values: dict[str, Any], place: Sequence[int | str]) -> None:
    *groups, name = place
    for group in groups:
        inner = values.get(str(group))
        if not isinstance(inner, dict):
            values.pop(str(group), None)  # the fault is inside a list, or in a text such as `limits: cloud`
            return
        values = inner
    values.pop(str(name), None)


def _hint(fault: Mapping[str, Any], values: Mapping[str, Any]) -> Phrase:
    """The name that was probably meant, the variable that sets what is missing, or the value that is at fault."""
    *parents, last = [str(part) for part in fault["loc"]]
    group = parents[0] if parents else ""
    if fault["type"] == "missing" and group in GROUPS:
        name = _name(*parents, last)
        return joined("", [SET_IT.format(name=name), where_unread(name, Path())])
    if fault["type"] == "extra_forbidden":
        known = known_names(parents)
        if parents and last in known_names(()):
            return AT_THE_TOP.format(name=last)
        close = difflib.get_close_matches(last, known, 1, cutoff=0.7) or _around(last, known) or _elsewhere(last)
        return unchanged(f" → {', '.join(close)}?" if close else f" ({', '.join(known)})")
    return NOTHING if fault["type"] == "missing" else given(".".join((*parents, last)), fault["input"], values)


def _around(name: str, known: Iterable[str]) -> list[str]:
    """The names of the group with this word in them: `base_url` of `url`."""
    return [one for one in known if name in one.split("_")]


def _elsewhere(name: str) -> list[str]:
    """The settings of this name in any group, or of this variable."""
    return [".".join(names) for names in _settings() if names[-1] == name or _name(*names) == name]


def _faults(settings: Settings, unread: frozenset[str]) -> Iterator[Problem]:
    yield from (*contradictions(settings, unread), *tls_faults(settings), *wrong_files(settings))


def _doubts(
    settings: Settings, origin: Origin, environ: Mapping[str, str], unread: frozenset[str]
) -> Iterator[Problem]:
    """Warnings of what is probably not meant, or not there yet; none of what has a fault itself."""
    found = (*doubtful(settings, unread), *tls_doubts(settings), *awaited_files(settings))
    others = (
        *files_of_database(settings.ledger.url),
        *open_files(origin, settings, environ),
        *_proxies(settings, environ),
    )
    yield from (one for one in (*found, *others) if one.path not in unread)


def _proxies(settings: Settings, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Warnings about proxies that the environment names but the settings do not use."""
    addresses = {
        "camunda": (settings.camunda.proxy, settings.camunda.base_url),
        "bitrix": (settings.bitrix.proxy, settings.bitrix.webhook_url.portal),
    }
    return unused({side: address for side, (proxy, address) in addresses.items() if not proxy}, environ)
