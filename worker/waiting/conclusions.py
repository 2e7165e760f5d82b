"""Decides what the end of a Bitrix24 task means for the step that waited for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bitrix.questionnaires import Questionnaire
from worker.config.settings import TopicSettings
from worker.engine.variables import EncodeError, encode
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper, own
from worker.mapping.outcomes import ERROR_OUTCOME, answer_key
from worker.mapping.questionnaires import QuestionnaireVariables, variables_of
from worker.model import QUESTIONNAIRES, BpmnError, ClosedTask, Complete, Ending, Failure, FetchedTask, Settlement
from worker.outbox.retries import RetryPlan
from worker.runtime.telemetry import Telemetry
from worker.words.faults import fault_text
from worker.words.printable import lines


class Locals(Protocol):
    """`hiding`: where a local variable of this name would hide the answer; None if nowhere. Raises `EngineError`.

    `first_hidden`: the same for many variables at once; the first one with its place.
    """

    def hiding(self, task: FetchedTask, name: str) -> str | None: ...
    def first_hidden(self, task: FetchedTask, names: Collection[str]) -> tuple[str, str] | None: ...


class DoneActs(Protocol):
    """What the ledger keeps of the done acts of one kind of a task. Raises `LedgerUnavailable`."""

    def lasting(self, external_task_id: str, kind: str) -> Sequence[Mapping[str, Any]]: ...


DONE = (Ending.COMPLETED, Ending.AWAITS_CONTROL)


class Conclusions:
    """Makes settlements from closed tasks, as their topics are configured. Thread-safe."""

    def __init__(
        self,
        topics: Mapping[str, TopicSettings],
        mapper: Mapper,
        retries: RetryPlan,
        *,
        locals_: Locals,
        acts: DoneActs,
        telemetry: Telemetry,
    ) -> None:
        self._topics = topics
        self._mapper = mapper
        self._retries = retries
        self._locals = locals_
        self._acts = acts
        self._telemetry = telemetry

    def of(self, task: FetchedTask, closed: ClosedTask, *, expects_answer: bool) -> Settlement:
        """The outcome for the engine. An error in a template or its encoding makes it a failure.

        Raises `EngineError` if it cannot be found out whether an answer would reach the process.
        """
        try:
            return self._with_questionnaires(task, closed, self._of(task, closed, expects_answer=expects_answer))
        except (MappingFault, EncodeError) as fault:
            words = self._words("ending_at_fault", task, closed, words=self._telemetry.words(fault))
            return self._retries.failure(task.topic, task.retries, words)

    def unread(self, task: FetchedTask, portal_task_id: int, error: object) -> Settlement:
        """The failure of a step whose closed task cannot be read: it is tried as often as the topic's `retries` say."""
        words = self._telemetry.words(error)
        text = fault_text("task_unread", topic=task.topic, task=portal_task_id, words=words)
        said = self._telemetry.words(text)
        return self._retries.failure(task.topic, task.retries, said)

    def _of(self, task: FetchedTask, closed: ClosedTask, *, expects_answer: bool) -> Settlement:
        if closed.status not in DONE:
            return self._not_done(task, closed, expects_answer=expects_answer)
        return self._answered(task, closed) if expects_answer else Complete(self._result(task, closed))

    def _with_questionnaires(self, task: FetchedTask, closed: ClosedTask, settlement: Settlement) -> Settlement:
        """The outcome with the answers of the questionnaires. A result that the topic names goes before them."""
        if isinstance(settlement, Failure) or closed.questionnaires is None:
            return settlement
        if gone := self._gone(task, closed.questionnaires):
            return self._incident(task, self._words("questionnaires_gone", task, closed, codes=", ".join(gone)))
        answers = variables_of(task, closed.questionnaires)
        if hidden := self._locals.first_hidden(task, answers.values):
            name, place = hidden
            return self._incident(task, self._words("question_hidden", task, closed, variable=name, place=place))
        self._tell(task, closed, answers)
        return replace(settlement, variables={**encode(answers.values), **settlement.variables})

    def _gone(self, task: FetchedTask, shown: Sequence[Questionnaire]) -> list[str]:
        """The codes of those that the worker has added and people have deleted: a loop would go by the last round's."""
        left = Counter(one.code for one in shown)
        kept = self._acts.lasting(task.id, QUESTIONNAIRES)
        return sorted((Counter(code for one in kept for code in one.get("codes", ())) - left).elements())

    def _tell(self, task: FetchedTask, closed: ClosedTask, answers: QuestionnaireVariables) -> None:
        """Log which answers the process does not get."""
        log, activity, unnamed, repeated = self._telemetry, task.activity_id, answers.unnamed, answers.repeated
        if questions := ", ".join(unnamed):
            log.emit("questionnaire.unnamed", activity=activity, portal_task=closed.id, questions=questions)
        if variables := ", ".join(repeated):
            log.emit("questionnaire.repeated", activity=activity, portal_task=closed.id, variables=variables)

    def _not_done(self, task: FetchedTask, closed: ClosedTask, *, expects_answer: bool) -> Settlement:
        wait = self._topics[task.topic].wait
        match closed.status:
            case Ending.DECLINED:
                outcome, words = wait.declined, self._words("task_declined", task, closed)
            case Ending.DELETED:
                outcome, words = wait.deleted, self._words("task_deleted", task, closed)
            case _:
                outcome, words = wait.returned, self._words("task_returned", task, closed)
        if outcome == "incident":
            return self._incident(task, words)
        if expects_answer:
            return self._reaching(task, closed, outcome, words, None)
        return self._told(task, closed, outcome, words, {})

    def _answered(self, task: FetchedTask, closed: ClosedTask) -> Settlement:
        answers = {answer_key(name): value for name, value in self._topics[task.topic].wait.answers.items()}
        if not closed.answers:
            return self._incident(task, self._words("answer_missing", task, closed))
        if len(closed.answers) > 1:
            return self._incident(task, self._words("answers_several", task, closed))
        [answer] = closed.answers
        value = answers.get(answer_key(answer))
        if value is None:  # never counted as "no": the process would take the wrong path
            return self._incident(task, self._words("answer_unknown", task, closed))
        return self._reaching(task, closed, value, answer, value)

    def _reaching(
        self, task: FetchedTask, closed: ClosedTask, outcome: str | float, words: str, value: str | float | None
    ) -> Settlement:
        """The outcome with an answer. An incident instead if a local variable would keep it from the process."""
        name = self._mapper.answer_variable(task)
        if place := self._locals.hiding(task, name):
            return self._incident(task, self._words("answer_hidden", task, closed, variable=name, place=place))
        answer: dict[str, object] = {name: value}
        return self._told(task, closed, outcome, words, answer | own(task, answer))

    def _told(
        self, task: FetchedTask, closed: ClosedTask, outcome: str | float, words: str, answer: Mapping[str, object]
    ) -> Settlement:
        """Without an answer its variable becomes null: in a loop the previous round's answer would otherwise remain."""
        if error := ERROR_OUTCOME.fullmatch(str(outcome)):
            return BpmnError(error["code"], lines(words), self._result(task, closed) | encode(dict.fromkeys(answer)))
        return Complete(self._result(task, closed) | encode(answer))

    def _result(self, task: FetchedTask, closed: ClosedTask) -> dict[str, object]:
        return dict(encode(self._mapper.result(task, closed)))

    def _incident(self, task: FetchedTask, words: str) -> Settlement:
        return self._retries.failure(task.topic, task.retries, words, final=True)

    def _words(self, name: str, task: FetchedTask, closed: ClosedTask, **more: str) -> str:
        known = ", ".join(self._topics[task.topic].wait.answers)
        answer = (closed.answer or "")[:100]
        facts = {"task": closed.id, "answer": answer, "known": known} | more
        return self._telemetry.words(fault_text(name, topic=task.topic, **facts))
