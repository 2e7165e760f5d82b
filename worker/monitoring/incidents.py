"""The steps and processes that need a person, as records: what the engine, the ledger and the worker told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from worker.engine.incidents import Incident, Stuck
from worker.monitoring.alike import Reason, reason_in
from worker.monitoring.misspelt import Misspelt
from worker.words.phrase import NOTHING, Phrase

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Incidents:
    """The steps that need a person's decision, as the engine told last.

    `count`: all of them; `by_topic`: the same for each topic. `shown`: at most `MOST_SHOWN`, some for each reason;
    `counted`: how many were read for each. `stuck`: processes with steps of ours that the engine itself could not go on
    with, the newest first; None: not known. `unknown_since`: since when the engine has not told, in seconds since the
    epoch; the other fields are then what it told before. None: they are what is known now. `why`: what keeps the worker
    from knowing them, or what is stuck.
    """

    shown: Sequence[Incident] = ()
    by_topic: Mapping[str, int] = field(default_factory=dict)
    stuck: Sequence[Stuck] | None = ()
    counted: Mapping[Reason, int] = field(default_factory=dict)
    unknown_since: float | None = None
    why: Phrase = NOTHING
    callers_unknown: Phrase = NOTHING
    """Of how many stuck processes nobody knows whether they called one with a step of ours, and why.

    Likewise of processes that may wait for ever.
    """
    suspended: Sequence[Stuck] = ()
    """Processes that are suspended while a step of ours waits in them; `reason` None: the task is closed already."""
    dismissed: Sequence[Stuck] = ()
    """Steps whose task is open and whose responsible person, named by number in `reason`, was dismissed."""
    taken: Sequence[Stuck] = ()
    """Steps that another worker took and that are over, while their tasks are open."""
    elsewhere: Sequence[Stuck] = ()
    """Steps that another worker, named in `reason`, has while their tasks are open. It may wait for the same task."""
    in_control: Sequence[Stuck] = ()
    """Steps whose task is done and awaits its creator's control."""
    misspelt: Misspelt | None = None
    """Steps under topics that are probably misspelt, which nobody takes; None: not known."""
    hangs: Sequence[Stuck] = ()
    """Processes that wait at a gateway for branches that do not come."""
    missing: Sequence[int] = ()
    """The Bitrix24 tasks that the portal has not shown once, and that the worker looks for again."""
    stuck_listed: Collection[str] | None = None
    """All process instances that the engine lists as stuck, ours or not; None: not all are known."""
    hanging_listed: Collection[str] | None = None
    """Those that wait at a gateway for ever, or of which that is not known yet; None: not known now."""
    listed: Collection[str] | None = None
    """All steps that are incidents now, by external task; None: not all are known."""
    asked: bool = True
    """False just after a start: nobody has asked the engine yet, so nothing is wrong with it."""

    @property
    def count(self) -> int:
        return sum(self.by_topic.values())

    @property
    def unread(self) -> int:
        """Of how many nobody knows the reason: a topic's first page is read."""
        return self.count - max(sum(self.counted.values()), len(self.shown))

    @property
    def known(self) -> bool:
        return self.unknown_since is None


def reason_of(one: Incident | Stuck) -> Reason:
    """Why it needs a person, whatever the values."""
    return reason_in(one.reason or "", one.process_definition_key, one.activity_id)
