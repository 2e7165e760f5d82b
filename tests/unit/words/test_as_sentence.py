from __future__ import annotations

import pytest

from worker.words.phrase import Phrase, as_sentence


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Phrase("журнал новый", "the ledger is new"), Phrase("Журнал новый", "The ledger is new")),
        (Phrase("портал: ждём", "portal: busy"), Phrase("Портал: ждём", "Portal: busy")),
        (Phrase("http.port занят", "http.port is taken"), Phrase("http.port занят", "http.port is taken")),
        (Phrase("max_connections мало", "`run` ends"), Phrase("max_connections мало", "`run` ends")),
        (Phrase("", ""), Phrase("", "")),
    ],
)
def test_a_sentence_begins_with_a_capital_unless_a_name_in_code_does(before: Phrase, after: Phrase) -> None:
    assert as_sentence(before) == after
