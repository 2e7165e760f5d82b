"""What `takeover` says if the worker that is named holds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from worker.commands.takeover.command import Ending, Screen, _nothing
from worker.commands.takeover.plan import Takeover
from worker.commands.takeover.words import WORDS
from worker.config.settings import Settings
from worker.words.phrase import LANGUAGES, Language, table_in


class Held:
    """An engine in which these workers hold locks."""

    def __init__(self, *holders: str) -> None:
        self._holders = holders

    def holders(self) -> list[str]:
        return [*self._holders]


def said(held: Held, folder: Path, language: Language) -> tuple[Ending, list[str]]:
    values: dict[str, Any] = {
        "camunda": {"base_url": "http://engine.invalid/engine-rest"},
        "bitrix": {"webhook_url": "https://portal.invalid/rest/1/s3cr3t/"},
        "ledger": {"url": f"sqlite:///{folder / 'worker.db'}"},
    }
    lines: list[str] = []
    screen = Screen(table_in(language, WORDS), lines.append, bool)
    return _nothing(cast("Takeover", held), "old", Settings.model_validate(values), screen), lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_locked_at_all_the_id_is_to_be_checked(tmp_path: Path, language: Language) -> None:
    """It ended well with "Locks are held by: nobody", whatever id was given."""
    words = table_in(language, WORDS)
    told = [words["none_locked"].format(worker="old"), words["check_id"]]
    assert said(Held(), tmp_path, language) == (Ending.DONE, told)


def test_an_id_that_holds_nothing_beside_others_is_unknown(tmp_path: Path) -> None:
    ending, [first, second] = said(Held("another"), tmp_path, "en")
    assert (ending, second) == (Ending.UNKNOWN_ID, WORDS["unknown_id"].en)
    assert first.endswith("Locks are held by: another.")
