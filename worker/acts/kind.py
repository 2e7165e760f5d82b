"""What a kind of act must know: its next call, what the answer says, and how to tell after a lost answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from worker.words.phrase import Phrase, unchanged

Progress = Mapping[str, Any]
"""How much of an act is done, in JSON values of its kind; empty: nothing is known to be done."""
Read = Callable[..., Any]
"""Calls a method that only reads: `read(method, params)` returns its result. Raises `PortalError`."""


class CannotTell(Exception):
    """The portal cannot be asked whether it executed a call of this act: the call is reported, and never repeated."""


class Unusable(Exception):
    """The answer to a call or a look-up is not what the kind expects, or a later version wrote the payload."""


class Removed(Unusable):
    """A look-up no longer shows what the act adds to: people have deleted it, or the portal's answer is behind.

    It counts only if a second look-up says the same. `left`: the progress from which the act goes on in another place;
    None: the rest of the act has no place, and the worker gives it up.
    """

    def __init__(self, left: Progress | None = None) -> None:
        super().__init__("what it adds to is not shown")
        self.left = left


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes the portal. `then` reads its result and returns the progress after it.

    `then` raises `Unusable` if the result does not show whether the portal executed the call: its outcome is then
    doubtful. It raises `PortalError` if the portal's module refused the call in an answer 200.
    """

    method: str
    params: Mapping[str, Any] | Sequence[Any]
    then: Callable[[Any], Progress]
    before: Callable[[Read], Progress] | None = None
    """Reads what a later look-up needs to distinguish this call's work from what the task has already.

    The ledger keeps the result together with the beginning of the call. The worker calls it only under a lock under
    which the portal cannot have executed any call of the act. Raises `PortalError`, `Unusable`. None: not needed.
    """


class Kind(ABC):
    """One kind of act. Stateless and thread-safe: all that it needs is in the payload and in the progress.

    An act is a sequence of calls, sent one after another. The ledger has each call before it is sent, and each progress
    after its answer. The kind plans its calls so that the executed ones are always the first ones of the plan.
    """

    name: ClassVar[str]
    """The name in the ledger: it never changes."""
    optional: ClassVar[bool] = False
    """True: the worker logs a refusal and continues with the step, whatever the topic's configuration says."""

    @abstractmethod
    def title(self, payload: Mapping[str, Any]) -> Phrase:
        """The act in words for people: `checklist “Documents”`."""

    @abstractmethod
    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        """The next call; None: the act is done."""

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:  # noqa: ARG002
        """How much the portal shows to be done, at least `progress`; unchanged: the next call was not executed.

        The worker looks only while no call of the act can be running, and never after the act is done: people change
        what it has made. Raises `CannotTell`, `Removed`, `Unusable`, `PortalError`.
        """
        raise CannotTell

    def is_done_by(self, code: str, words: str) -> bool:  # noqa: ARG002 - for those that override it
        """Whether a refusal with this code and text means that the portal executed the call before."""
        return False

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:  # noqa: ARG002 - likewise
        """What the ledger keeps of a finished act, without personal data; None: nothing."""
        return None


class Unknown(Kind):
    """Stands for a kind that only a later version knows: never sent, never looked up."""

    name = "unknown"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def title(self, payload: Mapping[str, Any]) -> Phrase:  # noqa: ARG002 - its format is unknown
        return unchanged(self._kind)

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:  # noqa: ARG002
        raise Unusable(self._kind)
