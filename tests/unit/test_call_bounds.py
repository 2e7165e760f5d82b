"""Every call to engine and portal has its end and its size, by its kind: none is made without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import requests

from bitrix import transport
from bitrix.errors import PortalError
from bitrix.wire import MEGABYTE
from tests.unit.test_odd_answers import ALL, IDS, ask, engine
from worker.engine.errors import EngineError
from worker.model import BpmnError, Complete, Failure
from worker.outbox.sync_sender import SyncRefused

ENGINE_SECONDS, POLL_SECONDS, PORTAL_SECONDS = 20.0, 12.0, 75.0
"""Of the default settings; the poll's 8 seconds are the engine's own."""
VERBS: Mapping[str, Callable[[], Any]] = {
    "complete": lambda: engine().deliver(IDS[0], "w", Complete({})),
    "failure": lambda: engine().deliver(IDS[0], "w", Failure("x", "y", 1, 1.0)),
    "bpmn error": lambda: engine().deliver(IDS[0], "w", BpmnError("C", "x", {})),
    "extend": lambda: engine().extend_lock(IDS[0], 5.0),
    "give back": lambda: engine().give_back(IDS[0]),
    "tree": lambda: engine().activity_tree("79aa"),
    "variables": lambda: engine().variables_named("79aa", "loopCounter"),
    "variables at": lambda: engine().variables_at("79aa", ["A:1"]),
}
CALLS: dict[str, Callable[[], Any]] = {**{f"{side} {name}": partial(ask, side, name) for side, name in ALL}, **VERBS}


@dataclass(frozen=True, slots=True)
class Bounds:
    url: str
    seconds: float
    most_bytes: int


def bounds_of(call: Callable[[], Any]) -> list[Bounds]:
    """Those of each exchange that a call begins; none of them is answered."""
    seen: list[Bounds] = []

    def meet(_: Any, url: str, __: Any, timeout: tuple[float, float], *, most_bytes: int, **___: Any) -> Any:
        seen.append(Bounds(url, timeout[1], most_bytes))
        raise requests.ReadTimeout

    with (
        patch.object(transport.Poster, "post", meet),
        patch.object(transport.Poster, "get", meet),
        suppress(EngineError, PortalError, SyncRefused),
    ):
        call()
    return seen


@pytest.mark.parametrize("name", CALLS)
def test_a_call_has_an_end_and_a_size(name: str) -> None:
    seen = bounds_of(CALLS[name])
    assert seen
    for one in seen:
        at_portal, fetches = "portal.example" in one.url, one.url.endswith("/fetchAndLock")
        longest = PORTAL_SECONDS if at_portal else POLL_SECONDS if fetches else ENGINE_SECONDS
        assert one.seconds <= longest
        of_one = "list" not in one.url if at_portal else "/external-task/" in one.url
        most = 64 if fetches else 4 if of_one else 32 if at_portal else 16
        assert one.most_bytes <= most * MEGABYTE, one.url
