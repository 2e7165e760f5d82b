"""What this process knows of the creates that were begun: what each of them waits for, as people are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from worker.engine.locks import LockBook
from worker.tasks.doubts import Doubts
from worker.tasks.left_creates import LeftCreates
from worker.tasks.recording import Recording
from worker.words.begun_creates import NOT_ANSWERED, NOT_RECORDED
from worker.words.phrase import Phrase


@dataclass(frozen=True, slots=True)
class BegunCreate:
    """`said`: what it waits for. `doubtful`: its outcome is unknown, or that of an addition to its task."""

    said: Phrase
    doubtful: bool = False


class Parts(Protocol):
    """The parts of a run that have creates in hand."""

    locks: LockBook
    doubts: Doubts
    recording: Recording
    left_creates: LeftCreates


def begun_creates(parts: Parts) -> Mapping[str, BegunCreate]:
    """By external task, if it is in hand or an earlier run left it locked.

    A row says whether its create was begun and has no recorded answer.
    """
    in_hand = {lock.task_id: BegunCreate(NOT_ANSWERED) for lock in parts.locks.all()}
    doubtful = {id_: BegunCreate(said, doubtful=True) for id_, said in parts.doubts.said().items()}
    answered = {
        id_: BegunCreate(NOT_RECORDED.format(task=number)) for id_, number in parts.recording.unrecorded().items()
    }
    left = {id_: BegunCreate(said) for id_, said in parts.left_creates.said().items()}
    return {**left, **in_hand, **doubtful, **answered}
