"""Asks the running worker, over HTTP, for what only that process knows: pauses, warnings, incidents."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlencode

from worker.commands.running.health import checks_in
from worker.commands.running.page import asked, place_of
from worker.config.served import Served
from worker.config.settings import Settings
from worker.config.settings_mark import Started
from worker.monitoring.page_incidents import AS_DATA, INCIDENTS
from worker.monitoring.page_warnings import WARNINGS
from worker.words.health import DOES_NOT_ANSWER, not_heard, not_heard_for_a_program, why_silent
from worker.words.page import LEVELS
from worker.words.phrase import NOTHING, Phrase


def warnings_of(settings: Settings) -> list[dict[str, Any]] | None:
    """The last warnings, in the log's language; None if no worker answers at its address, or the page is off."""
    found = _told(settings, f"{WARNINGS}?{urlencode({'lang': settings.log.language})}")
    return found if isinstance(found, list) and all(map(_is_warning, found)) else None


def told_in(
    warnings: Sequence[Mapping[str, Any]] | None, event: str, external_task_id: str
) -> Mapping[str, Any] | None:
    """Where the running worker has warned of this step with this event; None: nowhere, or it has passed."""
    told = (one for warned in warnings or () if warned["event"] == event for one in warned["occurrences"])
    return next((one for one in told if one.get("task") == external_task_id and not one["passed"]), None)


def incidents_of(settings: Settings) -> dict[str, Any] | None:
    """The steps that need a person's decision, as the running worker knows them; None as for warnings."""
    found = _told(settings, f"{INCIDENTS}?{urlencode({'lang': settings.log.language})}")
    return found if isinstance(found, dict) and found.keys() >= AS_DATA else None


def listed_in(incidents: Mapping[str, Any] | None, name: str, **named: object) -> Mapping[str, Any] | None:
    """The row of this list that has these names; None: there is none. `name` `shown`: the incidents themselves."""
    found = (incidents or {}).get(name)
    rows = found.get("shown") if isinstance(found, dict) else found
    some = (one for one in (rows if isinstance(rows, list) else ()) if isinstance(one, dict))
    return next((one for one in some if all(one.get(key) == value for key, value in named.items())), None)


def creates_in(incidents: Mapping[str, Any] | None) -> dict[str, str]:
    """What each create waits for that the running worker has in hand, by external task."""
    found = (incidents or {}).get("creates")
    return {str(id_): str(said) for id_, said in found.items()} if isinstance(found, dict) else {}


def readiness_of(settings: Settings) -> dict[str, Any] | None:
    """What `/readyz` and `/healthz` say, in the log's language: `good`, why not, and `pauses`; None as above."""
    language = urlencode({"lang": settings.log.language})
    found = _told(settings, f"/readyz?{language}")
    alive = _told(settings, f"/healthz?{language}")
    if not (_is_health(found) and _is_health(alive)):
        return None
    pauses, lately = found.get("pauses"), found.get("pausedLately", [])
    if not (_is_list(pauses, {"side", "text", "since"}) and _is_list(lately, {"text"})):
        return None
    return {**alive, **found, "good": alive["good"] and found["good"]}


def pauses_of(settings: Settings) -> list[dict[str, Any]] | None:
    """Which systems are down and why, in the log's language; None as above."""
    found = readiness_of(settings)
    return found["pauses"] if found else None


def other_ledger(settings: Settings) -> Phrase:
    """That the worker of another ledger answers at the address of these settings; empty: none does."""
    try:
        return asked(settings, "/healthz").of_another if settings.http.port else NOTHING
    except (OSError, http.client.HTTPException):
        return NOTHING


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the first question to the worker's port has shown. `started`: with which settings; None: not known.

    `hangs`: that it takes a connection and gives no answer, and what to do; empty: it answers, or is closed. Whoever is
    told so needs to ask it nothing else: each question would wait for its time-out.
    """

    hangs: Phrase = NOTHING
    started: Started | None = None

    def served(self, settings: Settings) -> Served:
        """The steps that the running worker serves, as far as it tells; otherwise those that these settings do."""
        topics = self.started.topics if self.started else settings.topics
        return Served(tuple(topics), settings.camunda.tenants)

    def other_settings(self, settings: Settings) -> Phrase:
        """That the running worker was started with others than these; empty: not known to."""
        return self.started.beside(settings) if self.started else NOTHING


def greet(settings: Settings) -> Greeting:
    """Ask the worker's port once."""
    if not settings.http.port:
        return Greeting()
    try:
        return Greeting(started=asked(settings, "/healthz").started)
    except TimeoutError:
        return Greeting(late(settings))
    except (OSError, http.client.HTTPException):
        return Greeting()


def late(settings: Settings) -> Phrase:
    """That the worker takes a connection and gives no answer in time, and what to do."""
    return DOES_NOT_ANSWER.format(where=place_of(settings.http), why=why_silent(TimeoutError()))


def in_its_place(settings: Settings) -> Phrase:
    """That another worker or program answers at the address of these settings, and what to do; empty: neither."""
    if another := other_ledger(settings):
        return not_heard(another)
    return not_heard_for_a_program(place_of(settings.http)) if _is_foreign(settings) else NOTHING


def _is_foreign(settings: Settings) -> bool:
    try:
        return bool(settings.http.port) and checks_in(asked(settings, "/healthz")) is None
    except OSError:
        return False
    except http.client.HTTPException:
        return True


def _told(settings: Settings, path: str) -> Any:
    """The JSON at this path; None if no worker of this ledger answers with any, or the page is off."""
    if not settings.http.port:
        return None
    try:
        answer = asked(settings, path)
        return json.loads(answer.body) if answer.status in (200, 503) and not answer.of_another else None
    except (OSError, http.client.HTTPException, ValueError):
        return None


def _is_health(found: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(found, dict) and isinstance(found.get("good"), bool)


def _is_list(found: object, keys: set[str]) -> bool:
    """Whether it is a list of objects that have these keys."""
    return isinstance(found, list) and all(isinstance(one, dict) and keys <= one.keys() for one in found)


def _is_warning(one: object) -> bool:
    """Whether it looks like a warning: another program may be listening at the address."""
    named = isinstance(one, dict) and {"event", "count"} <= one.keys() and one.get("level") in (*LEVELS,)
    told = one.get("occurrences") if isinstance(one, dict) and named else None
    return bool(isinstance(told, list) and told and all(map(_is_occurrence, told)))


def _is_occurrence(one: object) -> bool:
    return isinstance(one, dict) and {"at", "passed", "message"} <= one.keys()
