"""A checklist: added level by level, and after a lost answer told from what people have done meanwhile."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from bitrix.batch import MOST
from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, NotExecuted, Rejected
from bitrix.webhook import WebhookUrl
from sandbox.portal.portal import Portal
from worker.acts.checklist import ADD, Checklist
from worker.acts.kind import Progress, Removed, Unusable

KIND = Checklist()


def node(title: str, parent: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"title": title, "parent": parent, **more}


def plan(*items: dict[str, Any], title: str = "Documents", nth: int = 0) -> dict[str, Any]:
    return {"nodes": [node(title, None), *items], "nth": nth}


class Desk:
    """Sends what the kind asks for to a stand-in of the portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
        self.task = int(portal.store.add({"TITLE": "t", "RESPONSIBLE_ID": 7})["id"])

    def step(self, payload: Mapping[str, Any], progress: Progress) -> Progress | None:
        call = KIND.next_call(self.task, payload, progress)
        return None if call is None else call.then(self.client.call(call.method, call.params).result)

    def all(self, payload: Mapping[str, Any], progress: Progress | None = None) -> Progress:
        progress = progress or {}
        while (after := self.step(payload, progress)) is not None:
            progress = after
        return progress

    def look(self, payload: Mapping[str, Any], progress: Progress | None = None) -> Progress:
        def read(method: str, params: Any = None) -> Any:
            return self.client.call(method, params).result

        return KIND.look(self.task, payload, progress or {}, read)

    def tree(self) -> list[str]:
        return ["  " * depth + item.title for depth, item in self.portal.store.checklists.shown(self.task)]

    def calls(self) -> list[str]:
        return [one.method for one in self.portal.requests() if one.method != "task.checklistitem.getlist"]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Portal() as portal:
        yield Desk(portal)


NESTED = plan(
    node("passport"),
    node("contract", important=True),
    node("copy", accomplices=[42], auditors=[106]),
    node("scan", 2),
    node("signature", 2),
)


def test_the_tree_comes_out_as_planned_with_few_calls(desk: Desk) -> None:
    desk.all(NESTED)
    assert desk.tree() == ["Documents", "  passport", "  contract", "    scan", "    signature", "  copy"]
    assert desk.calls() == [ADD, "batch", "batch"]
    items = {item.title: item for _, item in desk.portal.store.checklists.shown(desk.task)}
    assert items["contract"].important
    assert items["copy"].members == ((42, "A"), (106, "U"))


def test_a_long_list_goes_in_several_batches(desk: Desk) -> None:
    titles = [f"item {n}" for n in range(2 * MOST + 3)]
    desk.all(plan(*map(node, titles)))
    assert desk.tree() == ["Documents", *(f"  {title}" for title in titles)]
    assert desk.calls() == [ADD, "batch", "batch", "batch"]


def test_a_title_that_the_portal_would_fill_in_goes_alone(desk: Desk) -> None:
    payload = plan(node("a"), node("cost $result[c0]"), node("b & c=1%26"))
    desk.all(payload)
    assert desk.tree() == ["Documents", "  a", "  cost $result[c0]", "  b & c=1%26"]
    assert desk.look(payload) != {}


@pytest.mark.parametrize("executed", range(6))
def test_a_look_finds_what_was_executed_and_the_rest_follows(desk: Desk, executed: int) -> None:
    progress: Progress = {}
    ids: list[int] = []
    for n in range(executed):  # one by one, with the answers lost
        parent = NESTED["nodes"][n]["parent"]
        ids.append(
            desk.portal.store.checklists.write(
                desk.task, NESTED["nodes"][n]["title"], parent_id=0 if parent is None else ids[parent]
            )
        )
    progress = desk.look(NESTED)
    assert progress == ({"ids": ids} if ids else {})
    desk.all(NESTED, progress)
    assert sorted(desk.tree()) == sorted(
        ["Documents", "  passport", "  contract", "    scan", "    signature", "  copy"]
    )


def test_what_people_have_done_meanwhile_repeats_nothing(desk: Desk) -> None:
    desk.all(NESTED)
    items = {item.title: item.id for item in desk.portal.store.checklists.of(desk.task)}
    desk.portal.store.checklists.change(items["passport"], title="both passports", complete=True)
    desk.portal.store.checklists.remove(items["copy"])
    desk.portal.store.checklists.change(items["contract"], title="agreement")
    desk.portal.store.checklists.write(desk.task, "my own", parent_id=items["Documents"])
    before = desk.tree()
    progress = desk.look(NESTED)
    assert len(progress["ids"]) == len(NESTED["nodes"])
    assert desk.step(NESTED, progress) is None
    assert desk.tree() == before


def test_a_parent_renamed_after_a_lost_answer_loses_no_item(desk: Desk) -> None:
    first = desk.step(NESTED, {})
    assert first is not None
    desk.step(NESTED, first)  # the answer is lost
    items = {item.title: item.id for item in desk.portal.store.checklists.of(desk.task)}
    desk.portal.store.checklists.change(items["contract"], title="agreement")
    desk.all(NESTED, desk.look(NESTED, first))
    assert sorted(title.strip() for title in desk.tree()) == sorted(
        ["Documents", "passport", "agreement", "copy", "scan", "signature"]
    )


def test_a_list_that_somebody_has_deleted_stays_deleted(desk: Desk) -> None:
    first = desk.step(NESTED, {})
    assert first is not None
    desk.portal.store.checklists.remove(first["ids"][0])
    with pytest.raises(Removed) as seen:
        desk.look(NESTED, first)
    assert seen.value.left is None  # told, not taken for done
    assert desk.tree() == []


def test_what_belongs_below_a_deleted_item_goes_below_the_heading(desk: Desk) -> None:
    progress = desk.step(NESTED, {})
    assert progress is not None
    progress = desk.step(NESTED, progress)
    assert progress is not None
    desk.portal.store.checklists.remove(progress["ids"][2])
    with pytest.raises(Removed) as seen:
        desk.look(NESTED, progress)
    desk.all(NESTED, seen.value.left)
    assert sorted(desk.tree()) == ["  copy", "  passport", "  scan", "  signature", "Documents"]


def test_a_deleted_item_with_nothing_to_come_below_it_stops_nothing(desk: Desk) -> None:
    progress = desk.step(NESTED, {})
    assert progress is not None
    progress = desk.step(NESTED, progress)
    assert progress is not None
    desk.portal.store.checklists.remove(progress["ids"][1])
    assert desk.look(NESTED, progress) == progress


def test_two_lists_of_one_title_are_told_apart(desk: Desk) -> None:
    one, two = plan(node("a")), plan(node("b"), nth=1)
    desk.all(one)
    assert desk.look(two) == {}
    done = desk.all(two)
    assert desk.look(two) == done
    assert desk.tree() == ["Documents", "  a", "Documents", "  b"]


def begun(desk: Desk, payload: Mapping[str, Any]) -> tuple[Progress, Callable[[], int]]:
    """The heading is about to be sent: what is kept with its beginning, and how to execute it with its answer lost."""
    call = KIND.next_call(desk.task, payload, {})
    assert call is not None
    marks = call.before(lambda method, params: desk.client.call(method, params).result) if call.before else {}
    return marks, lambda: desk.portal.store.checklists.write(desk.task, payload["nodes"][0]["title"], parent_id=0)


@pytest.mark.parametrize("first", ["given up", "renamed", "there"])
def test_a_second_list_of_one_title_is_found_whatever_became_of_the_first(desk: Desk, first: str) -> None:
    if first != "given up":
        desk.all(plan(node("a")))
    if first == "renamed":
        [heading] = [item.id for item in desk.portal.store.checklists.of(desk.task) if item.title == "Documents"]
        desk.portal.store.checklists.change(heading, title="Papers")
    second = plan(node("b"), nth=1)
    marks, execute = begun(desk, second)
    assert desk.look(second, marks) == marks, "nothing of it was executed"
    made = execute()
    assert desk.look(second, marks) == {"ids": [made]}


def test_a_list_of_the_same_title_that_people_made_before_is_not_ours(desk: Desk) -> None:
    desk.all(plan(node("a")))
    desk.portal.store.checklists.write(desk.task, "Documents", parent_id=0)
    second = plan(node("b"), nth=1)
    marks, execute = begun(desk, second)
    assert desk.look(second, marks) == marks
    made = execute()
    assert desk.look(second, marks) == {"ids": [made]}


def test_the_first_list_of_its_title_costs_no_read(desk: Desk) -> None:
    desk.all(plan(node("a")))
    assert [one.method for one in desk.portal.requests()] == [ADD, ADD]


def test_a_title_that_a_strangers_looks_like_when_it_is_escaped_is_told_apart(desk: Desk) -> None:
    """On a portal that shows titles as they are, somebody's list may be called `R&amp;D` by the letter."""
    stranger = desk.portal.store.checklists.write(desk.task, "R&amp;D", parent_id=0)
    payload = plan(node("a"), title="R&D")
    marks, execute = begun(desk, payload)
    assert marks == {"after": stranger}
    assert desk.look(payload, marks) == marks
    made = execute()
    assert desk.look(payload, marks) == {"ids": [made]}


def test_a_portal_that_shows_a_title_unescaped_escapes_none() -> None:
    rows = [
        {"ID": 1, "PARENT_ID": 0, "TITLE": "Papers"},
        {"ID": 2, "PARENT_ID": 1, "TITLE": "Q&A"},
        {"ID": 3, "PARENT_ID": 1, "TITLE": "R&amp;D"},
    ]
    payload = plan(node("Q&A"), node("R&D"), title="Papers")
    assert KIND.look(7, payload, {"ids": [1, 2]}, lambda *_: rows) == {"ids": [1, 2]}
    rows[1]["TITLE"] = "Q&amp;A"
    assert KIND.look(7, payload, {"ids": [1, 2]}, lambda *_: rows) == {"ids": [1, 2, 3]}
    also = plan(node("Q&A"), node("R&amp;D"), title="Papers")
    assert KIND.look(7, also, {"ids": [1, 2]}, lambda *_: rows) == {"ids": [1, 2]}, "it is R&D, escaped"


def test_equal_titles_in_one_list_are_counted(desk: Desk) -> None:
    payload = plan(node("sign"), node("sign"), node("sign"))
    first = desk.step(payload, {})
    assert first is not None
    for _ in range(2):
        desk.portal.store.checklists.write(desk.task, "sign", parent_id=first["ids"][0])
    desk.all(payload, desk.look(payload, first))
    assert desk.tree() == ["Documents", "  sign", "  sign", "  sign"]


def test_a_batch_refused_in_the_middle_tells_how_far_it_came(desk: Desk) -> None:
    payload = plan(node("a"), node("b"), node("x" * 300), node("c"))
    first = desk.step(payload, {})
    assert first is not None
    progress = desk.step(payload, first)
    assert progress is not None
    assert len(progress["ids"]) == 3
    with pytest.raises(Rejected, match="too long"):
        desk.step(payload, progress)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"result": [], "result_error": {"c0": {"error": "QUERY_LIMIT_EXCEEDED"}}}, NotExecuted),
        ({"result": [], "result_error": {"c0": {"error": "SOMETHING_NEW"}}}, Doubtful),
        ({"result": {"c0": 1}, "result_error": []}, Doubtful),
        ({"result": {"c1": 1}, "result_error": {"c0": {"error": "ERROR_CORE"}}}, Doubtful),
        ({"result": {"c0": "x", "c1": 2}, "result_error": []}, Unusable),
        ([], Doubtful),
    ],
)
def test_an_answer_that_does_not_tell_is_no_progress(told: Any, error: type[Exception]) -> None:
    call = KIND.next_call(7, plan(node("a"), node("b")), {"ids": [1]})
    assert call is not None
    with pytest.raises(error):
        call.then(told)


@pytest.mark.parametrize("rows", [{}, [7], [{"ID": "x"}], [{"ID": "1", "PARENT_ID": "?"}]])
def test_an_unreadable_look_is_never_absent(rows: Any) -> None:
    with pytest.raises(Unusable):
        KIND.look(7, plan(), {}, lambda *_: rows)


@pytest.mark.parametrize("title", ["R&amp;D", "R&D", 'a "b" <c>', " a  b "])
@pytest.mark.parametrize("shown_as", [str, html.escape, str.strip])
def test_a_title_is_found_again_whether_the_portal_escapes_it_or_not(
    title: str, shown_as: Callable[[str], str]
) -> None:
    rows = [
        {"ID": 1, "PARENT_ID": 0, "TITLE": shown_as(title)},
        {"ID": 2, "PARENT_ID": 1, "TITLE": shown_as(title)},
    ]
    assert KIND.look(7, plan(node(title), title=title), {}, lambda *_: rows) == {"ids": [1, 2]}


def test_a_title_that_looks_escaped_is_not_taken_for_the_other(desk: Desk) -> None:
    desk.all(plan(node("a"), title="R&D"))
    assert desk.look(plan(node("b"), title="R&amp;D")) == {}
