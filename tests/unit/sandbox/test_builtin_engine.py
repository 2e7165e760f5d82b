"""The built-in engine answers what the commands ask, not only what a run does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.engine.builtin import BuiltinEngine
from tests.support.engine_admin import Admin, sequence
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import TaskGone


@pytest.fixture
def stand_in() -> Iterator[BuiltinEngine]:
    with BuiltinEngine() as engine:
        yield engine


@pytest.fixture
def engine(stand_in: BuiltinEngine) -> Iterator[Engine]:
    client = Engine(CamundaSettings(base_url=stand_in.base_url), "check", {"order": 60.0}, connections=1)
    yield client
    client.close()


def test_check_finds_the_model_of_a_key(stand_in: BuiltinEngine, engine: Engine) -> None:
    Admin(stand_in.base_url).deploy(sequence("order", {"ours": "order"}))
    assert 'id="ours"' in engine.models_of_key("order")[None]
    with pytest.raises(TaskGone, match="No matching process definition"):
        engine.models_of_key("nonsense")


def test_audit_finds_the_key_of_an_instance_that_has_ended(stand_in: BuiltinEngine, engine: Engine) -> None:
    admin = Admin(stand_in.base_url)
    admin.deploy(sequence("order", {"ours": "order"}))
    instance = admin.start("order")
    [task] = engine.fetch(["order"], 1).tasks
    engine.complete(task.id, {})
    assert admin.ended(instance)
    assert engine.definition_key(instance) == "order"
    assert engine.definition_key("unknown") is None
