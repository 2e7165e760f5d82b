"""Decides what the portal's answer to a create means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bitrix.added import Added
from bitrix.errors import AccessDenied, ChannelFault, NotExecuted, PortalError, RefusedInFront, Rejected
from bitrix.shown import in_text
from bitrix.tasks import Tasks
from worker.ledger import Counted, Ledger
from worker.mapping.faults import ORIGIN
from worker.mapping.origins import Origin
from worker.mapping.task_fields import shown_name
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.runtime.timings import Timings
from worker.steps.people_of_drafts import GROUP, RESPONSIBLE
from worker.tasks.existing import Existing
from worker.tasks.failures import Failures
from worker.tasks.hand import Attempt
from worker.tasks.lookup import Lookup
from worker.tasks.neutral import portal_is_well
from worker.tasks.outcomes import Doubt, GiveBack, Hold, Outcome
from worker.words.causes import name_of
from worker.words.faults import fault_text
from worker.words.phrase import NOTHING, Phrase, joined, unchanged
from worker.words.unbelieved import NUMBER_TAKEN

REFERENCES = ("RESPONSIBLE_ID", "CREATED_BY", "ACCOMPLICES", "AUDITORS", "GROUP_ID", "FLOW_ID", "STAGE_ID", "PARENT_ID")


class Answers:
    """Records what an answer says about a create before it returns the outcome.

    `origin_of`: where the value of a field of a step's draft comes from.
    Raises `StaleRow` and `LedgerUnavailable`.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        tasks: Tasks,
        lookup: Lookup,
        existing: Existing,
        failures: Failures,
        telemetry: Telemetry,
        timings: Timings,
        origin_of: Callable[[FetchedTask, TaskDraft, str], Origin],
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._lookup = lookup
        self._existing = existing
        self._failures = failures
        self._telemetry = telemetry
        self._timings = timings
        self._origin_of = origin_of

    def good(self, attempt: Attempt, added: Added) -> Outcome:
        """The outcome after an answer that names a task. With our marker, the task is ours.

        Without it, the number may be that of another step's task: then the create is in doubt. Otherwise the task is
        ours. If the answer shows that the portal has dropped the marker, no look-up can find the task: this is logged.
        """
        hand, draft = attempt.hand, attempt.draft
        self._timings.created(hand.task.id)
        if added.xml_id != draft.marker:
            if other := self._ledger.other_of_number(added.id, hand.task.id):
                return self._doubt(attempt, NUMBER_TAKEN.format(id=added.id, other=other))
            if added.xml_id is not None:
                id_ = hand.task.id
                self._telemetry.emit("task.marker_dropped", task=id_, portal_task=added.id, marker=draft.marker)
                self._ledger.note(Counted.MARKERS_DROPPED)  # written with the next row, which records the task
        self._compare(attempt, added)
        return self._existing.outcome(replace(hand, fresh=True), added.id, "created")

    def _compare(self, attempt: Attempt, added: Added) -> None:
        """Log it if the answer names another responsible person or group than the request. It may name none."""
        id_, log, fields = attempt.hand.task.id, self._telemetry, attempt.draft.fields
        sent, shown = fields.get(RESPONSIBLE), added.responsible
        if sent is not None and shown not in (None, str(sent)):
            log.emit("task.responsible_changed", task=id_, portal_task=added.id, sent=str(sent), told=shown)
        sent, shown = fields.get(GROUP), added.group
        if sent is not None and shown not in (None, str(sent)):
            log.emit("task.group_changed", task=id_, portal_task=added.id, sent=str(sent), told=shown or None)

    def bad(self, attempt: Attempt, error: PortalError) -> Outcome:
        """The outcome after an error: the portal refused the create, or may have executed it."""
        if not isinstance(error, NotExecuted | ChannelFault | Rejected):
            return self._doubt(attempt, error, counts=self.portal_is_well())
        return self._rejected(attempt, error) if self._is_the_tasks_own(error) else self._not_sent(attempt, error)

    def portal_is_well(self) -> bool:
        """Whether neutral calls work right now. If not, a doubtful answer is an outage, not an error in the task."""
        return portal_is_well(self._tasks)

    def _is_the_tasks_own(self, error: PortalError) -> bool:
        """Whether this task alone is refused: rejected for its content, or denied while neutral calls succeed."""
        if isinstance(error, AccessDenied | RefusedInFront):
            return self.portal_is_well()
        return isinstance(error, Rejected)

    def _doubt(self, attempt: Attempt, why: object, *, counts: bool = True) -> Doubt:
        """Record the unclear answer. `counts`: whether the attempt counts towards the limit (P8)."""
        words = self._telemetry.words(why)
        noted = self._ledger.doubtful(attempt.row, words, counts=counts, cause=name_of(why))
        return Doubt(replace(attempt.hand, row=noted), attempt.sent_at, why)

    def _not_sent(self, attempt: Attempt, error: PortalError) -> Outcome:
        """The create was not executed. Keep the task for a new try, or release it if a person must fix the portal."""
        hand = replace(attempt.hand, row=self._ledger.not_executed(attempt.row))
        self._telemetry.emit("task.not_sent", task=hand.task.id, reason=error)
        return GiveBack(hand, error) if isinstance(error, ChannelFault) else Hold(hand, error)

    def _rejected(self, attempt: Attempt, error: PortalError) -> Outcome:
        """Fail the task, but look it up first: the portal may refuse after it has inserted the task."""
        hand = attempt.hand
        try:
            found = self._lookup.find([hand.task]).get(hand.task.id)
        except PortalError:
            return self._doubt(attempt, error)
        if found is not None:
            return self._existing.outcome(replace(hand, found=found, cleared=True), found, "adopted")
        words, details = error.detail or error.code, self._telemetry.words(error)
        known = [*self._references(hand.task, attempt.draft)]
        sent = joined(", ", [said for said, _ in known]) or fault_text("no_references")
        model = fault_text("rejected_by_model") if any(by_model for _, by_model in known) else NOTHING
        return self._failures.named_failure(
            hand, "rejected", details=details, words=words, code=error.code, sent=sent, model=model
        )

    def _references(self, task: FetchedTask, draft: TaskDraft) -> Iterator[tuple[Phrase, bool]]:
        """The users, group, flow, stage and parent task of the draft with their origins, and whether the model set it.

        They are the usual reason why the portal refuses a task.
        """
        for name in REFERENCES:
            if name in draft.fields:
                place = f"{shown_name(name)} = {in_text(draft.fields[name])}"
                said, by_model = self._origin_of(task, draft, name)
                yield ORIGIN.format(place=place, origin=said) if said else unchanged(place), by_model
