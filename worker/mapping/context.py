"""What the templates of a task see."""

from __future__ import annotations

from typing import Any

from worker.mapping.template_values import Values
from worker.model import EXTERNAL_TASK, FetchedTask


def context_of(task: FetchedTask) -> dict[str, Any]:
    """By name. If a variable has the name of one of our entries, it is reached through `variables`."""
    return {
        **task.variables,
        "variables": Values(task.variables),
        "properties": task.extension_properties,
        "external_task": Values({name: getattr(task, attribute) for name, attribute in EXTERNAL_TASK.items()}),
    }
