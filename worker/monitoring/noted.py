"""What the ledger notes of what keeps steps, as the running worker would tell it: for `status` while none answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bitrix.causes import Cause, Trouble
from worker.ledger.noted import Noted
from worker.monitoring.incidents import Incidents
from worker.tasks import in_control, suspended_steps
from worker.tasks.met_step import step_of
from worker.waiting import absentees
from worker.waiting.kept_pauses import read_kept
from worker.words.causes import explained
from worker.words.codes import PartName
from worker.words.phrase import Language

TROUBLES: Mapping[PartName, Trouble] = {
    PartName.GONE_TASKS: Trouble("portal", Cause.TASKS_GONE),
    PartName.GONE_STEPS: Trouble("engine", Cause.STEPS_GONE),
}
NOTED = "noted"
"""The reason of a step that nobody has looked at since."""


def noted_incidents(noted: Noted) -> Incidents:
    """The steps whose process is suspended, whose responsible person was dismissed, or whose task awaits control.

    As they were when last looked at.
    """
    suspended, dismissed, controlled = (
        [step_of(row, kind, NOTED, since) for row, since in noted.seen(kind)]
        for kind in (suspended_steps.KIND, absentees.KIND, in_control.KIND)
    )
    return Incidents(suspended=suspended, dismissed=dismissed, in_control=controlled)


def noted_pauses(noted: Noted, language: Language) -> Iterator[dict[str, Any]]:
    """The parts of the work that a worker has paused because so much was missing at once, as rows of `status`."""
    for name, why in noted.paused():
        trouble, kept = next((TROUBLES[part] for part in TROUBLES if part == name), None), read_kept(why)
        if trouble is None or kept is None:
            continue
        gone, since = kept
        found = explained(replace(trouble, said=gone.said))
        yield {
            "kind": name,
            "count": gone.count,
            "of": gone.of,
            "since": datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds"),
            "reason": found.sentence.in_(language),
            "cause": trouble.cause.value,
            "cure": found.cure.in_(language),
        }
