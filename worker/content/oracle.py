"""Asks the portal's module which steps have a template, what it contains, and who is whose supervisor.

"No template" is a fact only if the rows of the process say so. A template that the rows name but that cannot be read is
a `PortalError`, and so is every other failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix.camunda_module import CamundaModule, Diagram, DiagramStep
from bitrix.errors import PortalError
from bitrix.kept import Kept
from bitrix.task_template import TaskTemplate
from worker.runtime.telemetry import Telemetry
from worker.steps.once import Once

ROWS_SECONDS = 60.0
"""How long the rows of a process are kept: a template that was added since is not seen for that long."""
SUPERVISORS_SECONDS = 300.0
MOST_PROCESSES = 500


class Oracle:
    """The module's content of steps. Every method raises `PortalError`; thread-safe; safe to repeat."""

    def __init__(self, module: CamundaModule, telemetry: Telemetry) -> None:
        self._module = module
        self._telemetry = telemetry
        self._rows: Kept[str, Diagram] = Kept(MOST_PROCESSES)
        self._supervisors: Kept[int, int | None] = Kept()
        self._logged = Once()

    def step(self, process_key: str, activity_id: str) -> DiagramStep | None:
        """The row of a step; None: the process has no such row, so the step has no template."""
        rows = self._rows.get(process_key, lambda: self._module.responsible_list(process_key), lambda _: ROWS_SECONDS)
        if not rows.steps and self._logged.first(process_key):
            self._telemetry.emit("template.no_rows", process=process_key)
        return rows.step(activity_id)

    def template(self, process_key: str, step: DiagramStep, variables: Mapping[str, Any]) -> TaskTemplate:
        """The template that the row of a step names. The error of a failure has its number.

        After a failure the rows are asked for anew: the template may have been deleted since.
        """
        try:
            return self._module.task_template(process_key, step.element_id, variables)
        except PortalError as error:
            self._rows.forget(process_key)
            error.template = step.template_id
            raise

    def supervisor(self, user_id: int) -> int | None:
        """The supervisor of a user; None: the portal says that there is none."""
        return self._supervisors.get(user_id, lambda: self._module.supervisor(user_id), lambda _: SUPERVISORS_SECONDS)
