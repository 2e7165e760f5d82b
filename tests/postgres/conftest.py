"""A real PostgreSQL; where `REQUIRE_POSTGRES=1` its absence is a failure, else a skip that names the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sandbox.postgres import Postgres, PostgresUnavailable


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    try:
        server = Postgres()
    except PostgresUnavailable as error:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with server:
        yield server
