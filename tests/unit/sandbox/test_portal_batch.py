"""`batch` of the stand-in: PHP's queries, references, halt, and each command with its own price and its own fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.portal import Portal
from sandbox.portal.batch import php_query
from sandbox.portal.faults import fault
from sandbox.portal.limits import CloudLimits

ITEM = "task.checklistitem.add"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 42})
        yield portal


def batch(portal: Portal, **commands: str) -> Any:
    body = {"halt": 1, "cmd": commands}
    return requests.post(portal.webhook_url + "batch", json=body, timeout=30).json()["result"]


def item(title: str, parent: str = "0") -> str:
    return f"{ITEM}?0=1&1[TITLE]={quote(title)}&1[PARENT_ID]={parent}"


def titles(portal: Portal) -> list[tuple[int, str]]:
    return [(depth, one.title) for depth, one in portal.store.checklists.shown(1)]


def test_queries_are_read_as_php_reads_them() -> None:
    assert php_query("a=1&f[T]=x%26y&f[L][0]=7&f[L][1]=8&f[M][547][TYPE]=A&e[]=") == {
        "a": "1",
        "f": {"T": "x&y", "L": ["7", "8"], "M": {"547": {"TYPE": "A"}}},
        "e": [""],
    }


def test_a_command_may_refer_to_what_an_earlier_one_answered(portal: Portal) -> None:
    told = batch(portal, top=item("list"), a=item("a", "$result[top]"))
    assert titles(portal) == [(0, "list"), (1, "a")]
    assert told["result"] == {"top": 1, "a": 2}
    assert told["result_error"] == []


def test_a_reference_in_anybodys_text_is_followed_too(portal: Portal) -> None:
    batch(portal, top=item("list"), a=item("see $result[top]!", "1"))
    assert titles(portal)[1] == (1, "see 1!")


def test_halt_leaves_out_what_follows_an_error(portal: Portal) -> None:
    told = batch(portal, a=item("a"), b=item(""), c=item("c"))
    assert list(told["result"]) == ["a"]
    assert told["result_error"]["b"]["error"] == "ERROR_CORE"
    assert titles(portal) == [(0, "a")]


def test_uploads_and_batches_are_not_allowed_inside(portal: Portal) -> None:
    for method in ("disk.folder.uploadfile", "batch"):
        told = batch(portal, a=f"{method}?id=1")
        assert told["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_more_than_fifty_commands_are_refused(portal: Portal) -> None:
    told = batch(portal, **{f"k{i}": item(f"{i}") for i in range(52)})
    assert len(titles(portal)) == 50
    assert list(told["result_error"]) == ["k50"]


def test_what_was_done_before_a_lost_answer_stays_done(portal: Portal) -> None:
    portal.faults.add(fault("never_drop", "task.commentitem.add"))
    with pytest.raises(requests.ConnectionError):
        batch(portal, a=item("a"), b="task.commentitem.add?0=1&1[POST_MESSAGE]=x", c=item("c"))
    assert titles(portal) == [(0, "a")]


def test_a_parent_in_a_batch_is_a_text_so_items_without_a_place_turn_around(portal: Portal) -> None:
    batch(portal, top=item("list"), a=item("a", "$result[top]"), b=item("b", "$result[top]"))
    assert titles(portal) == [(0, "list"), (1, "b"), (1, "a")]
    batch(portal, c=item("c", "1") + "&1[SORT_INDEX]=8", d=item("d", "1") + "&1[SORT_INDEX]=9")
    assert titles(portal)[3:] == [(1, "c"), (1, "d")]


def test_each_command_counts_its_own_time(portal: Portal) -> None:
    portal.limits = CloudLimits(
        requests_per_second=0.001, burst=1, operating_seconds=0.4, window_seconds=600, costs={ITEM: 0.25}
    )
    told = batch(portal, a=item("a"), b=item("b"), c=item("c"))
    assert told["result_time"]["b"]["operating"] == 0.5
    assert told["result_time"]["b"]["duration"] == 0.25
    assert told["result_error"]["c"]["error"] == "OPERATION_TIME_LIMIT"
