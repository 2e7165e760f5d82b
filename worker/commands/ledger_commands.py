"""`status`, `audit`, `replay` and `forget`. Each returns the text to print and may run beside a worker."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from bitrix.client import BitrixClient
from bitrix.limits.limiter import Limiter
from bitrix.tasks import Tasks
from worker.commands.audit import Duplicate, duplicates, resync, tasks_since
from worker.commands.check.silent import hanging, silent
from worker.commands.console import complain
from worker.commands.incidents import NoNumbers, read_incidents
from worker.commands.person import person
from worker.commands.running.state import greet, late, readiness_of, warnings_of
from worker.commands.status import Heard, status_of, status_without, table
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.ledger import Ledger, LedgerError, LedgerUnavailable, LedgerUnusable, Person, Reports
from worker.ledger.reader import LedgerReader
from worker.monitoring.noted import noted_incidents
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import Preparing
from worker.words.log.telling import text_of, with_facts
from worker.words.phrase import Language, Phrase

MISSING = ("ledger_missing", "ledger_empty")
LARGEST_ID = 2**31 - 1
LOOKED_AT = Phrase("Просмотрено: {count}", "Looked at: {count}")
LOOKED_AT_ALL = Phrase("Просмотрено: {count} из {of}", "Looked at: {count} of {of}")
LOOKED_AT_OF = Phrase("Сверено с движком: {count} из {of}", "Asked the engine about: {count} of {of}")
AUDITED = Phrase(
    "Просмотрено задач с меткой: {marked}, меток с несколькими задачами: {doubled}",
    "Marked tasks looked at: {marked}, markers with more than one task: {doubled}",
)
QUEUED = Phrase(
    "Поставлено синхронизаций: {count}; их отправит работающий воркер",
    "Synchronisations queued: {count}; the running worker sends them",
)
NO_INSTANCE = Phrase(
    "Движок больше не знает экземпляр {instance}: синхронизировать нечего",
    "The engine no longer knows instance {instance}: nothing to synchronise",
)
QUEUED_AGAIN = Phrase("Снова в очереди: {count}", "Queued again: {count}")
NOT_PARKED = Phrase(
    "Отложенной синхронизации {id} нет; отложенные показывает `status`",
    "There is no parked sync {id}; `status` lists the parked ones",
)
SYNCS_ARE_OFF = Phrase(
    "Внимание: sync.enabled выключен, воркер с этими настройками ничего не отправит",
    "Warning: sync.enabled is off, a worker with these settings sends nothing",
)
DROPPED = Phrase("Удалена синхронизация {id}", "Deleted sync {id}")


def status(settings: Settings, *, as_json: bool) -> tuple[str, LedgerError | None]:
    """The steps that need a decision, the ledger's state, and the running worker's pauses and warnings.

    If the ledger cannot be read, what the running worker and the engine tell, and the error.
    """
    language, greeting = settings.log.language, greet(settings)
    runs, opened = not greeting.hangs, _opened(settings)
    if runs:
        heard = Heard(bool(settings.http.port), warnings_of(settings), readiness_of(settings))
    else:
        heard = Heard(warnings=None, in_its_place=hanging(opened, greeting.hangs))
    heard = replace(heard, other_settings=greeting.other_settings(settings))
    if heard.ready is None and greeting.started:
        heard = replace(heard, in_its_place=hanging(opened, late(settings)))  # it was there a moment ago
    elif heard.ready is None and runs:
        why = silent(settings, opened)
        heard = replace(heard, elsewhere=why.elsewhere, in_its_place=why.in_its_place, no_start=why.no_start)
    fault = opened if isinstance(opened, LedgerError) else None
    if isinstance(opened, LedgerReader):
        try:
            with closing(opened):
                noted = partial(noted_incidents, opened.views.noted)
                heard = replace(heard, incidents=read_incidents(settings, opened.views, runs=runs, noted=noted))
                found = status_of(opened, greeting.served(settings), language, heard)
        except LedgerUnavailable as error:
            fault = LedgerUnusable(error.trouble)
    if fault:
        incidents = read_incidents(settings, NoNumbers(), runs=runs)
        found = status_without(replace(heard, no_ledger=fault.name in MISSING, incidents=incidents), language)
    return json.dumps(found, ensure_ascii=False, indent=2) if as_json else table(found, language), fault


def _opened(settings: Settings) -> LedgerReader | LedgerError:
    try:
        return reader_of(settings)
    except LedgerError as error:
        return error


def is_told(fault: LedgerError, text: str, language: Language) -> bool:
    """Whether the output of `status` has said already what the matter with the ledger is: a start would meet it too.

    Whoever may write a file may read it too: one cure is enough.
    """
    if fault.name == "ledger_file_unread" and fault.path in text:
        return True
    said = with_cure(fault) if isinstance(fault, LedgerUnusable) else fault.phrase
    return said.in_(language).rstrip(".") in text


def audit(
    settings: Settings,
    since: datetime,
    resync_since: datetime | None,
    reason: str | None,
    *,
    progress: Callable[[str], object],
) -> tuple[str, bool]:
    """The markers with more than one task, and the synchronisations queued; False if there is such a marker.

    `reason`: why they are queued, for the trail in the ledger; None: not said.

    `progress` gets a line that the next one may replace. Raises `PortalError`, `EngineError`, `LedgerError` or
    `LedgerUnavailable`; then the result is unknown.
    """
    if resync_since:
        with existing_ledger(settings):
            pass  # report a missing ledger before the long search, not after it
    client = portal_client(settings)
    engine = Engine(settings.camunda, "audit", {}, connections=1)
    language = settings.log.language
    try:
        marked = tasks_since(Tasks(client), since, _told(progress, language), marked=True)
        doubled = duplicates(marked, engine)
        lines = [
            AUDITED.format(marked=len(marked), doubled=len(doubled)).in_(language),
            *(_line(one) for one in doubled),
        ]
        if resync_since:
            lines += _resynced(settings, Tasks(client), engine, resync_since, person(reason), progress=progress)
    finally:
        client.close()
        engine.close()
    return "\n".join(lines), not doubled


def _told(progress: Callable[[str], object], language: Language) -> Callable[[int, int | None], object]:
    """Tells how many tasks have been looked at; `of` None: of how many is not known."""

    def told(count: int, of: int | None) -> None:
        progress((LOOKED_AT if of is None else LOOKED_AT_ALL).format(count=count, of=of).in_(language))

    return told


def _line(duplicate: Duplicate) -> str:
    return f"{duplicate.marker}: {', '.join(map(str, duplicate.task_ids))}"


def _resynced(
    settings: Settings,
    tasks: Tasks,
    engine: Engine,
    since: datetime,
    by: Person,
    *,
    progress: Callable[[str], object],
) -> Iterator[str]:
    language = settings.log.language
    of = LOOKED_AT_OF.in_(language)
    with existing_ledger(settings) as ledger:
        created = tasks_since(tasks, since, _told(progress, language), marked=False)
        all_ = len({task.process_instance_id for task in created if task.process_instance_id})
        done = resync(created, engine, ledger, by, lambda count: progress(of.format(count=count, of=all_)))
    yield QUEUED.format(count=done.queued).in_(language)
    yield from (NO_INSTANCE.format(instance=instance).in_(language) for instance in done.unknown)
    yield from _nobody_sends(settings)


def replay(settings: Settings, ids: Sequence[int] | None, reason: str | None) -> tuple[str, bool]:
    """Make parked synchronisations due at once (`ids` None: all), and record who decided it, and why (None: not said).

    False if an id is not parked; the text names it.
    """
    language, by = settings.log.language, person(reason)
    with existing_ledger(settings) as ledger:
        if ids is None:
            count, unknown = ledger.syncs.replay(None, by), []
        else:
            chosen = list(dict.fromkeys(ids))
            unknown = [id_ for id_ in chosen if not (_may_be_a_row(id_) and ledger.syncs.replay([id_], by))]
            count = len(chosen) - len(unknown)
    lines = [QUEUED_AGAIN.format(count=count).in_(language)]
    lines += [NOT_PARKED.format(id=id_).in_(language) for id_ in unknown]
    lines += _nobody_sends(settings) if count else []
    return "\n".join(lines), not unknown


def _may_be_a_row(id_: int) -> bool:
    """Whether a row can have this number; databases refuse others in different ways."""
    return 0 < id_ <= LARGEST_ID


def _nobody_sends(settings: Settings) -> Iterator[str]:
    """A warning if these settings turn synchronisation off: then nothing sends what is queued."""
    if not settings.sync.enabled:
        yield SYNCS_ARE_OFF.in_(settings.log.language)


def forget(settings: Settings, id_: int, reason: str) -> tuple[str, bool]:
    """Delete one parked synchronisation; ledger and log keep who decided it and why. False if there is no such row."""
    language = settings.log.language
    with existing_ledger(settings) as ledger:
        dropped = ledger.syncs.forget(id_, person(reason)) if _may_be_a_row(id_) else None
    if dropped is None:
        return NOT_PARKED.format(id=id_).in_(language), False
    telemetry = Telemetry.build("info", settings.log.language, settings.log.format)  # logged whatever log level is set
    telemetry.emit("sync.forgotten", id=id_, process_instance_id=dropped.request.process_instance_id, reason=reason)
    telemetry.close()
    return DROPPED.format(id=id_).in_(language), True


def portal_client(settings: Settings) -> BitrixClient:
    """A client of the portal for a command that runs beside a worker."""
    bitrix = settings.bitrix
    return BitrixClient(
        bitrix.webhook_url,
        limiter=Limiter(bitrix.limits.resolved()),
        route=bitrix.route,
        delivery_seconds=bitrix.delivery_seconds,
    )


@contextmanager
def existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger that a `run` has created, as it is: none is made, as its address may be mistyped, and none upgraded.

    Raises `LedgerError`.
    """
    reader_of(settings).close()
    with open_ledger(settings) as ledger:
        yield ledger


def reader_of(settings: Settings) -> LedgerReader:
    """The ledger, only to be read. Raises `LedgerError` if there is none."""
    about, seconds = {"portal": settings.portal, "engine": settings.engine}, settings.ledger.heartbeat_seconds
    return LedgerReader(settings.ledger.url, **about, beat_seconds=seconds)


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, also beside a running worker; created if there is none, and upgraded."""
    ledger = Ledger(
        settings.ledger.url,
        portal=settings.portal,
        engine=settings.engine,
        owner=str(uuid.uuid4()),
        sync_enabled=settings.sync.enabled,
        beat_seconds=settings.ledger.heartbeat_seconds,
        reports=Reports(
            preparing=partial(_tell_preparing, settings.log.language),
            upgraded=partial(_tell_upgraded, settings.log.language),
        ),
    )
    try:
        yield ledger
    finally:
        ledger.close()


def _tell_preparing(language: Language, what: Preparing, seconds: float, most: float | None) -> None:
    """As the log of a run tells it."""
    facts = {"what": what, "seconds": round(seconds), "most": most}
    complain(with_facts(text_of("ledger.preparing").in_(language), facts, language))


def _tell_upgraded(language: Language, before: int, now: int) -> None:
    complain(with_facts(text_of("ledger.upgraded").in_(language), {"before": before, "now": now}, language))
