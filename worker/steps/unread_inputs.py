"""Warns of what a step says and nothing reads: a misspelt input parameter, or a field as an extension property.

The task lacks it. Only what the step itself says is checked: process variables may be meant for others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from functools import partial

from worker.config.settings import TopicSettings
from worker.mapping.letters import told_apart
from worker.mapping.marks import MARKS, plain
from worker.mapping.nearest import nearest
from worker.mapping.task_fields import BY_VARIABLE
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.needed import needed, unheard
from worker.steps.once import Once
from worker.steps.parameters import hidden_results, shared_results
from worker.words.phrase import Phrase, joined, unchanged

NEAR = 0.75
"""How similar a name must be to be told as the one that was meant."""
AS_PROPERTIES = ("checklists", "files")
"""The fields that an extension property of a step fills."""
_MEANT = unchanged("{name} → {meant}?")
_FILES = Phrase("files (укажите его свойством расширения шага)", "files (make it an extension property of the step)")


class UnreadInputs:
    """Checks each step of each definition once.

    `all_read`: topics for which the portal's templates may read any parameter, so only one that resembles a known name
    is reported. `properties_read`: the extension properties that each topic's templates use.
    """

    def __init__(
        self,
        definitions: Definitions,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
        submit: Callable[[Callable[[], None]], object],
        *,
        all_read: Collection[str] = (),
        properties_read: Mapping[str, Container[str]] | None = None,
    ) -> None:
        self._definitions = definitions
        self._all_read = all_read
        self._properties_read = properties_read or {}
        self._telemetry = telemetry
        self._submit = submit
        self._topics = topics
        self._logged = Once()

    def look_at(self, tasks: Sequence[FetchedTask]) -> None:
        """Check the steps not seen before, in the pool, so that nothing waits for it. Call it from one thread only."""
        for task in tasks:
            step = (task.process_definition_id or "", task.activity_id)
            if self._logged.first(step):
                self._submit(partial(self._tell, task))

    def _tell(self, task: FetchedTask) -> None:
        try:
            step = self._definitions.step(task)
        except DefinitionUnread:  # `Definitions` has logged it
            return
        topic, definition, activity = self._topics.get(task.topic), task.process_definition_id, task.activity_id
        if topic is None:
            return
        hidden = hidden_results(step, topic, task)
        if hidden:
            names = ", ".join(hidden)
            self._telemetry.emit("step.hidden_results", definition=definition, activity=activity, names=names)
        if shared := ", ".join(shared_results(step, topic, task)):
            self._telemetry.emit("step.shared_results", definition=definition, activity=activity, names=shared)
        all_read = task.topic in self._all_read
        if unread := unread_inputs(step, topic, besides=hidden, all_read=all_read):
            self._telemetry.emit(
                "step.unread_inputs", definition=definition, activity=activity, topic=task.topic, names=unread
            )
        if fields := ", ".join(() if all_read else unread_properties(step, self._properties_read.get(task.topic, ()))):
            self._telemetry.emit("step.unread_properties", definition=definition, activity=activity, names=fields)


def unread_inputs(
    step: Step, topic: TopicSettings, *, besides: Collection[str] = (), all_read: bool = False
) -> Phrase | None:
    """The step's input parameters that nothing reads, each with the name that was probably meant; None: all are read.

    `besides`: names told elsewhere. `all_read`: any may be read, so only those that resemble a known name count.
    """
    read = needed(topic)
    if read is None:
        return None
    known, silent = {*read, *step.mentioned}, unheard(topic, step.inputs)
    others = [name for name in step.inputs if name not in besides]
    unread = [name for name in others if name in silent or not (name in known or plain(name) in MARKS)]
    told = [(name, _meant(name, read)) for name in unread]
    return joined(", ", (shown or unchanged(name) for name, shown in told if shown or not all_read)) or None


def unread_properties(step: Step, read: Container[str]) -> list[str]:
    """Extension properties named like a field that only variables and parameters fill. `read`: what templates use."""
    fields = {plain(name) for name in BY_VARIABLE if name not in AS_PROPERTIES}
    return [name for name, value in step.properties.items() if value and plain(name) in fields and name not in read]


def _meant(name: str, read: Collection[str]) -> Phrase | None:
    """The name with the nearest one that would have been read; None: there is none."""
    if plain(name) == "files":
        return _FILES
    meant = nearest(name, [*sorted(read, key=_in_camel_last), *MARKS.values()], cutoff=NEAR)
    return _MEANT.format(name=name, meant=told_apart(name, meant)) if meant else None


def _in_camel_last(name: str) -> tuple[bool, str]:
    """Sorts camel case last, which models use most and which wins over other spellings."""
    return "_" not in name, name
