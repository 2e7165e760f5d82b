"""The examples end to end: real engine, real worker, stand-in portal, and a demonstration that answers itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.examples import EXAMPLES
from sandbox.engine.start import Kind, RunningEngine
from tests.support.demo_process import DemoProcess
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN, EngineOf

RUNS: list[tuple[Kind, str]] = [
    *(("camunda", key) for key in EXAMPLES),
    ("operaton", "escalation"),
    ("operaton", "multi_instance"),
]
ANSWERS = {"1": "ДА", "2": "НЕТ"}
LAST_STEP = {"1": "Подписать договор", "2": "Доработать договор"}
LAST_STEPS = {"purchase": {"1": "Заказать у поставщика", "2": "Исправить заявку"}}
ASKED = {
    "approval": {"Согласовать договор"},
    "parallel_approvals": {"Согласовать условия", "Согласовать оплату"},
    "multi_instance": {"Согласовать договор"},
    "escalation": {"Решить за сотрудника"},
    "purchase": {"Согласовать закупку"},
}
ROW = re.compile(
    r"^(?P<name>\w+)-(?P<number>\d)  +(?P<task>\S+)  +(?P<answer>\S+)  +шаг «(?P<step>.+)» (?P<end>\S+)", re.M
)


@pytest.fixture
def demos() -> Iterator[list[DemoProcess]]:
    demos: list[DemoProcess] = []
    yield demos
    for demo in demos:
        demo.end()


@pytest.fixture
def engine(kind: Kind, key: str, engine_of: EngineOf) -> Iterator[RunningEngine]:
    """Without the example again for the next of them."""
    engine = engine_of(kind)
    yield engine
    Admin(engine.base_url).remove(EXAMPLES[key].path.stem)


def of_a_kind(run: tuple[Kind, str]) -> Any:
    """One after the other on an engine of theirs: all examples serve the same topic."""
    return pytest.param(*run, id="-".join(run), marks=pytest.mark.xdist_group(f"examples-{run[0]}"))


@pytest.mark.parametrize(("kind", "key"), [of_a_kind(run) for run in RUNS if run[0] in CHOSEN])
def test_an_example_answers_itself_and_ends(
    engine: RunningEngine, kind: Kind, key: str, tmp_path: Path, demos: list[DemoProcess]
) -> None:
    demo = DemoProcess(tmp_path, ENGINE=kind, EXAMPLE=key, ONCE="1", DEMO_ENGINE_URL=engine.base_url)
    demos.append(demo)
    assert demo.process.wait(200) == 0, demo.output

    rows = [match.groupdict() for match in ROW.finditer(demo.output)]
    numbers = [row["task"] for row in rows if row["task"] != "–"]
    assert len(set(numbers)) == len(numbers), "a task of its own for each step"
    for number, answer in ANSWERS.items():
        ways = [row for row in rows if row["number"] == number]
        answered = {row["step"] for row in ways if row["answer"] == answer}
        assert answered == ASKED[key], demo.output
        assert all(row["answer"] == "–" for row in ways if row["step"] not in ASKED[key])
        ordinary = {row["step"] for row in ways if row["end"] == "завершён"} - answered
        assert ordinary == {LAST_STEPS.get(key, LAST_STEP)[number]}, demo.output
        late = {row["step"] for row in ways if row["end"] == "отменён"}
        assert late == ({"Согласовать договор"} if key == "escalation" else set())
        assert f"{key}-{number}: процесс завершён" in demo.output
    assert not re.search(r"/rest/\d+/[0-9a-f]{8,}", demo.output + demo.worker_log())
    assert "worker.stopped" in demo.worker_log()
