"""What `status` prints: the statistics, what is on its way, what is parked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from worker.faults import Language
from worker.ledger import Ledger
from worker.printable import one_line
from worker.statistics import figures

WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {
        "waiting": "ждёт с {since}: {what}: {reason}",
        "unknown": "исход создания неизвестен",
        "parked": "отложена синхронизация {id} с {since}: {processDefinitionKey} {processInstanceId}: {error}",
        "cure": "Устраните причину, затем: python -m worker replay ID… (или --all); ненужную уберёт "
        "python -m worker forget ID --reason ТЕКСТ",
    },
    "en": {
        "waiting": "waiting since {since}: {what}: {reason}",
        "unknown": "the create's outcome is unknown",
        "parked": "parked sync {id} since {since}: {processDefinitionKey} {processInstanceId}: {error}",
        "cure": "Mend the cause, then: python -m worker replay ID… (or --all); "
        "python -m worker forget ID --reason TEXT drops one",
    },
}
SLOW_SECONDS = 10.0
"""A create that is under way for less is work, and waits for nothing."""
LONGEST_REASON = 300


def status_of(ledger: Ledger) -> dict[str, Any]:
    """The state of a ledger as plain data: statistics by their fixed names on the top level."""
    now = ledger.now()
    parked = [
        {
            "id": sync.id,
            "processInstanceId": sync.request.process_instance_id,
            "processDefinitionKey": sync.request.process_definition_key,
            "since": _time(sync.created_at),
            "error": sync.last_error,
        }
        for sync in ledger.syncs.parked()
    ]
    waiting = [
        {"externalTask": stuck.external_task_id, "since": _time(stuck.since), "reason": stuck.reason}
        for stuck in ledger.views.stuck()
        if stuck.reason is not None or now - stuck.since > SLOW_SECONDS
    ] + [
        {
            "processInstanceId": sync.request.process_instance_id,
            "since": _time(sync.created_at),
            "reason": sync.last_error,
        }
        for sync in ledger.syncs.late()
    ]
    return {**figures(ledger.counters()), "ledger": ledger.census(), "waiting": waiting, "parked": parked}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def table(status: dict[str, Any], language: Language = "en") -> str:
    """The same for a terminal; figures bear the names of the JSON form, the rest is told in words."""
    words = WORDS[language]
    figures_ = {key: value for key, value in status.items() if key not in ("ledger", "waiting", "parked")}
    lines = [f"{name:<28} {value}" for name, value in (figures_ | status["ledger"]).items()]
    lines += [
        words["waiting"].format(
            since=row["since"],
            what=row.get("externalTask") or row["processInstanceId"],
            reason=one_line(row["reason"] or words["unknown"], LONGEST_REASON),
        )
        for row in status["waiting"]
    ]
    lines += [
        words["parked"].format(**row | {"error": one_line(row["error"] or "", LONGEST_REASON)})
        for row in status["parked"]
    ]
    return "\n".join([*lines, words["cure"]] if status["parked"] else lines)
