"""Finds the process that calls a refused step's process: what the engine refuses may stand in its model."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.line import CALL_SECONDS
from worker.engine.step_life import TaskNow
from worker.words.phrase import NOTHING, Phrase

EXPRESSION = re.compile(r"[$#]\{[^}]*\}")
DEEPEST = 5
"""How many callers, each called by the next, are looked at."""
CALLER: Mapping[str, Phrase] = {
    "its": Phrase(
        ": это выражение стоит в модели процесса {process}, который вызвал этот. Исправьте её и мигрируйте экземпляр "
        "{instance}",
        ": this expression is in the model of the process {process}, which called this one. Correct that model, and "
        "migrate the instance {instance}",
    ),
    "perhaps": Phrase(
        " или модели процесса {process}, который вызвал этот (экземпляр {instance})",
        ", or the model of the process {process}, which called this one (instance {instance})",
    ),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A process instance that called another one, and its definition."""

    instance: str
    definition: str

    @property
    def key(self) -> str:
        """The key of its process."""
        return self.definition.partition(":")[0]


def callers_of(caller_of: Callable[[str], tuple[str, str] | None], process_instance_id: str) -> Iterator[Caller]:
    """Those that called a process instance, the nearest first, at most `DEEPEST`. `caller_of`: asks for one."""
    instance = process_instance_id
    for _ in range(DEEPEST):
        found = caller_of(instance)
        if found is None:
            return
        yield (caller := Caller(*found))
        instance = caller.instance


class Callers:
    """Thread-safe. `seconds`: the time-out of each call."""

    def __init__(self, engine: Engine, seconds: float = CALL_SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds

    def to_check(self, external_task_id: str, words: str) -> Phrase:
        """Which caller's model to check, for a step whose result the engine refuses with these words.

        Empty: nobody called its process, the step's own model has the expression that failed, or the engine does not
        show it.
        """
        try:
            task = self._engine.task_now(external_task_id)
            return NOTHING if task is None else self._to_check(task, set(EXPRESSION.findall(words)))
        except EngineError:
            return NOTHING

    def _to_check(self, task: TaskNow, failed: set[str]) -> Phrase:
        nearest = NOTHING
        for caller, has_it in self._looked_at(task, failed):
            facts = {"process": caller.key, "instance": caller.instance}
            if has_it:
                return CALLER["its"].format(**facts)
            nearest = nearest or CALLER["perhaps"].format(**facts)
        return nearest

    def to_migrate(self, task: TaskNow, words: str) -> Caller | None:
        """Whose model has the expression that failed by these words; None: the step's own, none, or not known."""
        failed = set(EXPRESSION.findall(words))
        try:
            callers = self._looked_at(task, failed) if failed else ()
            return next((caller for caller, has_it in callers if has_it), None)
        except EngineError:
            return None

    def _looked_at(self, task: TaskNow, failed: set[str]) -> Iterator[tuple[Caller, bool]]:
        """The callers, the nearest first, and whether their models have what failed. None if the step's own has it."""
        if not (task.process_instance_id and task.process_definition_id):
            return
        if self._has(task.process_definition_id, failed):
            return
        asked = partial(self._engine.caller_of, timeout=self._seconds)
        for caller in callers_of(asked, task.process_instance_id):
            yield caller, self._has(caller.definition, failed)

    def _has(self, definition_id: str, failed: set[str]) -> bool:
        model = html.unescape(self._engine.definition_xml(definition_id, timeout=self._seconds)) if failed else ""
        return any(one in model for one in failed)
