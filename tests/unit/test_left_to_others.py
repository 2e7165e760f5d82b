"""What one part leaves to another to tell is told there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.fakes import Events
from tests.unit.monitoring.test_observation import settings
from worker.config.loading import load
from worker.run import Run
from worker.words.config_faults import ConfigError


def is_away(*_: Any, **__: Any) -> Any:
    raise sa.exc.OperationalError("", None, Exception("disk I/O error"))


READERS: dict[str, Callable[[Run], object]] = {
    "the page": lambda run: run._observation().look(),
    "settlements": lambda run: run._parts.settlements.deliver_due(),
    "syncs": lambda run: run._parts.syncs.look(),
    "persons": lambda run: run._parts.persons.one_round(),
    "statistics": lambda run: run._parts.statistics.tell(),
    "tidying": lambda run: run._prune(),
    "sweep": lambda run: run._parts.sweep._orphans.sights.complete(run._parts.sweep._orphans.clear),
    "metrics": lambda run: list(run._observation()._metrics().registry().collect()),
}


@contextmanager
def without_a_ledger(folder: Path) -> Iterator[tuple[Run, Events]]:
    events = Events()
    run = Run(settings(ledger={"url": f"sqlite:///{folder / 'worker.db'}"}), events)
    try:
        run._parts.ledger._store._database.transaction = is_away  # type: ignore[method-assign]
        yield run, events
    finally:
        run._parts.ledger.close()


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_ledger_that_is_away_is_told_by_its_gate_whoever_finds_it_so(
    tmp_path: Path, read: Callable[[Run], object]
) -> None:
    with without_a_ledger(tmp_path) as (run, events):
        read(run)
        assert "ledger.unavailable" in events.names()
        assert not run._parts.gates.ledger.is_open


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1/engine-rest",
        "http://eng\u2100ine/engine-rest",
        "http://engine:port/engine-rest",
        "http:///engine-rest",
        "http://engine/engine-rest?x=1",
        "http://engine/engine-rest#x",
        "http://eng ine/engine-rest",
        "ftp://engine/engine-rest",
    ],
)
def test_an_address_that_no_proxy_can_be_found_for_is_a_fault_of_its_own(address: str) -> None:
    proxies = {"HTTP_PROXY": "http://proxy:3128", "CAMUNDA_PROXY": "env"}
    environ = proxies | {"CAMUNDA_BASE_URL": address, "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/secret/"}
    with pytest.raises(ConfigError, match=r"camunda\.base_url"):
        load(None, environ)
