"""What a kind of act must know: its next call, what the answer says, and how to tell after a lost answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from worker.words.phrase import Phrase, unchanged

Progress = Mapping[str, Any]
"""How far an act is, in JSON values of its kind; empty: nothing of it is known to be done."""
Read = Callable[..., Any]
"""Calls a method that only reads: `read(method, params)` returns its result. Raises `PortalError`."""


class CannotTell(Exception):
    """The portal cannot be asked whether a call of this act was executed. It is told, and never repeated."""


class Unusable(Exception):
    """The answer to a look-up does not fit what the kind expects, or the payload is of a later version."""


class Removed(Unusable):
    """A look no longer shows what the act adds to: people have deleted it, or the portal's answer is behind.

    It is believed only if a second look says the same. `left`: the progress to go on from, elsewhere; None: what is
    left of the act has nowhere to go, and is given up.
    """

    def __init__(self, left: Progress | None = None) -> None:
        super().__init__("what it adds to is not shown")
        self.left = left


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes the portal. `then` reads its result: how far the act is after it.

    `then` raises `Unusable` if the result does not tell; the call is then in doubt. It raises `PortalError` if the
    portal's module refused the call in an answer 200.
    """

    method: str
    params: Mapping[str, Any] | Sequence[Any]
    then: Callable[[Any], Progress]
    before: Callable[[Read], Progress] | None = None
    """Reads what a later look needs to tell this call from what is there already; kept with the beginning of the call.

    It is asked only under a lock under which nothing of the act can have been executed. Raises `PortalError`,
    `Unusable`. None: a look needs nothing.
    """


class Kind(Protocol):
    """One kind of act. Stateless and thread-safe; what it needs is in the payload and in the progress.

    An act is a row of calls, sent one after another. Each is on disk before it is sent, and so is the progress that its
    answer tells. Calls are planned so that those executed are always the first ones of the plan.
    """

    name: ClassVar[str]
    """As the ledger stores it: never changes."""
    optional: ClassVar[bool]
    """True: no refusal of it is worth an incident, whatever the topic says. It is logged, and the step goes on."""

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        """What it is, for people: `checklist “Documents”`."""

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        """The next call; None: the act is done."""

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        """How far it is by what the portal shows, at least `progress`.

        Raises `CannotTell`, `Removed`, `Unusable`, `PortalError`.

        Unchanged: the call after `progress` was not executed. It is asked only when no call can be running, and never
        again after the act is done: people change what it has made.
        """

    def is_done_by(self, code: str, words: str) -> bool:
        """Whether a refusal with this code and text says that the call was executed before."""

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        """What the ledger keeps of the act when it is done, without personal data; None: nothing."""


class Unknown:
    """Stands for a kind that only a later version knows: never sent, never looked up."""

    name: ClassVar[str] = "unknown"
    optional: ClassVar[bool] = False

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        del payload
        return unchanged(self._kind)

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        del task_id, payload, progress
        raise Unusable(self._kind)

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        del task_id, payload, progress, read
        raise CannotTell

    def is_done_by(self, code: str, words: str) -> bool:
        del code, words
        return False

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        del payload
        return None
