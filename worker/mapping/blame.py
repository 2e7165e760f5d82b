"""Makes the fault of a task from what was wrong with one of its values: topic, field, value and reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from worker.mapping.faults import LACKING, MappingFault, reason_of
from worker.mapping.model_reasons import MODEL_REASONS
from worker.mapping.near_values import hint_at
from worker.mapping.spellings import TwoSpellings
from worker.mapping.template_values import TemplateFault
from worker.mapping.unfit import EXPECTED, Unfit
from worker.model import FetchedTask
from worker.words.phrase import Phrase, in_sentences


def fault(task: FetchedTask, field: str, value: Any, kind: str, detail: Phrase | str = "") -> MappingFault:
    """The fault of a field. `kind`: a key of `REASONS`, and `detail` what its text names. None: shows no value."""
    reason, of_model = reason_of(kind, detail), kind in MODEL_REASONS
    return MappingFault(task.topic, field, value, reason, lacks=kind in LACKING, of_model=of_model)


@contextmanager
def blaming(task: FetchedTask, field: str, value: Any = None) -> Iterator[None]:
    """Raise what the block finds wrong with a value as the fault of this field. An `Unfit` shows its own value."""
    try:
        yield
    except Unfit as error:
        expected = reason_of("unfit", EXPECTED[error.expected])
        reason = in_sentences(expected, hint_at(error.value if value is None else value, error))
        raise MappingFault(task.topic, field, error.value, reason) from None
    except TemplateFault as error:
        raise fault(task, field, value, error.kind, error.detail) from None
    except TwoSpellings as error:
        raise fault(task, field, value, "spelt_twice" if error.own else "two_spellings", str(error)) from None
