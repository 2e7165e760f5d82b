"""The same model against a real PostgreSQL."""

from __future__ import annotations

import uuid
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from sandbox.postgres import Postgres
from tests.unit.ledger.test_model import LedgerModel


class OnPostgres(LedgerModel):
    server: ClassVar[Postgres]

    def __init__(self) -> None:
        super().__init__()
        self.database = f"m{uuid.uuid4().hex[:12]}"
        self.server.make_database(self.database)

    def url(self) -> str:
        return self.server.url.removesuffix("/postgres") + f"/{self.database}"


def test_a_shared_ledger_does_what_its_model_says(postgres: Postgres) -> None:
    OnPostgres.server = postgres
    run_state_machine_as_test(OnPostgres, settings=settings(max_examples=8, stateful_step_count=30, deadline=None))


pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
