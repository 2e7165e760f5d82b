"""What the mapper reads of the configuration: templates and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class WaitTemplates(Protocol):
    """What the configuration says about the end of a task."""

    @property
    def answer_variable(self) -> str: ...


class TopicTemplates(Protocol):
    """What the configuration says about one topic."""

    @property
    def task(self) -> Mapping[str, Any]: ...
    @property
    def result(self) -> Mapping[str, Any] | None: ...
    @property
    def wait_for_close(self) -> bool: ...
    @property
    def wait(self) -> WaitTemplates: ...


class PortalDefaults(Protocol):
    """What the configuration says about every task."""

    @property
    def default_responsible_id(self) -> int | None: ...
    @property
    def default_priority(self) -> int: ...
    @property
    def max_description_length(self) -> int: ...
