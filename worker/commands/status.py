"""Composes the output of `status`: the counters, what waits and why, what is parked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bitrix.causes import Side
from worker import PROGRAM
from worker.commands.incidents import NO_STUCK, NOT_KNOWN, callers_unknown, counts_of, lines_of, told_of
from worker.commands.named_rows import at_of, left_of, named, silent_row
from worker.commands.status_rows import counted_as, lines_of_the_ledger
from worker.commands.status_warnings import warned
from worker.config.served import CAUSE as NOT_SERVED, CURE as CURE_OF_STRANGER, Served
from worker.ledger import Ledger, OwedSync
from worker.ledger.acts import GivenUp
from worker.ledger.decisions import Decision
from worker.ledger.reader import LedgerReader
from worker.ledger.seen import SeenTask
from worker.monitoring.headline import Condition, headline
from worker.monitoring.noted import TROUBLES as NOTED_PARTS, noted_pauses
from worker.monitoring.page_warnings import HELD, LOG
from worker.monitoring.statistics import with_rate
from worker.words.begun_creates import said_of
from worker.words.causes import SIDES, cure_left
from worker.words.codes import HOLDS_NOTHING, PartName
from worker.words.model_rights import cure as cure_of_model
from worker.words.phrase import NOTHING, Language, Phrase, table_in, unchanged
from worker.words.printable import LONGEST_REASON, one_line
from worker.words.said_again import said_again

WORDS: Mapping[str, Phrase] = {
    "paused": Phrase("приостановлено ({side}): {text}", "paused ({side}): {text}"),
    "paused_part": Phrase("приостановлено частично ({side}): {text}", "paused in part ({side}): {text}"),
    "not_paused": unchanged("{side}: {text}"),
    "alive_at": Phrase(
        "последняя отметка воркера в журнале: {at}", "the worker last noted in the ledger that it runs: {at}"
    ),
    "threads": Phrase("потоки: {why}", "threads: {why}"),
    "waiting": Phrase("ждёт с {since}: {what}: {reason}", "waiting since {since}: {what}: {reason}"),
    "noted": Phrase(
        "приостановлено частично, как записано в журнале, с {since}: {reason}",
        "paused in part, as the ledger notes, since {since}: {reason}",
    ),
    "unread": Phrase(
        "с {since} не прочитана модель {definition}, её шаги проверяются не полностью: {reason}",
        "since {since} the model {definition} could not be read, its steps are not fully checked: {reason}",
    ),
    "doubtful": Phrase("исход создания не записан: {reason}", "the outcome of the create is not recorded: {reason}"),
    "late": Phrase(
        "синхронизация запаздывает, запрос повторяется автоматически: {reason}",
        "the synchronisation is late, the request is retried automatically: {reason}",
    ),
    "parked": Phrase(
        "отложена синхронизация {id} с {since}: {what}: {error}",
        "parked sync {id} since {since}: {what}: {error}",
    ),
    "given_up": Phrase(
        "задача осталась без дополнения «{act}» с {since}: {what}: {reason}",
        "a task was left without “{act}” since {since}: {what}: {reason}",
    ),
    "more": Phrase(
        f"и ещё {{count}} таких, их показывает {PROGRAM} status --json",
        f"and {{count}} more of these, listed by {PROGRAM} status --json",
    ),
    "explain": Phrase(
        f"Что с одним шагом, что делать и что с ним было: {PROGRAM} explain ID",
        f"What is the matter with one step, what to do, and what happened to it: {PROGRAM} explain ID",
    ),
    "cure": Phrase(
        f"Устраните причину, затем: {PROGRAM} replay ID… (или --all); ненужную уберёт {PROGRAM} forget ID --reason "
        "ТЕКСТ",
        f"Fix the cause, then: {PROGRAM} replay ID… (or --all); {PROGRAM} forget ID --reason TEXT deletes one",
    ),
}
OF_THE_LEDGER = ("alive_at", "ledger", "waiting", "parked", "given_up", "decisions", "unread_models")
LISTS = ("headline", "other_settings", "incidents", *OF_THE_LEDGER, "ready", "pauses", "paused_lately", "warnings")


@dataclass(frozen=True, slots=True)
class Heard:
    """What others than the ledger tell: the running worker its warnings and what `/readyz` says; None: not known.

    `incidents`: as `read_incidents` finds them. `page` False: the worker has no page, so nobody can ask it.
    `in_its_place`: that somebody else answers. `elsewhere`: that one works where it cannot be asked. `no_start`: why a
    start would fail; `no_ledger`: it makes one. `other_settings`: that the running worker was started with others.
    """

    page: bool = True
    warnings: Sequence[Mapping[str, Any]] | None = ()
    ready: Mapping[str, Any] | None = None
    incidents: Mapping[str, Any] = field(default_factory=lambda: {**NOT_KNOWN, "count": 0, "stuck": NO_STUCK})
    in_its_place: Phrase = NOTHING
    elsewhere: Phrase = NOTHING
    no_start: Phrase = NOTHING
    other_settings: Phrase = NOTHING
    no_ledger: bool = False

    def works(self, side: Side) -> bool:
        """Whether the running worker says that this side works now."""
        return (self.ready or {}).get(side) == "ok"


def status_of(
    ledger: Ledger | LedgerReader, served: Served | None = None, language: Language = "en", heard: Heard | None = None
) -> dict[str, Any]:
    """The state of a ledger as plain data: statistics by their fixed names on the top level.

    `served`: the steps that these settings serve; None: rows that are not served are not listed. In each entry, `cause`
    is the name of the cause or None, and `cure` says what a person can do.
    """
    heard = heard or Heard()
    parked, late = ledger.syncs.parked(), ledger.syncs.late()
    cured = partial(_cured, heard=heard, language=language)
    said = partial(_error, language=language)
    keys = ledger.views.business_keys([sync.request.process_instance_id for sync in (*parked, *late)])
    found = {
        "alive_at": _time(alive) if (alive := ledger.views.alive_at()) else None,
        "ledger": ledger.views.census(),
        "waiting": [
            *_held_up(ledger, served, language, heard),
            *_left(ledger, served, language),
            *({"kind": "late", **_sync(one, keys), "reason": said(one), **cured(one)} for one in late),
            *(silent_row(one, language) for one in ledger.views.silent()),
            *(noted_pauses(ledger.views.noted, language) if heard.ready is None else ()),
        ],
        "parked": [{"id": sync.id, **_sync(sync, keys), "error": said(sync), **cured(sync)} for sync in parked],
        "given_up": [_given_up(one, language) for one in ledger.views.given_up()],
        "decisions": [_decision(one) for one in ledger.syncs.decisions()],
        "unread_models": _unread(ledger, language),
    }
    return _headed(found, heard, language) | with_rate(ledger.views.counters())


def status_without(heard: Heard, language: Language) -> dict[str, Any]:
    """The same if the ledger cannot be read: what only the ledger knows is None, the figures too."""
    return _headed(dict.fromkeys(OF_THE_LEDGER), heard, language) | dict.fromkeys(with_rate({}))


def _headed(found: Mapping[str, Any], heard: Heard, language: Language) -> dict[str, Any]:
    """What the ledger knows and what others tell, under the page's headline. The pauses stand beside `ready`."""
    ready, warnings = heard.ready, heard.warnings
    whole = {
        **found,
        "ready": ready and {name: said for name, said in ready.items() if name not in ("pauses", "pausedLately")},
        "pauses": ready and list(ready["pauses"]),
        "paused_lately": ready and list(ready.get("pausedLately", ())),
        "warnings": None if warnings is None else list(warnings),
        "incidents": heard.incidents,
    }
    first = headline(_condition(whole, heard))[1].in_(language)
    return {"headline": first, "other_settings": heard.other_settings.in_(language) or None, **whole}


def _held_up(
    ledger: Ledger | LedgerReader, served: Served | None, language: Language, heard: Heard
) -> Iterator[dict[str, Any]]:
    now = ledger.now()
    for task in ledger.views.unsettled():
        cure = cure_left(task.cause, "engine", works=heard.works("engine"))
        error = said_again(task.error or "", task.cause).in_(language)
        yield _row("unsettled", task, error) | _caused(task.cause, cure, language)
    for task in ledger.views.creating(served):
        if task.is_unclear(now):
            yield _doubtful(task, heard, language)


def _doubtful(task: SeenTask, heard: Heard, language: Language) -> dict[str, Any]:
    told = heard.incidents["creates"].get(task.external_task_id)
    said = said_of(task.said, unchanged(told) if told else None, task.cause).in_(language)
    cure = cure_left(task.cause, "portal", works=heard.works("portal"), again=False)
    left = {} if told else left_of(task, language)
    return _row("doubtful", task, said) | _caused(task.cause, cure, language) | left


def _left(ledger: Ledger | LedgerReader, served: Served | None, language: Language) -> Iterator[dict[str, Any]]:
    if served is None:
        return
    for task in ledger.views.not_served(served):
        yield _row("not_served", task, served.why_not(task.topic, task.tenant).in_(language)) | {
            "cause": NOT_SERVED,
            "cure": CURE_OF_STRANGER.in_(language),
        }


def _row(kind: str, task: SeenTask, reason: str | None) -> dict[str, Any]:
    return {"kind": kind, **named(task), "since": _time(task.since), "reason": reason}


def _unread(ledger: Ledger | LedgerReader, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "definition": one.definition_id,
            "since": _time(one.since),
            "reason": said_again(one.reason, one.cause).in_(language),
            "cause": one.cause,
            "cure": cure_of_model(one.definition_id, one.cause).in_(language),
        }
        for one in ledger.models.shown()
    ]


def _given_up(one: GivenUp, language: Language) -> dict[str, Any]:
    return {
        "act": one.kind,
        "activity": one.activity_id,
        "step": one.activity_name,
        "businessKey": one.business_key,
        "externalTask": one.external_task_id,
        "topic": one.topic,
        "portalTask": one.portal_task_id,
        "since": _time(one.since),
        "reason": one.reason and said_again(one.reason, one.cause).in_(language),
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "at": _time(one.at),
        "decided": one.decided,
        "sync": one.sync_id,
        "processInstanceId": one.process_instance_id,
        "who": one.who,
        "reason": one.reason,
        "since": _time(one.owed_since),
        "error": one.last_error,
    }


def _sync(sync: OwedSync, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "processInstanceId": sync.request.process_instance_id,
        "processDefinitionKey": sync.request.process_definition_key,
        "businessKey": keys.get(sync.request.process_instance_id),
        "since": _time(sync.created_at),
    }


def _error(sync: OwedSync, *, language: Language) -> str | None:
    return sync.last_error and said_again(sync.last_error, sync.last_cause).in_(language)


def _cured(sync: OwedSync, *, heard: Heard, language: Language) -> dict[str, str | None]:
    return _caused(sync.last_cause, cure_left(sync.last_cause, "portal", works=heard.works("portal")), language)


def _caused(cause: str | None, cure: Phrase, language: Language) -> dict[str, str | None]:
    return {"cause": cause, "cure": cure.in_(language) or None}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _condition(status: Mapping[str, Any], heard: Heard) -> Condition:
    ready, pauses, incidents = status["ready"], status["pauses"] or (), status["incidents"]
    parts = {PartName(one["part"]): one.get("count") or 0 for one in pauses if one.get("part") in set(PartName)}
    parts |= {PartName(row["kind"]): row["count"] for row in status["waiting"] or () if row["kind"] in NOTED_PARTS}
    checks = {name: said for name, said in (ready or {}).items() if name not in ("good", "notYet", *PartName)}
    return Condition(
        wrong=None if ready is None else [name for name, said in checks.items() if said != "ok"],
        not_yet=(ready or {}).get("notYet", ()),
        causes={pause["side"]: pause.get("cause") for pause in pauses if not pause.get("part")},
        parts=parts,
        passes=all(pause.get("passes", True) for pause in pauses if not pause.get("part")),
        counts=Counter(map(counted_as, status["waiting"] or ()))
        | counts_of(incidents)
        | {
            "parked": (status["ledger"] or {}).get("syncs_parked", 0),
            "unread": len(status["unread_models"] or ()),
            "given_up": len(status["given_up"] or ()),
            "held": sum(not told["passed"] for told in _told(status, HELD)),
            "log": sum(not told["passed"] for told in [*_told(status, LOG)][:1]),
        },
        page=heard.page,
        in_its_place=heard.in_its_place,
        elsewhere=heard.elsewhere,
        no_start=heard.no_start,
        no_ledger=heard.no_ledger,
        incidents=told_of(incidents),
    )


def _told(status: Mapping[str, Any], event: str) -> Iterator[Mapping[str, Any]]:
    """The last occurrences of a warning."""
    return (told for one in status["warnings"] or () if one["event"] == event for told in one["occurrences"])


def table(status: Mapping[str, Any], language: Language = "en") -> str:
    """The output of `status_of` for a terminal: sentences, the most urgent first; then the counters."""
    words = table_in(language, WORDS)
    counts = {key: value for key, value in status.items() if key not in LISTS and value is not None}
    told = [
        *_pauses(status, words, language),
        *lines_of(status["incidents"], language),
        *lines_of_the_ledger(status, words, language),
        *callers_unknown(status["incidents"]),
    ]
    others = [status["other_settings"]] if status["other_settings"] else []
    lines = [status["headline"], *others, *told, *warned(status, language)]
    lines += [f"{name:<28} {value}" for name, value in (counts | (status["ledger"] or {})).items()]
    return "\n".join(lines)


def _pauses(status: Mapping[str, Any], words: Mapping[str, str], language: Language) -> Iterator[str]:
    if status["ready"] is None and status["alive_at"]:
        yield words["alive_at"].format(at=at_of(status["alive_at"], language))
    threads = (status["ready"] or {}).get("threads", "ok")
    if threads != "ok":
        yield words["threads"].format(why=one_line(threads, LONGEST_REASON))
    for one in status["pauses"] or ():
        part = one.get("part")
        name = "paused" if part in (None, PartName.FETCH) else "not_paused" if part in HOLDS_NOTHING else "paused_part"
        side = PartName.MACHINE.phrase if part == PartName.MACHINE else SIDES[one["side"]]
        yield words[name].format(side=side.in_(language), text=one["text"])
    yield from (one["text"] for one in status["paused_lately"] or ())
