"""Decides whether a step whose Bitrix24 task exists waits for people or is completed.

The worker waits for an approval that was begun, whatever today's configuration or variables say: a changed
configuration must not skip anybody. The ledger's row says what the task was created for. If the row is lost, or another
program created the task, the task on the portal says whether it expects an answer (`asked_before`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bitrix import reading
from bitrix.errors import LookupUnproven, PortalError
from bitrix.methods import LIST
from bitrix.task_states import EXPECTED_FIELD, TaskStates
from bitrix.tasks import Tasks
from worker.engine.errors import EngineError
from worker.engine.variables import EncodeError, encode
from worker.ledger import Row
from worker.ledger.records import UNDRAFTED
from worker.ledger.waiting import Origin
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import Act, Complete, FetchedTask, PortalTask, Promise, Settlement, Stage
from worker.runtime.telemetry import Telemetry
from worker.tasks.asked_before import AskedBefore, asked_before
from worker.tasks.failures import LONGEST_WORDS, Failures
from worker.tasks.hand import TaskInHand
from worker.tasks.neutral import held_unread
from worker.tasks.outcomes import Hold, LetGo, Outcome, Perform, Settle, Wait
from worker.tasks.promises import begun_for, promised
from worker.words.codes import WaitsFor
from worker.words.printable import one_line

MADE = "CREATED_DATE"


class Existing:
    """Thread-safe.

    `acts_of`: what a step's task needs besides its create, as drafted today.
    """

    def __init__(
        self,
        mapper: Mapper,
        tasks: Tasks,
        task_states: TaskStates,
        failures: Failures,
        telemetry: Telemetry,
        *,
        task_url: Callable[[int], str],
        acts_of: Callable[[FetchedTask], tuple[Act, ...]],
    ) -> None:
        self._mapper = mapper
        self._tasks = tasks
        self._task_states = task_states
        self._failures = failures
        self._telemetry = telemetry
        self._task_url = task_url
        self._acts_of = acts_of

    def outcome(self, hand: TaskInHand, portal_task_id: int, origin: Origin) -> Outcome:
        """The outcome for a task in hand whose Bitrix24 task is `portal_task_id`."""
        try:
            promise = self._promise(hand, portal_task_id, origin)
            drafted = self._drafted(hand, portal_task_id, origin) if self._lacks_acts(hand, origin) else ()
        except MappingFault as fault:
            return self._unknown(hand, portal_task_id, origin, fault)
        except PortalError as error:
            return Hold(hand, error)
        except EngineError as error:
            return LetGo(hand, error)
        if not isinstance(drafted, tuple):
            return drafted
        if drafted or (hand.row is not None and hand.row.acts):
            return Perform(hand, portal_task_id, origin, promise, drafted)
        return self.conclusion(hand, portal_task_id, promise, origin)

    def conclusion(
        self, hand: TaskInHand, portal_task_id: int, promise: Promise, origin: Origin = "known"
    ) -> Settle | Wait:
        """The outcome once no act is left."""
        if promise is not Promise.NOTHING:
            news = origin == "adopted" and self._lacks_acts(hand, origin)
            return Wait(hand, portal_task_id, origin, promise, self._made_at(portal_task_id) if news else None)
        return Settle(hand, portal_task_id, origin, self._completion(hand, portal_task_id))

    def _made_at(self, portal_task_id: int) -> float | None:
        """When the task was made, in seconds since the epoch; None: the portal does not tell."""
        with suppress(PortalError):
            for state in self._task_states.states([portal_task_id], [MADE]).read:
                made = reading.instant(state.fields.get(MADE))
                return made.timestamp() if made else None
        return None

    @staticmethod
    def _lacks_acts(hand: TaskInHand, origin: Origin) -> bool:
        """Whether no row says what the task needs: a look-up has found it, and no create of ours is recorded."""
        row = hand.row
        if origin == "adopted":
            return row is None or row.stage is Stage.REJECTED or row.attempt == 0
        return row is not None and row.acts == UNDRAFTED

    def _drafted(self, hand: TaskInHand, portal_task_id: int, origin: Origin) -> tuple[Act, ...] | Outcome:
        """The acts of a task that no row names; none for a task that another program made.

        An outcome: nobody can tell, now or at all. Raises `PortalError` or `EngineError`.
        """
        drafted: tuple[Act, ...] = ()
        why: Exception | None = None
        try:
            drafted = self._acts_of(hand.task)
        except MappingFault as fault:
            why = fault
        except PortalError as error:
            if held := held_unread(hand, error, self._tasks):
                return held
            why = error
        if not drafted and why is None:
            return ()
        if not self._is_ours(hand, portal_task_id):
            parts = ", ".join(dict.fromkeys(act.kind for act in drafted)) or "?"
            self._telemetry.emit("acts.not_ours", task=hand.task.id, portal_task=portal_task_id, acts=parts)
            return ()
        if why is None:
            return drafted
        if not self._failures.go_on(hand.task):
            return self._unknown(hand, portal_task_id, origin, why)
        self._telemetry.emit("acts.not_drafted", task=hand.task.id, portal_task=portal_task_id, reason=why)
        return ()

    def _is_ours(self, hand: TaskInHand, portal_task_id: int) -> bool:
        """Whether a task that a look-up has found bears our marker. A row in the answer is proof, its absence is not.

        Raises `PortalError`.
        """
        for state in self._task_states.states([portal_task_id]).all():
            return state.xml_id == hand.task.marker
        if hand.row is not None and hand.row.portal_task_id is not None:
            return True  # deleted since it was found: the acts find that out
        raise LookupUnproven(LIST, "malformed", f"task {portal_task_id}")

    def _unknown(self, hand: TaskInHand, portal_task_id: int, origin: Origin, why: object) -> Settle:
        """Fail a step of which nobody can tell what its task needs."""
        said = self._telemetry.words(why)
        words = one_line(said, LONGEST_WORDS)
        text = self._failures.named_text(hand, "acts_not_drafted", portal_task=portal_task_id, words=words)
        failure = self._failures.of(hand, text, f"{text}\n\n{said}").failure
        return Settle(hand, portal_task_id, origin, failure, undrafted=self._lacks_acts(hand, origin))

    def _completion(self, hand: TaskInHand, portal_task_id: int) -> Settlement:
        task = PortalTask(portal_task_id, self._task_url(portal_task_id))
        try:
            return Complete(encode(self._mapper.result(hand.task, task)))
        except (MappingFault, EncodeError) as fault:
            said = fault.whole if isinstance(fault, MappingFault) else fault
            return self._failures.of(hand, said).failure

    def _promise(self, hand: TaskInHand, portal_task_id: int, origin: Origin) -> Promise:
        """What the step waits for: the greater of what the task was created for and what the configuration says today.

        The portal is asked only if the row does not say what the task was created for. Logs a contradiction. Raises
        `PortalError`.
        """
        row = hand.row
        today = hand.draft.promise if hand.draft else self._mapper.promise(hand.task)
        begun = row.promise if row is not None else None
        if begun is None and today is not Promise.ANSWER and origin != "created":
            begun = self._told_by_portal(hand.task, row, portal_task_id)
        if begun is not None and begun is not today:
            self._tell(hand.task, portal_task_id, begun, today)
        return promised(begun, today)

    def _told_by_portal(self, task: FetchedTask, row: Row | None, portal_task_id: int) -> Promise | None:
        """What the portal says the task was created for; None as in `begun_for`."""
        states = self._task_states.states([portal_task_id], [EXPECTED_FIELD])
        for state in states.read:
            asked = asked_before(state, task.marker, task.extension_properties)
            if asked is AskedBefore.DENIED:
                self._telemetry.emit(
                    "waiting.answer_denied", task=task.id, activity=task.activity_id, portal_task=portal_task_id
                )
            return begun_for(asked)
        if states.odd or row is None or row.portal_task_id is None:  # a look-up has just found it
            raise LookupUnproven(LIST, "malformed", f"task {portal_task_id}")
        return Promise.CLOSE if row.stage is Stage.WAITING else None  # missing on the portal: the sweep decides

    def _tell(self, task: FetchedTask, portal_task_id: int, begun: Promise, today: Promise) -> None:
        self._telemetry.emit(
            "waiting.promise_kept" if begun > today else "waiting.promise_new",
            task=task.id,
            topic=task.topic,
            activity=task.activity_id,
            portal_task=portal_task_id,
            begun=WaitsFor(begun.name.lower()),
            today=WaitsFor(today.name.lower()),
        )
