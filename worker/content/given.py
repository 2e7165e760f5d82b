"""What the portal's own template gives to a task, before the configuration is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from bitrix.camunda_module import DiagramStep
from bitrix.task_template import TaskTemplate
from worker.mapping.faults import MappingFault
from worker.model import Act, FetchedTask, TaskDraft

DEADLINE = "DEADLINE"


@dataclass(frozen=True, slots=True)
class PortalContent:
    """What the portal's module holds for one step. `step` None: no row; `template` None: no template. Both facts."""

    step: DiagramStep | None = None
    template: TaskTemplate | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the portal says about a task. Empty: its module is not read.

    `fields`: by their names on the portal; they go before the configuration. `defaults`: fields that neither the
    configuration nor a variable fills. `acts`: before those of the configuration. `deadline`: the latest one allowed.
    `content`: what the module's parts read; None: the module is not read.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    deadline: datetime | None = None
    content: PortalContent | None = None

    def placed(self, fault: MappingFault) -> MappingFault:
        """The fault with the template's number, if the template gave what is at fault: it is corrected there."""
        template = self.content.template if self.content else None
        if template is None:
            return fault
        files = {f"n{one.object_id}" for one in template.files}
        if fault.field.upper() not in self.fields and (fault.field != "files" or fault.value not in files):
            return fault
        label = f"tasktemplate {template.id}: {fault.field.upper()}"
        return MappingFault(fault.topic, label, fault.given, fault.reason, of_model=fault.of_model)

    def added_to(self, draft: TaskDraft) -> TaskDraft:
        """The finished draft with these acts in front of its own, and the earlier deadline."""
        fields, acts = draft.fields, self.acts + draft.acts
        said = fields.get(DEADLINE)
        if self.deadline and (said is None or datetime.fromisoformat(said) > self.deadline):
            fields = {**fields, DEADLINE: self.deadline.isoformat(timespec="seconds")}
        template = self.content.template if self.content else None
        templated = dict.fromkeys(self.fields, template.id) if template else draft.templated
        return replace(draft, fields=fields, acts=acts, templated=templated)


Source = Callable[[FetchedTask], Given]
"""Raises `PortalError` if the portal could not say whether there is a template, or what it contains."""


class ModulePart(Protocol):
    """One thing that the portal's module gives to a draft besides its fields: questionnaires, files, predecessors."""

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with this part; the same draft if the module has none of it. Raises as `Part.complete` does."""
        ...
