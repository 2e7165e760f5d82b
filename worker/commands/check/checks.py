"""`check`: tests whether portal, engine and ledger are as the worker needs them. Each finding says how to fix it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from bitrix.client import BitrixClient
from bitrix.methods import ADD
from bitrix.people import EMAIL_SCOPES
from bitrix.task_states import FIELDS as FIELD_OPTIONS
from bitrix.tasks import SCOPE, Tasks
from bitrix.users import ANY_SCOPE
from bitrix.wire import kills_in_time
from worker.commands.check.client import client_of_check
from worker.commands.check.cockpit import cockpit_of
from worker.commands.check.content import content_checks
from worker.commands.check.costs import cost_checks
from worker.commands.check.ends import ends_of
from worker.commands.check.finding import Finding, of_error
from worker.commands.check.ledger import ledger_of
from worker.commands.check.models import models_of
from worker.commands.check.named import named_checks
from worker.commands.check.page import page_of
from worker.commands.check.portal_list import of_list
from worker.commands.check.sides import Check, findings_of
from worker.commands.check.surroundings import strangers_of, surroundings_of, waiting_words
from worker.commands.check.templates import template_checks
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.version import EngineTooOld, gives_properties, version_of
from worker.steps.portal_fields import (
    ANSWER_FIELDS,
    USER_FIELDS,
    FieldKind,
    constant_misfits,
    looked_at,
    named_fields,
    unknown_fields,
)
from worker.words import look_names as names
from worker.words.faults import fault_text
from worker.words.phrase import Phrase, joined, unchanged

CLOCKS_APART_SECONDS = 60.0
ANSWERS = 4
"""How many answers of the engine to compare the times of."""
DATE_SECONDS = 1.0
"""The precision of an answer's time."""

NONE = Phrase("нет", "none")
ADMINISTRATOR = Phrase("сотрудник {id}, администратор", "user {id}, administrator")
NO_ADMINISTRATOR = Phrase("сотрудник {id}, не администратор", "user {id}, not an administrator")
THERE = Phrase("есть", "there")
NO_RIGHTS = Phrase("нет прав", "no rights")
UNKNOWN_METHOD = Phrase("порталу неизвестен", "unknown to the portal")
MISSING = Phrase("нет {names}", "missing {names}")
OTHER_ZONE = Phrase(", пояс {portal}, а у воркера {ours}", ", zone {portal}, the worker's is {ours}")
SET_TZ = Phrase(
    "задайте воркеру пояс портала (TZ): в нём считаются даты без смещения и рабочее время",
    "give the worker the portal's time zone (TZ): dates without an offset and working time are counted in it",
)
SET_CLOCK = Phrase(
    "синхронизируйте часы: сроки задач будут сдвинуты", "synchronise the clocks: deadlines would be shifted"
)
NO_EMAILS = Phrase(
    "{granted} (людей по e-mail воркер находит только с правом user_basic)",
    "{granted} (the worker finds people by e-mail only with the scope user_basic)",
)
NO_SCOPE = Phrase(f"нет права {SCOPE}, есть: {{granted}}", f"no scope {SCOPE}, granted: {{granted}}")
NO_TIME = Phrase("в ответах нет времени", "the answers contain no time")
NO_VERSION = Phrase("не сообщает версию", "does not report its version")
YES, NO = Phrase("да", "yes"), Phrase("нет", "no")


def run_checks(settings: Settings) -> list[Finding]:
    """All findings, also for checks that cannot be carried out. Changes nothing on any side."""
    with client_of_check(settings) as client, closing(Engine(settings.camunda, "check", {}, connections=1)) as engine:
        portal = [*_portal(client, settings), *cost_checks(settings)]
        engines = [*_engine(engine, settings), *cockpit_of(settings.camunda)]
    ends = ends_of(settings, engine_answers=all(one.checked for one in engines))
    return [*system_of(), *ledger_of(settings), *page_of(settings), *portal, *engines, *ends]


def system_of() -> Iterator[Finding]:
    """That `run` refuses this machine; nothing if it does not."""
    if not kills_in_time():
        yield Finding(names.SYSTEM, good=False, seen=fault_text("system_unfit"))


def _portal(client: BitrixClient, settings: Settings) -> Iterator[Finding]:
    tasks, named = Tasks(client), named_fields(settings.topics)
    checks = (
        Check(names.WEBHOOK_OWNER, lambda: _owner(tasks), essential=True),
        Check(names.WEBHOOK_SCOPES, lambda: _scopes(tasks), essential=True),
        Check(names.WEBHOOK_PEOPLE, lambda: _people(tasks)),
        Check(names.method(ADD), lambda: _method(tasks, ADD, essential=True), essential=True),
        Check(names.method(settings.sync.method), lambda: _method(tasks, settings.sync.method, essential=False)),
        Check(
            names.method(FIELD_OPTIONS), lambda: _method(tasks, FIELD_OPTIONS, essential=False)
        ),  # gives the text of a chosen answer
        Check(names.TASK_FIELDS, lambda: _fields(tasks, names.TASK_FIELDS, USER_FIELDS)),
        Check(names.ANSWER_FIELDS, lambda: _fields(tasks, names.ANSWER_FIELDS, ANSWER_FIELDS)),
        *([Check(names.TEMPLATE_FIELDS, lambda: _named_fields(tasks, named, settings))] if named else []),
        *named_checks(client, settings),
        *template_checks(client, settings),
        *content_checks(tasks, settings),
        Check(names.PORTAL_CLOCK, lambda: _clock(tasks)),
        Check(names.TASK_LIST, lambda: of_list(tasks)),
    )
    return findings_of(names.PORTAL, checks, tasks.answers)


def _owner(tasks: Tasks) -> Finding:
    profile = tasks.profile()
    return Finding(
        names.WEBHOOK_OWNER,
        good=profile.is_admin,
        seen=(ADMINISTRATOR if profile.is_admin else NO_ADMINISTRATOR).format(id=profile.id),
        cure=Phrase(
            "создайте вебхук от имени администратора: от других портал скрывает часть задач, и возможны дубли",
            "create the webhook as an administrator: the portal hides tasks from others, and duplicates are possible",
        ),
    )


def _scopes(tasks: Tasks) -> Finding:
    granted = tasks.scopes()
    told = unchanged(", ".join(sorted(granted))) or NONE
    return Finding(
        names.WEBHOOK_SCOPES,
        good=SCOPE in granted,
        seen=told if SCOPE in granted else NO_SCOPE.format(granted=told),
        cure=Phrase(f"добавьте вебхуку право {SCOPE}", f"grant the webhook the scope {SCOPE}"),
    )


def _people(tasks: Tasks) -> Finding:
    granted = tasks.scopes() & ANY_SCOPE
    told = unchanged(", ".join(sorted(granted)))
    return Finding(
        names.WEBHOOK_PEOPLE,
        good=bool(granted),
        seen=NONE if not granted else told if granted & EMAIL_SCOPES else NO_EMAILS.format(granted=told),
        cure=Phrase(
            "добавьте вебхуку право user_brief: без него воркер создаст задачу уволенному сотруднику, и закрыть её "
            "будет некому",
            "grant the scope user_brief: without it the worker creates tasks for dismissed users, and nobody closes "
            "them",
        ),
        essential=False,
    )


def _method(tasks: Tasks, name: str, *, essential: bool) -> Finding:
    state = tasks.method_state(name)
    return Finding(
        names.method(name),
        good=state.exists and state.available,
        seen=THERE if state.exists and state.available else NO_RIGHTS if state.exists else UNKNOWN_METHOD,
        cure=Phrase(
            "установите модуль портала или дайте вебхуку его право (ответ портала кешируется до 7 дней)",
            "install the portal's module, or grant its scope (the portal caches this answer for up to 7 days)",
        ),
        essential=essential,
    )


def _fields(tasks: Tasks, name: Phrase, wanted: Mapping[str, FieldKind]) -> Finding:
    look = looked_at(tasks.user_fields(), wanted)
    return Finding(
        name,
        good=not look.cure,
        seen=look.seen,
        cure=look.cure,
        essential=False,
    )


def _named_fields(tasks: Tasks, named: Collection[str], settings: Settings) -> Finding:
    there = tasks.user_fields()
    unknown = unknown_fields(there, named)
    odd = [*([MISSING.format(names=", ".join(unknown))] if unknown else []), *constant_misfits(there, settings.topics)]
    return Finding(
        names.TEMPLATE_FIELDS,
        good=not odd,
        seen=joined("; ", odd) if odd else unchanged(", ".join(sorted(named))),
        cure=Phrase(
            "исправьте имя или значение в topics или создайте поле: шаги с таким полем получат инцидент",
            "correct the name or the value in topics, or create the field: steps with such a field become incidents",
        ),
        essential=False,
    )


def _clock(tasks: Tasks) -> Finding:
    """Whether the portal's clock shows our time, in our zone: dates without an offset and working time need both."""
    told = tasks.server_time()
    apart, ours = (told - datetime.now(UTC)).total_seconds(), told.astimezone()
    same_zone = told.utcoffset() == ours.utcoffset()
    zones = Phrase("", "") if same_zone else OTHER_ZONE.format(portal=f"{told:%z}", ours=f"{ours:%z}")
    return Finding(
        names.PORTAL_CLOCK,
        good=same_zone and abs(apart) < CLOCKS_APART_SECONDS,
        seen=Phrase(f"отличаются от наших на {round(apart):+} с{zones.ru}", f"{round(apart):+} s from ours{zones.en}"),
        cure=SET_TZ if abs(apart) < CLOCKS_APART_SECONDS else SET_CLOCK,
        essential=False,
    )


def _clocks(engine: Engine, settings: Settings) -> Finding:
    """Compare the times of several answers, which may come from several nodes behind a load balancer."""
    apart = [(told - datetime.now(UTC)).total_seconds() for _ in range(ANSWERS) if (told := engine.told_time())]
    spread, allowed = max(apart, default=0.0) - min(apart, default=0.0), settings.camunda.clock_skew_seconds
    return Finding(
        names.ENGINE_CLOCKS,
        good=spread <= allowed + DATE_SECONDS,
        seen=Phrase(
            f"в ответах подряд ({len(apart)}) расходятся на {spread:.0f} с",
            f"{spread:.0f} s apart in {len(apart)} answers",
        )
        if apart
        else NO_TIME,
        cure=Phrase(
            "синхронизируйте часы узлов движка или увеличьте camunda.clock_skew_seconds",
            "synchronise the clocks of the engine's nodes, or raise camunda.clock_skew_seconds",
        ),
        essential=False,
    )


def _engine(engine: Engine, settings: Settings) -> Iterator[Finding]:
    first = next(iter(settings.topics))
    checks = (
        Check(names.ENGINE, lambda: _version(version_of(engine, first)), essential=True),
        Check(names.ENGINE_CLOCKS, lambda: _clocks(engine, settings)),
        Check(names.JSON_VARIABLES, lambda: _json(engine)),
        *(Check(names.topic(name), partial(_topic, engine, name), essential=True) for name in settings.topics),
    )
    found = list(findings_of(names.ENGINE, checks, partial(_answers, engine, first)))
    yield from found
    if all(one.checked for one in found):
        yield from models_of(engine, settings.topics)
        yield from surroundings_of(engine, settings.topics, settings.templates.exceptions)
        yield from strangers_of(engine, settings)


def _answers(engine: Engine, topic: str) -> bool:
    try:
        version_of(engine, topic)
    except EngineError:
        return False
    return True


def _topic(engine: Engine, name: str) -> Finding:
    return Finding(names.topic(name), good=True, seen=waiting_words(engine.backlog(name)))


def _version(version: str | None) -> Finding:
    gives = gives_properties(version)
    if gives is False:
        return of_error(names.ENGINE, EngineTooOld("version", version or ""), essential=True)
    return Finding(
        names.ENGINE,
        good=gives is True,
        seen=unchanged(version) if version else NO_VERSION,
        cure=Phrase(
            "проверьте сами, что это Camunda 7.14 или новее: более старые не передают свойства расширения шагов",
            "check yourself that it is Camunda 7.14 or later: older versions do not deliver extension properties",
        ),
        essential=False,
    )


def _json(engine: Engine) -> Finding:
    supported = engine.takes_json()
    return Finding(
        names.JSON_VARIABLES,
        good=supported,
        seen=YES if supported else NO,
        cure=Phrase(
            "движок собран без Spin: списки и словари уходят как Object в JSON",
            "the engine was built without Spin: lists and mappings go as Object in JSON",
        ),
        essential=False,
    )
