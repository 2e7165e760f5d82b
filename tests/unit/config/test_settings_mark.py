from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.config.settings import Settings
from worker.config.settings_mark import LONGEST, settings_marks, started_in
from worker.words.phrase import NOTHING, Phrase

SIDES = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/x/"}


def settings_of(file: Path | None, *topics: str) -> Settings:
    if file:
        file.write_text("topics:\n" + "".join(f"  {topic}: {{}}\n" for topic in topics), encoding="utf-8")
    return load(file, SIDES)


def beside(running: Settings, ours: Settings) -> Phrase:
    started = started_in(dict(settings_marks(running)))
    assert started
    return started.beside(ours)


def test_the_settings_of_the_running_worker_itself_differ_in_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = tmp_path / "c.yaml", tmp_path / "link.yaml"
    link.symlink_to(file)
    running = settings_of(file, "заявка", "b,c")
    assert beside(running, running) == NOTHING
    assert beside(running, load(link, SIDES)) == NOTHING, "the same file under another name"
    monkeypatch.chdir(tmp_path)
    assert beside(running, load(Path("c.yaml"), SIDES)) == NOTHING
    assert beside(load(None, SIDES), load(None, SIDES)) == NOTHING


def test_another_file_is_named_and_other_topics_with_what_to_do(tmp_path: Path) -> None:
    ours, same, other = tmp_path / "config.yaml", tmp_path / "same.yaml", tmp_path / "c2.yaml"
    here = settings_of(ours, "orders")
    said = beside(settings_of(same, "orders"), here)
    assert (
        said.en == f"The running worker was started with another configuration file: {same}; this command reads: {ours}"
    )
    said = beside(settings_of(other, "bills"), here)
    assert (
        f"{other}; this command reads: {ours}. The worker serves the topics bills, and here orders are named" in said.en
    )
    assert f"{other}; эта команда читает: {ours}. Воркер обслуживает топики bills, а здесь названы orders" in said.ru
    assert "no configuration file" in beside(load(None, SIDES), here).en


def test_a_file_that_was_changed_since_the_start_asks_for_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    before, now = settings_of(file, "orders"), settings_of(file, "orders", "bills")
    said = beside(before, now)
    assert "serves the topics orders; now bills, orders are named" in said.en
    assert "Restart it" in said.en
    assert "Перезапустите его" in said.ru


def test_what_is_not_told_is_not_compared(tmp_path: Path) -> None:
    """An earlier version tells nothing, and too many topics fit no header."""
    assert started_in({}) is None
    many = settings_of(tmp_path / "c.yaml", *(f"topic-{number:08}" for number in range(LONGEST // 10)))
    assert settings_marks(many) == []
