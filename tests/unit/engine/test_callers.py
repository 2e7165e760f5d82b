"""What the engine refuses after a step may stand in the model of the process that called the step's."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from worker.engine.callers import Callers
from worker.engine.errors import EngineDenied

FAILED = "Unknown property used in expression: ${a && b}"


@dataclass
class FakeEngine:
    """`callers`: who called an instance; each instance has a definition of its own name."""

    callers: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    denies: bool = False

    def task_now(self, external_task_id: str) -> Any:
        return SimpleNamespace(process_instance_id="own", process_definition_id=f"own:1:{external_task_id}")

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None:
        assert timeout
        if self.denies:
            raise EngineDenied("process-instance", "HTTP 403")
        caller = self.callers.get(process_instance_id)
        return (caller, f"{caller}:1:x") if caller else None

    def definition_xml(self, definition_id: str, *, timeout: float) -> str:
        assert timeout
        return self.models.get(definition_id.partition(":")[0], "<definitions/>")


CALLED = {"own": "caller", "caller": "first"}


@pytest.mark.parametrize(
    ("engine", "words", "said"),
    [
        (FakeEngine(), FAILED, ""),
        (FakeEngine(CALLED, {"own": "${a &amp;&amp; b}", "caller": "${a &amp;&amp; b}"}), FAILED, ""),
        (FakeEngine(CALLED, {"caller": "${a &amp;&amp; b}"}), FAILED, "of the process caller, which called this one"),
        (FakeEngine(CALLED, {"first": "${a &amp;&amp; b}"}), FAILED, "migrate the instance first"),
        (FakeEngine(CALLED), FAILED, ", or the model of the process caller, which called this one (instance caller)"),
        (FakeEngine(CALLED), "a script failed", ", or the model of the process caller"),
        (FakeEngine(CALLED, denies=True), FAILED, ""),
        (FakeEngine({"own": "caller", "caller": "own"}), FAILED, ", or the model of the process caller"),
    ],
)
def test_the_nearest_model_with_the_failed_expression_is_named(engine: Any, words: str, said: str) -> None:
    told = Callers(engine).to_check("task", words).en
    assert (said in told) if said else not told
