"""A mistake of the model says that the retries alone repeat it; no other error in a task does."""

from __future__ import annotations

import pytest

from tests.support.builders import fetched
from worker.mapping.blame import fault
from worker.mapping.faults import REASONS, REPEATED
from worker.mapping.model_reasons import MODEL_REASONS
from worker.words.phrase import LANGUAGES

MOST = 660
"""As much of a message as the engine keeps."""


@pytest.mark.parametrize("kind", REASONS)
def test_only_a_mistake_of_the_model_leads_to_how_a_model_is_corrected(kind: str) -> None:
    task = fetched(topic="a_topic_with_quite_a_long_name")
    found = fault(task, "inputParameters.UF_RESULT_EXPECTED", "a value " * 20, kind, "UF_RESULT_EXPECTED")
    for language in LANGUAGES:
        said = found.phrase.in_(language)
        assert said.endswith(REPEATED.in_(language)) is (kind in MODEL_REASONS)
        assert len(said) <= MOST or kind not in MODEL_REASONS
