"""Decides whether a Bitrix24 task that exists was created for an answer.

The portal's field says so. The old installation sent a no as the letter N, which some portals store as a yes, and went
by the step's extension property itself. So for a task that does not bear our marker, a no of that property counts more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from bitrix.flags import flag
from bitrix.task_states import EXPECTED_FIELD, TaskState
from worker.mapping.marks import plain


class AskedBefore(Enum):
    """What a task on the portal was created for."""

    NO = auto()
    YES = auto()
    DENIED = auto()
    """The portal's field says yes, the step's own property says no, and the task is not ours: no answer is needed."""


def asked_before(state: TaskState, marker: str, properties: Mapping[str, str | None]) -> AskedBefore:
    """What the task was created for. `state`: with `EXPECTED_FIELD`. `properties`: the step's extension properties.

    A stored value that is neither yes nor no counts as a yes.
    """
    if flag(state.fields.get(EXPECTED_FIELD)) is False:
        return AskedBefore.NO
    said = [flag(value) for name, value in properties.items() if plain(name) == plain(EXPECTED_FIELD)]
    denied = bool(said) and not any(one is not False for one in said)
    return AskedBefore.DENIED if denied and state.xml_id != marker else AskedBefore.YES
