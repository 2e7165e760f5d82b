"""Finds faults in a step's model that nobody would notice, and refuses the step before its task is made.

Only the definition shows them. If it cannot be read, nothing is refused, and `definition.unread` is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bitrix.flags import flag
from worker.config.settings import TopicSettings
from worker.mapping.expectations import says
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.letters import told_apart
from worker.mapping.mapper import own
from worker.mapping.marks import EXPECTED_FIELD, MARKS, QUESTION_FIELD, SPELLINGS, is_answer, meant, plain, resembled
from worker.mapping.notations import EXPRESSION
from worker.mapping.template_reader import attributes_of
from worker.model import FetchedTask, Promise, TaskDraft
from worker.steps.bpmn.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.needed import needed, unheard
from worker.steps.parameters import losses
from worker.steps.unread_inputs import misspelt
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

NAMELESS = unchanged("{step}: {reason}")
BEGUN_WITHOUT = Phrase(
    "В модели входной параметр {names} уже есть, но этот шаг начался без него. Задайте локальную переменную шага или "
    "начните шаг заново",
    "The model has the input parameter {names} by now, but this step began without it. Set the step's local variable, "
    "or begin the step anew",
)
ONLY_ABOUT_THE_TASK = frozenset({"id", "url"})
"""Attributes of a task that do not depend on what people did."""


@dataclass(frozen=True, slots=True)
class StepFault:
    """A fault. `kind`: a reason why a task cannot be mapped; `detail`: its detail.

    `mark`: the mark that the step lacks; a person may set it in the running step.
    """

    where: str
    kind: str
    detail: Phrase | str = ""
    mark: str | None = None


def nothing_set(_: FetchedTask) -> Collection[str]:
    """Where no engine can be asked for local variables."""
    return ()


class StepFaults:
    """Checks the steps of all topics. Thread-safe.

    `locals_of`: the names of a step's own local variables, as the engine has them now; asked only for a faulty step.
    """

    def __init__(
        self,
        topics: Mapping[str, TopicSettings],
        definitions: Definitions,
        locals_of: Callable[[FetchedTask], Collection[str]] = nothing_set,
    ) -> None:
        self._topics = topics
        self._definitions = definitions
        self._locals_of = locals_of

    def near(self, task: FetchedTask) -> Sequence[Collection[str]]:
        """Names of the variables that the step and the scopes around it set; empty if the definition was not read."""
        try:
            return self._definitions.step(task).near
        except DefinitionUnread:
            return ()

    def refuse(self, task: FetchedTask, draft: TaskDraft) -> None:
        """Raises `MappingFault` for the first fault of the step for which `draft` was made; may raise `EngineError`."""
        if task.topic not in self._topics:
            return
        try:
            step = self._definitions.step(task)
        except DefinitionUnread:
            return
        topic = self._topics[task.topic]
        for name in begun_without(step, task, SPELLINGS):
            where = f"inputParameters.{name}"
            raise MappingFault(task.topic, where, None, reason_of("begun_without", name), of_model=True)
        clashes = clashes_of(step, topic, task, draft.promise, draft.answer_variable)
        for fault in (*faults_of(step, topic, task), *clashes):
            if not self._corrected(fault, step, task):
                raise MappingFault(task.topic, fault.where, None, reason_of(fault.kind, fault.detail), of_model=True)

    def _corrected(self, fault: StepFault, step: Step, task: FetchedTask) -> bool:
        """Whether a person has given the running step the mark that its model misspells."""
        if fault.mark is None:
            return False
        added = {name for name in task.variables if plain(name) == plain(fault.mark)}.difference(step.inputs)
        return bool(added) and not added.isdisjoint(self._locals_of(task))

    def refuse_losses(self, task: FetchedTask, names: Collection[str]) -> None:
        """Raises `MappingFault` if the model would keep one of these variables of the step from the process."""
        try:
            step = self._definitions.step(task)
        except DefinitionUnread:
            return
        for loss in losses(step, names):
            raise MappingFault(task.topic, loss.where, None, reason_of(loss.kind), of_model=True)

    def misspelt(self, task: FetchedTask) -> Phrase:
        """What the model of a step whose task lacks something says, but not to this task; empty: nothing.

        It says so under a misspelt name, or has learned it after the step began.
        """
        try:
            step, topic = self._definitions.step(task), self._topics[task.topic]
        except (DefinitionUnread, KeyError):
            return NOTHING
        late = begun_without(step, task, needed(topic) or ())
        return BEGUN_WITHOUT.format(names=", ".join(late)) if late else misspelt(step, topic)

    def explained(self, task: FetchedTask, what: Phrase) -> Phrase:
        """What is odd about a task that could not be handed out; if its model is the cause, place and cure come first.

        The engine's own words may be long, and the middle of a long message is cut.
        """
        try:
            nameless = self._definitions.step(task).nameless
        except DefinitionUnread:
            return what
        reasons = [
            NAMELESS.format(step=task.activity_id, reason=reason_of("nameless_property", one)) for one in nameless
        ]
        return joined("; ", [*reasons, what])


def begun_without(step: Step, task: FetchedTask, read: Collection[str]) -> list[str]:
    """Input parameters among `read` that the step's model has and the task has not under any spelling.

    The engine evaluates them when the step begins: it began under another version of the model, and was migrated.
    """
    given = set(map(plain, (*task.variables, *task.extension_properties)))
    return [name for name in step.inputs if name in read and plain(name) not in given]


def faults_of(step: Step, topic: TopicSettings, task: FetchedTask) -> Iterator[StepFault]:
    """All faults of one step by itself."""
    for told_apart_by in step.nameless:
        yield StepFault("properties", "nameless_property", told_apart_by)
    yield from _marks(step, topic, task)
    yield from _said_twice(step, topic)
    yield from _written_as_templates(step, topic, task)


def clashes_of(
    step: Step, topic: TopicSettings, task: FetchedTask, promise: Promise, answer_variable: str | None
) -> Iterator[StepFault]:
    """Where the model would lose or overwrite people's decisions. `answer_variable` None: no answer is expected."""
    decided = _decided(topic, task, promise, answer_variable)
    for loss in losses(step, decided):
        yield StepFault(loss.where, loss.kind)
    for name in sorted(own(task, dict.fromkeys(decided)).keys() & step.model.sets):
        yield StepFault(name, "reserved_name")


def _marks(step: Step, topic: TopicSettings, task: FetchedTask) -> Iterator[StepFault]:
    """Names that were probably meant to ask somebody or to wait, but are not read where they stand."""
    read = needed(topic) or ()
    others = (name for name in step.inputs if name not in topic.task and name not in read)
    slips = {name: mark for name in others if (mark := meant(name))}
    for name, mark in {**slips, **unheard(topic, step.inputs)}.items():
        if name not in step.mentioned:
            kind = "answer_given" if is_answer(name) else "misspelt_parameter"
            yield StepFault(f"inputParameters.{name}", kind, told_apart(name, mark), mark)
    configured = {plain(name) for name in topic.task}

    def unsaid(mark: str) -> bool:
        return plain(mark) not in configured and says(mark, task) is None

    if unsaid(EXPECTED_FIELD):
        asking = (name for name in step.inputs if plain(name) == plain(QUESTION_FIELD))
        yield from (StepFault(f"inputParameters.{name}", "unexpected_question") for name in asking)
    for name in step.own.outputs:
        if (mark := MARKS.get(plain(name)) or resembled(name)) and unsaid(mark):
            yield StepFault(f"outputParameters.{name}", "output_mark", mark)
    for place, said in step.elsewhere:
        for name, value in said.items():
            if (mark := _mark(name)) and flag(value) is not False and unsaid(mark):
                yield StepFault(f"{place}.{name}", "mark_elsewhere", mark)


def _mark(name: str) -> str | None:
    return MARKS.get(plain(name)) or meant(name)


def _said_twice(step: Step, topic: TopicSettings) -> Iterator[StepFault]:
    """Marks, and parameters that are read, with two values of which the engine drops one."""
    read = needed(topic) or ()
    for where in step.twice:
        place, _, name = where.partition(".")
        if plain(name) in MARKS or (place == "inputParameters" and name in read):
            yield StepFault(where, "given_twice" if place == "inputParameters" else "said_twice")


def _written_as_templates(step: Step, topic: TopicSettings, task: FetchedTask) -> Iterator[StepFault]:
    """Parameters that are read but contain a template. People would see its braces, unless the value was corrected."""
    read = needed(topic)
    for name, text in step.texts.items():
        if _has_template(text) and _has_template(task.variables.get(name)) and (read is None or name in read):
            yield StepFault(f"inputParameters.{name}", "template_in_model")


def _has_template(text: object) -> bool:
    return isinstance(text, str) and "{{" in text and bool(EXPRESSION.search(text))


def _decided(topic: TopicSettings, task: FetchedTask, promise: Promise, answer_variable: str | None) -> list[str]:
    """Variables that carry people's decisions to the process: the answer, and results made from their work."""
    names = [answer_variable] if answer_variable else []
    if promise is not Promise.NOTHING:
        names += [name for name, template in topic.result.items() if _tells_of_people(template)]
    return [*names, *own(task, dict.fromkeys(names))]


def _tells_of_people(template: object) -> bool:
    taken = attributes_of("task", [template])
    return bool({path.partition(".")[0] for path in taken} - ONLY_ABOUT_THE_TASK)
