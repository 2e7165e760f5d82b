"""Composes the output of `status`: the counters, what waits and why, what is parked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bitrix.causes import Side
from worker import PROGRAM
from worker.commands.incidents import lines_of
from worker.config.served import CAUSE as NOT_SERVED, CURE as CURE_OF_STRANGER, Served
from worker.ledger import Ledger, OwedSync
from worker.ledger.decisions import Decision
from worker.monitoring.statistics import with_rate
from worker.words.causes import SIDES, cure_of
from worker.words.model_rights import cure as cure_of_model
from worker.words.page import WORDS as PAGE
from worker.words.phrase import Language, Phrase, table_in
from worker.words.printable import one_line

WORDS: Mapping[str, Phrase] = {
    "paused": Phrase("приостановлено ({side}): {text}", "paused ({side}): {text}"),
    "works": PAGE["works"],
    "not_ready": Phrase("не работает: {why}", "not working: {why}"),
    "paused_part": Phrase("приостановлено частично ({side}): {text}", "paused in part ({side}): {text}"),
    "waiting": Phrase("ждёт с {since}: {what}: {reason}{cure}", "waiting since {since}: {what}: {reason}{cure}"),
    "unread": Phrase(
        "с {since} не прочитана модель {definition}, её шаги проверяются не полностью: {reason}{cure}",
        "since {since} the model {definition} could not be read, its steps are not fully checked: {reason}{cure}",
    ),
    "task": Phrase("внешняя задача {externalTask}", "external task {externalTask}"),
    "instance": Phrase("экземпляр процесса {processInstanceId}", "process instance {processInstanceId}"),
    "unknown": Phrase("неизвестно, создана ли задача", "it is unknown whether the task was created"),
    "parked": Phrase(
        "отложена синхронизация {id} с {since}: {processDefinitionKey} {processInstanceId}: {error}{cure}",
        "parked sync {id} since {since}: {processDefinitionKey} {processInstanceId}: {error}{cure}",
    ),
    "warned": Phrase(
        "предупреждение {event} (раз: {count}, последний {last}): {message}",
        "warning {event} (times: {count}, the last {last}): {message}",
    ),
    "not_running": Phrase(
        "Воркер не отвечает по адресу http.host и http.port: не запущен или завис. Запустите его или перезапустите, "
        "ничего не потеряется. Что с ним: {program} health",
        "The worker does not answer at http.host and http.port: it does not run, or hangs. Start or restart it, "
        "nothing is lost. More: {program} health",
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
OF_THE_LEDGER = ("ledger", "waiting", "parked", "decisions", "unread_models")
LISTS = ("incidents", *OF_THE_LEDGER, "ready", "pauses", "warnings")
SLOW_SECONDS = 10.0
"""A create under way for less than this is normal work and is not listed as waiting."""
LONGEST_REASON = 300


def status_of(
    ledger: Ledger,
    served: Served | None = None,
    language: Language = "en",
    warnings: Sequence[Mapping[str, Any]] | None = (),
    ready: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The state of a ledger as plain data: statistics by their fixed names on the top level.

    `served`: the steps that these settings serve; None: rows that are not served are not listed. `warnings`, and
    `ready`, what `/readyz` says: those of the running worker; None: not known. In each entry, `cause` is the name of
    the cause or None, and `cure` says what a person can do.
    """
    parked = [
        {"id": sync.id, **_sync(sync), "error": sync.last_error, **_cured(sync.last_cause, "portal", language)}
        for sync in ledger.syncs.parked()
    ]
    waiting = [
        *_stuck(ledger, served, language),
        *_left(ledger, served, language),
        *(
            {**_sync(sync), "reason": sync.last_error, **_cured(sync.last_cause, "portal", language)}
            for sync in ledger.syncs.late()
        ),
    ]
    return {
        **with_rate(ledger.counters()),
        "ledger": ledger.census(),
        "waiting": waiting,
        "parked": parked,
        "decisions": [_decision(one) for one in ledger.syncs.decisions()],
        "unread_models": _unread(ledger, language),
        **_told(warnings, ready),
    }


def status_without(warnings: Sequence[Mapping[str, Any]] | None, ready: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same if the ledger cannot be read: what only the ledger knows is None, the figures are missing."""
    return {**dict.fromkeys(OF_THE_LEDGER), **_told(warnings, ready)}


def _told(warnings: Sequence[Mapping[str, Any]] | None, ready: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the running worker tells: `ready` without the pauses, which stand beside it."""
    return {
        "ready": ready and {name: said for name, said in ready.items() if name != "pauses"},
        "pauses": ready and list(ready["pauses"]),
        "warnings": None if warnings is None else list(warnings),
    }


def _stuck(ledger: Ledger, served: Served | None, language: Language) -> Iterator[dict[str, Any]]:
    now = ledger.now()
    for one in ledger.views.stuck(served):
        if one.reason is not None or now - one.since > SLOW_SECONDS:
            cured = _cured(one.cause, one.side, language)
            yield {"externalTask": one.external_task_id, "since": _time(one.since), "reason": one.reason, **cured}


def _left(ledger: Ledger, served: Served | None, language: Language) -> Iterator[dict[str, Any]]:
    if served is None:
        return
    for task in ledger.views.not_served(served):
        yield {
            "externalTask": task.external_task_id,
            "topic": task.topic,
            "tenant": task.tenant,
            "since": _time(task.since),
            "reason": served.why_not(task.topic, task.tenant).in_(language),
            "cause": NOT_SERVED,
            "cure": CURE_OF_STRANGER.in_(language),
        }


def _unread(ledger: Ledger, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "definition": one.definition_id,
            "since": _time(one.since),
            "reason": one.reason,
            "cause": one.cause,
            "cure": cure_of_model(one.definition_id, one.cause).in_(language),
        }
        for one in ledger.models.shown()
    ]


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


def _sync(sync: OwedSync) -> dict[str, Any]:
    return {
        "processInstanceId": sync.request.process_instance_id,
        "processDefinitionKey": sync.request.process_definition_key,
        "since": _time(sync.created_at),
    }


def _cured(cause: str | None, side: Side, language: Language) -> dict[str, str | None]:
    return {"cause": cause, "cure": cure_of(cause, side).in_(language) or None}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def table(status: dict[str, Any], language: Language = "en") -> str:
    """The output of `status_of` for a terminal: sentences, the most urgent first; then the counters."""
    words = table_in(language, WORDS)
    counts = {key: value for key, value in status.items() if key not in LISTS}
    lines = [*_headline(status, words, language)]
    lines += lines_of(status["incidents"], language) if "incidents" in status else ()
    lines += [
        words["parked"].format(
            **row | {"error": one_line(row["error"] or "", LONGEST_REASON), "cure": _after(row["cure"])}
        )
        for row in status["parked"] or ()
    ]
    if status["parked"]:
        lines.append(words["cure"])
    lines += [
        words["waiting"].format(
            since=row["since"],
            what=words["task" if "externalTask" in row else "instance"].format(**row),
            reason=one_line(row["reason"] or words["unknown"], LONGEST_REASON),
            cure=_after(row["cure"]),
        )
        for row in status["waiting"] or ()
    ]
    if status["waiting"] or status["parked"] or status.get("incidents", {}).get("count"):
        lines.append(words["explain"])
    lines += [
        words["unread"].format(**row | {"reason": one_line(row["reason"], LONGEST_REASON), "cure": _after(row["cure"])})
        for row in status["unread_models"] or ()
    ]
    lines += _warned(status["warnings"], words)
    lines += [f"{name:<28} {value}" for name, value in (counts | (status["ledger"] or {})).items()]
    return "\n".join(lines)


def _headline(status: Mapping[str, Any], words: Mapping[str, str], language: Language) -> Iterator[str]:
    """Whether the worker works: first of all, because nothing else counts if it does not."""
    ready = status["ready"]
    if ready is None:
        yield words["not_running"].format(program=PROGRAM)
        return
    for one in status["pauses"]:
        name = "paused_part" if one.get("part") else "paused"
        yield words[name].format(side=SIDES[one["side"]].in_(language), text=one["text"])
    if status["pauses"]:
        return
    if ready["good"]:
        yield words["works"]
    else:
        wrong = (f"{name}: {said}" for name, said in ready.items() if name != "good" and said != "ok")
        yield words["not_ready"].format(why=one_line("; ".join(wrong), LONGEST_REASON))


def _warned(warnings: Sequence[Mapping[str, Any]] | None, words: Mapping[str, str]) -> Iterator[str]:
    for one in warnings or ():
        for message in one["messages"]:
            yield words["warned"].format(**dict(one) | {"message": one_line(message, LONGEST_REASON)})


def _after(cure: str | None) -> str:
    return f". {cure}" if cure else ""
