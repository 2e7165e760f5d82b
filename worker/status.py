"""What `status` prints: the statistics, what is on its way, what is parked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from worker.ledger import Ledger
from worker.statistics import figures


def status_of(ledger: Ledger) -> dict[str, Any]:
    """The state of a ledger as plain data: statistics by their fixed names on the top level."""
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
        for stuck in ledger.stuck()
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


def table(status: dict[str, Any]) -> str:
    """The same for a terminal; names are those of the JSON form."""
    figures_ = {key: value for key, value in status.items() if key not in ("ledger", "waiting", "parked")}
    lines = [f"{name:<28} {value}" for name, value in (figures_ | status["ledger"]).items()]
    lines += [
        f"waiting since {row['since']}: "
        f"{row.get('externalTask') or row['processInstanceId']}: {row['reason'] or 'outcome unknown'}"
        for row in status["waiting"]
    ]
    lines += [
        f"parked sync {row['id']} since {row['since']}: "
        f"{row['processDefinitionKey']} {row['processInstanceId']}: {row['error']}"
        for row in status["parked"]
    ]
    return "\n".join(lines)
