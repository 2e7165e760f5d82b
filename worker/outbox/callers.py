"""Finds the process that calls a refused step's process: what the engine refuses may stand in its model."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from worker.engine.client import Engine
from worker.engine.errors import EngineError
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


class Callers:
    """Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def to_check(self, external_task_id: str, words: str) -> Phrase:
        """Which caller's model to check, for a step whose result the engine refuses with these words.

        Empty: nobody called its process, the step's own model has the expression that failed, or the engine does not
        show it.
        """
        try:
            task = self._engine.task_now(external_task_id)
            if task is None or not (task.process_instance_id and task.process_definition_id):
                return NOTHING
            failed = set(EXPRESSION.findall(words))
            if self._has(task.process_definition_id, failed):
                return NOTHING
            return self._of_callers(task.process_instance_id, failed)
        except EngineError:
            return NOTHING

    def _of_callers(self, process_instance_id: str, failed: set[str]) -> Phrase:
        nearest, instance = NOTHING, process_instance_id
        for _ in range(DEEPEST):
            caller = self._engine.caller_of(instance)
            if caller is None:
                break
            instance, definition = caller
            facts = {"process": definition.partition(":")[0], "instance": instance}
            if self._has(definition, failed):
                return CALLER["its"].format(**facts)
            nearest = nearest or CALLER["perhaps"].format(**facts)
        return nearest

    def _has(self, definition_id: str, failed: set[str]) -> bool:
        model = html.unescape(self._engine.definition_xml(definition_id)) if failed else ""
        return any(one in model for one in failed)
