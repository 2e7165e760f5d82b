"""The engines that the acceptance tests run against.

`TEST_ENGINES=builtin,camunda,operaton` chooses; where `REQUIRE_REAL_ENGINES=1` an engine that cannot be started is a
failure, else a skip that names the reason.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from sandbox.engines import KINDS, RunningEngine, start_engine
from sandbox.engines_cache import EngineUnavailable
from tests.acceptance.engine_admin import Admin

CHOSEN = [kind for kind in KINDS if kind in os.environ.get("TEST_ENGINES", ",".join(KINDS)).split(",")]
REQUIRED = os.environ.get("REQUIRE_REAL_ENGINES") == "1"


@pytest.fixture(scope="session", params=CHOSEN)
def engine(request: pytest.FixtureRequest) -> Iterator[RunningEngine]:
    try:
        running = start_engine(request.param)
    except EngineUnavailable as error:
        if REQUIRED:
            pytest.fail(f"{request.param} is required: {error}")
        pytest.skip(f"{request.param}: {error}")
    with running:
        yield running


@pytest.fixture
def admin(engine: RunningEngine) -> Iterator[Admin]:
    admin = Admin(engine.base_url)
    yield admin
    admin.clean()


@pytest.fixture
def key() -> str:
    """A process key, and topic, of this test alone."""
    return f"p_{uuid.uuid4().hex[:12]}"
