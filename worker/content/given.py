"""What the portal's own template gives to a task, before the configuration is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from worker.model import Act, FetchedTask, TaskDraft


@dataclass(frozen=True, slots=True)
class Given:
    """Fields by their names on the portal, which go before the configuration, and acts. Empty: there is no template."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()

    def added_to(self, draft: TaskDraft) -> TaskDraft:
        """The draft with these acts in front of its own."""
        return replace(draft, acts=self.acts + draft.acts) if self.acts else draft


Source = Callable[[FetchedTask], Given]
"""Raises `PortalError` if the portal could not say whether there is a template, or what it contains."""
