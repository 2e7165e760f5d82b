"""The steps that need a person's decision, for `status`: from the running worker, otherwise from the engine itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from operator import itemgetter
from typing import Any

from worker.commands.explain.sides import engine_unasked
from worker.commands.named_rows import name_of, since_of
from worker.commands.running.state import incidents_of
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import LedgerError
from worker.ledger.seen import SeenTask
from worker.monitoring.alike import spread
from worker.monitoring.hanging import HangingReader
from worker.monitoring.headline import Told
from worker.monitoring.incident_reader import IncidentReader
from worker.monitoring.incidents import Incidents
from worker.monitoring.ledger_look import Numbers
from worker.monitoring.page_incidents import as_data, more_of
from worker.monitoring.page_model import AT_ONCE
from worker.steps.bpmn.definition import DefinitionFault, Step, steps_in
from worker.steps.definitions import name_in_a_line
from worker.words.causes import with_cure
from worker.words.explain_instances import HANGS_CURE
from worker.words.incident_words import (
    DISMISSED_CURE,
    ELSEWHERE_CURE,
    IN_CONTROL_CURE,
    MISSPELT_CURE,
    STUCK_CURE,
    SUSPENDED_CURE,
    TAKEN_CURE,
    WORDS,
    missing_said,
)
from worker.words.phrase import Language, Phrase, table_in
from worker.words.printable import LONGEST_REASON, one_line

MOST_MODELS = 20
MODEL_SECONDS = 4.0
SHOWN = 50
"""As many as a person reads; `status --json` has more."""
MET: Mapping[str, Phrase] = {
    "hangs": HANGS_CURE,
    "suspended": SUSPENDED_CURE,
    "dismissed": DISMISSED_CURE,
    "taken": TAKEN_CURE,
    "elsewhere": ELSEWHERE_CURE,
    "in_control": IN_CONTROL_CURE,
    "misspelt": MISSPELT_CURE,
}
"""What is neither a step without retries nor an incident of the engine's own, and what to do."""
NOTED = ("suspended", "dismissed", "in_control")
"""Those of them that a worker notes in the ledger."""
NO_STUCK: Mapping[str, Any] = {"count": 0, "shown": [], "groups": []}
NOT_KNOWN: Mapping[str, Any] = {
    "count": None,
    "asked": True,
    "unknown_since": None,
    "topics": {},
    "shown": [],
    "groups": [],
    "unread": 0,
    "stuck": {**NO_STUCK, "count": None},
    "hangs": NO_STUCK,
    "suspended": NO_STUCK,
    "dismissed": NO_STUCK,
    "taken": NO_STUCK,
    "elsewhere": NO_STUCK,
    "in_control": NO_STUCK,
    "misspelt": {**NO_STUCK, "count": None, "unread": 0},
    "missing": {"count": 0, "tasks": []},
    "creates": {},
    "reason": None,
}


def read_incidents(
    settings: Settings, numbers: Numbers, *, runs: bool = True, noted: Callable[[], Incidents] = Incidents
) -> dict[str, Any]:
    """As `/incidents` returns them: as the running worker knows them, otherwise as engine and ledger tell them.

    `runs` False: the worker is known to give no answer, and is not asked. `noted`: what a worker has met and noted.
    """
    found = incidents_of(settings) if runs else None
    if found is not None:
        return found
    met = as_data(noted(), settings.log.language)
    return {**_told_by_the_engine(settings, numbers), **{name: met[name] for name in NOTED}}


def _told_by_the_engine(settings: Settings, numbers: Numbers) -> dict[str, Any]:
    language = settings.log.language
    if unasked := engine_unasked(settings):
        return {**NOT_KNOWN, "reason": unasked.in_(language)}
    with closing(Engine(settings.camunda, "status", {}, connections=1)) as engine:
        cockpit, names = settings.camunda.cockpit_url, _Names(engine)
        try:
            hanging = HangingReader(engine, numbers)
            reader = IncidentReader(engine, settings.topics, numbers, names.of, cockpit=cockpit, hanging=hanging)
            return as_data(reader.read(), language)
        except EngineError as error:
            return {**NOT_KNOWN, "reason": with_cure(error).in_(language)}


class NoNumbers:
    """In place of a ledger that cannot be read: the engine tells the incidents, but not which processes are ours."""

    def portal_tasks(self, _: Sequence[str]) -> dict[str, int]:
        """None is known."""
        return {}

    def of_instances(self, _: Sequence[str]) -> dict[str, SeenTask]:
        """Raises `LedgerError`; why the ledger cannot be read is told elsewhere."""
        raise LedgerError("ledger_unread")


class _Names:
    """The names of steps, each model read once; none where the engine refuses it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._models: dict[str, Mapping[str, Step]] = {}

    def of(self, definition_id: str, activity_id: str) -> str | None:
        if definition_id not in self._models and len(self._models) < MOST_MODELS:
            self._models[definition_id] = self._read(definition_id)
        step = self._models.get(definition_id, {}).get(activity_id)
        return name_in_a_line(step) if step else None

    def _read(self, definition_id: str) -> Mapping[str, Step]:
        try:
            return steps_in(self._engine.definition_xml(definition_id, timeout=MODEL_SECONDS))
        except (EngineError, DefinitionFault):
            return {}


def told_of(found: Mapping[str, Any]) -> Told:
    """Whether all is known that needs a person's decision."""
    if not found["asked"]:
        return "not_asked"
    return "unknown" if None in (found["count"], found["stuck"]["count"]) else "known"


def counts_of(found: Mapping[str, Any]) -> dict[str, int]:
    """How many need a person, as far as is known, by the names of the headline."""
    return {
        "incidents": sum(found["topics"].values()),
        "stuck": found["stuck"]["count"] or len(found["stuck"]["shown"]),
        "hangs": found["hangs"]["count"],
        "suspended": found["suspended"]["count"],
        "dismissed": found["dismissed"]["count"],
        "taken": found["taken"]["count"],
        "misspelt": found["misspelt"]["count"] or 0,
    }


def listed(found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """All that are shown, whatever their kind."""
    return [*found["shown"], *(row for name in ("stuck", *MET) for row in found[name]["shown"])]


def lines_of(found: Mapping[str, Any], language: Language) -> Iterator[str]:
    """The same for a terminal: each with its reason; first, if so, that nobody knows how many there are."""
    words, stuck = table_in(language, WORDS), found["stuck"]
    if found["count"] is None and found["asked"]:
        since = found["unknown_since"]
        yield (
            words["unknown"].format(since=since_of(since, language), why=found["reason"])
            if since
            else words["not_asked"].format(reason=found["reason"])
        )
    yield from _rows("row", found, words, language)
    if found["shown"]:
        yield words["cure"]
    if found["count"] is not None and stuck["count"] is None:
        yield words["stuck_unknown"].format(why=found["reason"])
    yield from _rows("stuck_row", stuck, words, language)
    if stuck["shown"]:
        yield STUCK_CURE.in_(language)
    for name, cure in MET.items():
        yield from _rows(f"{name}_row", found[name], words, language)
        if found[name]["shown"]:
            yield cure.in_(language)
    if missing := found["missing"]["tasks"]:
        yield missing_said(missing, found["missing"]["count"]).in_(language)


def callers_unknown(found: Mapping[str, Any]) -> Iterator[str]:
    """What the engine was not asked yet, or does not tell: it may be nobody's trouble here."""
    if said := found["stuck"].get("callers_unknown"):
        yield str(said)


def _rows(name: str, found: Mapping[str, Any], words: Mapping[str, str], language: Language) -> Iterator[str]:
    """By reason: one for each before a second for any, at most `SHOWN` of all."""
    some, told = spread(found["shown"], itemgetter("group"), SHOWN), 0
    for number, group in enumerate(found["groups"]):
        if not (rows := [row for row in some if row["group"] == number]):
            continue
        told += group["count"]
        if group["count"] == 1:
            yield _line(words[name], rows[0], words, language)
        else:
            yield from _alike(name, group, rows[:AT_ONCE], words, language)
    others = sum(group["count"] for group in found["groups"]) - told
    if more := more_of(others, found.get("unread", 0), words):
        yield more


def _alike(
    name: str, group: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], words: Mapping[str, str], language: Language
) -> Iterator[str]:
    """What several have in common, and some of them: each with its own reason only if that says more."""
    yield words[f"{name}s"].format(count=group["count"], reason=_reason(group, words))
    for row in rows:
        own = row if row["reason"] == group["reason"] else {**row, "own": f": {_reason(row, words)}"}
        yield _line(words["one_of"], own, words, language)
    if left := group["count"] - len(rows):
        yield words["more_listed"].format(count=left)


def _line(row: str, one: Mapping[str, Any], words: Mapping[str, str], language: Language) -> str:
    return row.format(
        since=since_of(one["since"], language) if one["since"] else words["no_time"],
        facts=name_of(one, language),
        reason=_reason(one, words),
        own=one.get("own", ""),
        link=f" {one['cockpit']}" if one["cockpit"] else "",
    )


def _reason(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    return one_line(one["reason"] or words["no_reason"], LONGEST_REASON)
