"""The list by date of change, at a portal as the stand-in knows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bitrix.client import BitrixClient
from bitrix.closings import Closings
from bitrix.errors import LookupUnproven
from bitrix.tasks import Tasks
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal

PAGES = 20


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as there:
        yield there


@pytest.fixture
def client(portal: Portal) -> BitrixClient:
    return BitrixClient(WebhookUrl.parse(portal.webhook_url))


@pytest.fixture
def since(client: BitrixClient) -> datetime:
    return Tasks(client).server_time() - timedelta(minutes=3)


def closed(portal: Portal, count: int) -> set[int]:
    ids = {int(portal.store.add({"TITLE": "t", "RESPONSIBLE_ID": 7})["id"]) for _ in range(count)}
    for id_ in ids:
        portal.complete(id_)
    return ids


def change(portal: Portal, id_: int, **fields: Any) -> None:
    task = portal.store._tasks[id_]
    portal.store._tasks[id_] = type(task)(id_, {**task.fields, **fields})


def test_all_pages_of_one_second_are_read(portal: Portal, client: BitrixClient, since: datetime) -> None:
    portal.store.add({"TITLE": "open", "RESPONSIBLE_ID": 7})
    ids = closed(portal, 120)
    found = Closings(client).since(since, most_pages=PAGES)
    assert found is not None
    assert {one.id for one in found} == ids
    assert len(portal.requests("tasks.task.list")) == 3


def test_what_was_changed_before_is_not_named(portal: Portal, client: BitrixClient, since: datetime) -> None:
    first, second = sorted(closed(portal, 2))
    change(portal, first, CHANGED_DATE=(since - timedelta(minutes=1)).isoformat())
    found = Closings(client).since(since, most_pages=PAGES)
    assert found is not None
    assert {one.id for one in found} == {second}


def test_more_than_wanted_is_no_answer(portal: Portal, client: BitrixClient, since: datetime) -> None:
    closed(portal, 101)
    assert Closings(client).since(since, most_pages=2) is None


@pytest.mark.parametrize("changed", [None, "", "01.03.2026 10:00", "naive"])
def test_a_date_without_offset_proves_nothing(
    portal: Portal, client: BitrixClient, since: datetime, changed: str | None
) -> None:
    [id_] = closed(portal, 1)
    now = datetime.now().replace(microsecond=0).isoformat()  # noqa: DTZ005 - as such a portal writes it
    change(portal, id_, CHANGED_DATE=now if changed == "naive" else changed)
    portal.store.ignore_filters = changed != "naive"
    with pytest.raises(LookupUnproven, match=f"task {id_}"):
        Closings(client).since(since, most_pages=PAGES)


def test_a_portal_that_ignores_the_filter_proves_nothing(portal: Portal, client: BitrixClient, since: datetime) -> None:
    [id_] = closed(portal, 1)
    change(portal, id_, CHANGED_DATE=(since - timedelta(days=1)).isoformat())
    portal.store.ignore_filters = True
    with pytest.raises(LookupUnproven, match="not asked for"):
        Closings(client).since(since, most_pages=PAGES)
