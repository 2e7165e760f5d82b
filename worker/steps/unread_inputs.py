"""Warns of input parameters of a step that nothing reads: a misspelt one has no effect, and the task lacks it.

Only a step's own parameters are checked: process variables may be meant for others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from worker.config.settings import TopicSettings
from worker.mapping.marks import MARKS, plain
from worker.mapping.nearest import with_nearest
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.needed import needed, unheard
from worker.steps.once import Once
from worker.steps.parameters import hidden_results, shared_results


class UnreadInputs:
    """Checks each step of each definition once.

    `all_read`: topics for which the portal's templates may read any parameter, so only one that resembles a known name
    is reported.
    """

    def __init__(
        self,
        definitions: Definitions,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
        submit: Callable[[Callable[[], None]], object],
        *,
        all_read: Collection[str] = (),
    ) -> None:
        self._definitions = definitions
        self._needed = {name: needed(topic) for name, topic in topics.items()}
        self._all_read = all_read
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
        if unread := self._unread(step.inputs, task.topic, {*step.mentioned, *hidden}):
            self._telemetry.emit(
                "step.unread_inputs",
                definition=definition,
                activity=activity,
                topic=task.topic,
                names=", ".join(unread),
            )

    def _unread(self, inputs: Sequence[str], topic: str, besides: Collection[str]) -> list[str]:
        read = self._needed[topic]
        if read is None:
            return []
        known, silent = {*read, *besides}, unheard(self._topics[topic], inputs)
        unread = {
            name: _with_nearest(name, read)
            for name in inputs
            if name in silent or not (name in known or plain(name) in MARKS)
        }
        return [shown for name, shown in unread.items() if shown != name or topic not in self._all_read]


def _with_nearest(name: str, known: Collection[str]) -> str:
    """The name, with the nearest one that would have been read."""
    return with_nearest(name, [*sorted(known, key=_in_camel_last), *MARKS.values()], cutoff=0.75)


def _in_camel_last(name: str) -> tuple[bool, str]:
    """Sorts camel case last, which models use most and which wins over other spellings."""
    return "_" not in name, name
