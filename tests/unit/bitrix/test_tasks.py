from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st
from requests_mock import Mocker

from bitrix.added import Added
from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, ListBehind, LookupUnproven, NotExecuted, PortalError
from bitrix.tasks import MOST_MARKERS, PAGE, MethodState, Profile, Tasks, UserField
from bitrix.webhook import WebhookUrl

BASE = "https://portal.example/rest/7/k3yofthep0rtal99/"
ADD = BASE + "tasks.task.add"
LIST = BASE + "tasks.task.list"
PROFILE = BASE + "profile"
WITNESS = "camunda:witness"
WITNESS_ROW = {"id": "1", "xmlId": WITNESS}


def make_tasks() -> Tasks:
    return Tasks(BitrixClient(WebhookUrl.parse(BASE)))


@pytest.fixture
def tasks() -> Tasks:
    return make_tasks()


def result(value: Any) -> dict[str, Any]:
    return {"result": value, "time": {"operating": 0}}


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    return result({"tasks": list(rows)})


def row(id_: Any, marker: Any) -> dict[str, Any]:
    return {"id": id_, "xmlId": marker}


# --- create ---


def test_a_created_task_has_its_number_and_the_marker_that_was_stored(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(ADD, json=result({"task": {"id": "8123", "xmlId": "camunda:a"}}))
    assert tasks.add({"TITLE": "x", "XML_ID": "camunda:a"}) == Added(8123, "camunda:a")
    assert requests_mock.last_request is not None
    assert requests_mock.last_request.json() == {"fields": {"TITLE": "x", "XML_ID": "camunda:a"}}


def test_a_number_may_be_a_number_and_the_marker_may_be_missing(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(ADD, json=result({"task": {"id": 8123}}))
    assert tasks.add({"TITLE": "x"}) == Added(8123, None)


@pytest.mark.parametrize(
    ("answered", "group"),
    [
        ({}, None),
        ({"groupId": "12"}, "12"),
        ({"groupId": 12, "group": {"id": "12", "name": "Contracts"}}, "12"),
        ({"groupId": "0", "group": []}, "0"),
        ({"groupId": "12", "group": []}, ""),
        ({"groupId": "12", "group": None}, ""),
    ],
)
def test_a_created_task_has_its_group_and_none_where_the_portal_shows_no_such_group(
    answered: dict[str, Any], group: str | None, tasks: Tasks, requests_mock: Mocker
) -> None:
    requests_mock.post(ADD, json=result({"task": {"id": 8123} | answered}))
    assert tasks.add({"TITLE": "x"}).group == group


NO_NUMBER: list[Any] = [None, "", "abc", "-1", "0", 0, 1.5, [], True]
WITHOUT_A_NUMBER: list[Any] = [[], None, True, 8123, {}, {"task": []}, {"task": None}, {"task": {}}]


@pytest.mark.parametrize("answer", [*WITHOUT_A_NUMBER, *({"task": {"id": id_}} for id_ in NO_NUMBER)])
def test_a_create_answered_without_a_number_is_doubt(tasks: Tasks, requests_mock: Mocker, answer: Any) -> None:
    requests_mock.post(ADD, json=result(answer))
    with pytest.raises(Doubtful):
        tasks.add({"TITLE": "x"})
    assert requests_mock.call_count == 1


ANOTHERS: list[Any] = [
    "camunda:b",
    "camunda:",
    "CAMUNDA:A",
    "camunda:a ",
    "camunda:ab",
    "CRM-17",
    17,
    True,
    ["camunda:a"],
    {},
]


@pytest.mark.parametrize("marker", ANOTHERS)
def test_a_create_answered_with_anothers_marker_is_doubt_and_never_ours(
    tasks: Tasks, requests_mock: Mocker, marker: Any
) -> None:
    requests_mock.post(ADD, json=result({"task": row("8123", marker)}))
    with pytest.raises(Doubtful):
        tasks.add({"TITLE": "x", "XML_ID": "camunda:a"})
    assert requests_mock.call_count == 1


@pytest.mark.parametrize("kept", ["", None, "camunda:" + "9" * 42])
def test_a_marker_that_was_dropped_or_cut_is_told_as_such(
    tasks: Tasks, requests_mock: Mocker, kept: str | None
) -> None:
    requests_mock.post(ADD, json=result({"task": row("8123", kept)}))
    assert tasks.add({"TITLE": "x", "XML_ID": "camunda:" + "9" * 56}) == Added(8123, kept or "")


# --- look up by marker ---


def test_an_empty_portal_is_not_believed_where_tasks_are_known_to_exist(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page())
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], some_exist=True)


@pytest.mark.parametrize(("answer", "gone"), [([], True), ({"task": {"id": "42"}}, False)])
def test_a_task_is_gone_when_its_number_finds_nothing(
    tasks: Tasks, requests_mock: Mocker, answer: Any, gone: bool
) -> None:
    requests_mock.post(LIST.replace("list", "get"), json=result(answer))
    assert tasks.is_gone(42) is gone


@pytest.mark.parametrize("answer", [None, {}, {"task": []}, {"task": {"id": "7"}}, True])
def test_any_other_answer_does_not_say_that_it_is_gone(tasks: Tasks, requests_mock: Mocker, answer: Any) -> None:
    requests_mock.post(LIST.replace("list", "get"), json=result(answer))
    with pytest.raises(LookupUnproven):
        tasks.is_gone(42)


def test_a_marker_that_is_not_among_the_answered_is_absent(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(row("5", "camunda:a"), WITNESS_ROW))
    assert tasks.look_up(["camunda:a", "camunda:b"], [WITNESS]) == {"camunda:a": 5}


def test_a_look_up_asks_in_one_call_for_all_markers_and_witnesses(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW))
    tasks.look_up(["camunda:a", "camunda:b"], [WITNESS])
    assert requests_mock.call_count == 1
    assert requests_mock.last_request is not None
    asked = requests_mock.last_request.json()
    assert asked["filter"] == {"XML_ID": ["camunda:a", "camunda:b", WITNESS]}
    assert set(asked["select"]) == {"ID", "XML_ID"}


def test_without_a_witness_in_the_answer_nothing_is_believed(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(row("5", "camunda:a")))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a", "camunda:b"], [WITNESS])


def test_the_youngest_witness_must_be_shown(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW))
    with pytest.raises(ListBehind):
        tasks.look_up(["camunda:a"], ["camunda:young", WITNESS], youngest="camunda:young")
    assert tasks.look_up(["camunda:a"], ["camunda:young", WITNESS], youngest=WITNESS) == {}


def test_what_is_found_is_found_however_far_the_list_is_behind(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW, row("5", "camunda:a")))
    witnesses = ["camunda:young", WITNESS]
    assert tasks.look_up(["camunda:a"], witnesses, youngest="camunda:young") == {"camunda:a": 5}
    with pytest.raises(ListBehind):
        tasks.look_up(["camunda:a", "camunda:b"], witnesses, youngest="camunda:young")
    requests_mock.post(LIST, json=page(row("5", "camunda:a")))
    assert tasks.look_up(["camunda:a"], witnesses, youngest="camunda:young") == {"camunda:a": 5}


def test_one_witness_of_several_is_enough(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW))
    assert tasks.look_up(["camunda:a"], ["camunda:deleted", WITNESS]) == {}


def test_an_asked_marker_is_no_witness(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(row("5", "camunda:a")))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], [WITNESS])


@pytest.mark.parametrize("foreign", ["", None, "camunda:other", "CAMUNDA:A", "camunda:a "])
def test_a_row_that_was_not_asked_for_proves_a_dropped_filter(
    tasks: Tasks, requests_mock: Mocker, foreign: str | None
) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW, row("5", "camunda:a"), {"id": "6", "xmlId": foreign}))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], [WITNESS])


@pytest.mark.parametrize("rows", [50, 51])
def test_a_full_page_counts_as_cut_short(tasks: Tasks, requests_mock: Mocker, rows: int) -> None:
    requests_mock.post(LIST, json=page(*(row(str(number), WITNESS) for number in range(1, rows + 1))))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], [WITNESS])


def test_a_page_with_room_left_is_whole(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(*(row(str(number), WITNESS) for number in range(1, 50))))
    assert tasks.look_up(["camunda:a"], [WITNESS]) == {}


def test_of_copies_the_smallest_number_wins_by_value_not_by_spelling(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(*(row(id_, "camunda:a") for id_ in ("100", "9", 20)), WITNESS_ROW))
    assert tasks.look_up(["camunda:a"], [WITNESS]) == {"camunda:a": 9}


MALFORMED: list[Any] = [
    [],
    None,
    {},
    {"tasks": None},
    {"tasks": {}},
    {"tasks": {"1": WITNESS_ROW}},
    {"tasks": [WITNESS_ROW, "row"]},
    {"tasks": [WITNESS_ROW, {"xmlId": "camunda:a"}]},
    {"tasks": [WITNESS_ROW, {"ID": "5", "XML_ID": "camunda:a"}]},
    {"tasks": [{"id": "5", "XML_ID": WITNESS}]},
    {"TASKS": [WITNESS_ROW]},
    [WITNESS_ROW],
]


@pytest.mark.parametrize("answer", MALFORMED)
def test_an_answer_of_another_form_proves_nothing(tasks: Tasks, requests_mock: Mocker, answer: Any) -> None:
    requests_mock.post(LIST, json=result(answer))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], [WITNESS])


@pytest.mark.parametrize("id_", NO_NUMBER)
def test_a_row_without_a_proper_number_proves_nothing(tasks: Tasks, requests_mock: Mocker, id_: Any) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW, row(id_, "camunda:a")))
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"], [WITNESS])


def test_a_failed_look_up_is_never_absent(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, status_code=503, json={"error": "QUERY_LIMIT_EXCEEDED"})
    with pytest.raises(NotExecuted):
        tasks.look_up(["camunda:a"], [WITNESS])


@pytest.mark.parametrize(("markers", "witnesses"), [(MOST_MARKERS + 1, 0), (MOST_MARKERS, 1), (38, 3)])
def test_more_than_fits_a_page_is_not_asked(tasks: Tasks, requests_mock: Mocker, markers: int, witnesses: int) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW))
    requests_mock.post(PROFILE, json=result({"ID": "7", "ADMIN": True}))
    with pytest.raises(ValueError, match="values"):
        tasks.look_up([f"camunda:{n}" for n in range(markers)], [f"camunda:w{n}" for n in range(witnesses)])


def test_as_many_as_fit_a_page_are_asked(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(WITNESS_ROW))
    assert tasks.look_up([f"camunda:{n}" for n in range(MOST_MARKERS - 1)], [WITNESS]) == {}


def test_an_empty_question_is_never_sent_as_an_empty_filter(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page())
    with pytest.raises(ValueError, match="empty filter"):
        tasks.look_up_by_field([])
    assert requests_mock.call_count == 0


@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**9), st.sampled_from(["camunda:a", "camunda:b", WITNESS, "foreign"]), st.booleans()
        ),
        max_size=60,
    )
)
def test_a_look_up_finds_the_oldest_of_each_marker_or_proves_nothing(rows: list[tuple[int, str, bool]]) -> None:
    with Mocker() as mocker:
        mocker.post(LIST, json=page(*(row(str(id_) if text else id_, marker) for id_, marker, text in rows)))
        try:
            found = make_tasks().look_up(["camunda:a", "camunda:b"], [WITNESS])
        except LookupUnproven:
            found = None
    markers = {marker for _, marker, _ in rows}
    if len(rows) >= 50 or "foreign" in markers or WITNESS not in markers:
        assert found is None
    else:
        oldest = {marker: min(id_ for id_, other, _ in rows if other == marker) for marker in markers - {WITNESS}}
        assert found == oldest


# --- without witnesses of one's own ---


def portal_of(mocker: Mocker, *rows: dict[str, Any], admin: Any = True, drops_filter: bool = False) -> None:
    """A portal that lists these tasks."""

    def answer(request: Any, _: Any) -> dict[str, Any]:
        key, asked = next(iter(request.json()["filter"].items()))
        fits: Callable[[str], bool] = (lambda marker: asked in marker) if key[0] == "%" else asked.__contains__
        return page(*(row for row in rows if drops_filter or fits(row["xmlId"])))

    mocker.post(LIST, json=answer)
    mocker.post(PROFILE, json=result({"ID": "7", "ADMIN": admin}))


def test_the_portals_newest_marked_tasks_are_witnesses(tasks: Tasks, requests_mock: Mocker) -> None:
    portal_of(requests_mock, row("9", "camunda:z"), row("8", "camunda:a"), admin=False)
    assert tasks.look_up(["camunda:a", "camunda:b"]) == {"camunda:a": 8}


def test_a_portal_without_marked_tasks_is_believed_by_an_administrator_only(
    tasks: Tasks, requests_mock: Mocker
) -> None:
    portal_of(requests_mock, admin=True)
    assert tasks.look_up(["camunda:a"]) == {}
    portal_of(requests_mock, admin=False)
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"])


def test_a_portal_that_drops_the_filter_is_not_believed_even_by_an_administrator(
    tasks: Tasks, requests_mock: Mocker
) -> None:
    portal_of(requests_mock, row("9", "made by hand"), admin=True, drops_filter=True)
    with pytest.raises(LookupUnproven):
        tasks.look_up(["camunda:a"])


def test_the_newest_marked_task_before_a_moment_is_one_with_our_marker(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page(row("9", "x camunda:y"), row("8", "camunda:a"), row("7", "camunda:b")))
    assert tasks.marked_before(datetime(2026, 3, 1, 10, tzinfo=UTC)) == 8
    assert requests_mock.last_request is not None
    asked = requests_mock.last_request.json()
    assert (asked["order"], asked["filter"]["<CREATED_DATE"]) == ({"ID": "desc"}, "2026-03-01T10:00:00+00:00")
    requests_mock.post(LIST, json=page())
    assert tasks.marked_before(datetime(2026, 3, 1, 10, tzinfo=UTC)) is None


def test_the_newest_marked_are_few_distinct_and_marked(tasks: Tasks, requests_mock: Mocker) -> None:
    markers = ["camunda:a", "by hand", "camunda:a", "camunda:b", "", "x camunda:y", "camunda:c", "camunda:d"]
    requests_mock.post(LIST, json=page(*(row(str(99 - n), marker) for n, marker in enumerate(markers)), {"id": "1"}))
    assert tasks.newest_marked() == ["camunda:a", "camunda:b", "camunda:c"]
    assert requests_mock.last_request is not None
    assert requests_mock.last_request.json()["order"] == {"ID": "desc"}


def instance_row(id_: int, marker: str | None, instance: str | None) -> dict[str, Any]:
    return {"id": str(id_), "xmlId": marker, "ufProcessInstanceId": instance}


SINCE = datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_all_tasks_of_a_time_are_read_page_by_page_also_those_without_a_marker(
    tasks: Tasks, requests_mock: Mocker
) -> None:
    full = [instance_row(n, f"camunda:{n}", f"i-{n}") for n in range(1, PAGE + 1)]
    rest = [instance_row(71, None, "of-the-old"), instance_row(72, "", None)]
    requests_mock.post(LIST, [{"json": page(*full)}, {"json": page(*rest)}])
    found = list(tasks.created_since(SINCE, marked=False))
    assert [one.process_instance_id for one in found[-3:]] == [f"i-{PAGE}", "of-the-old", None]
    first, second = (one.json()["filter"] for one in requests_mock.request_history)
    assert first == {">=CREATED_DATE": SINCE.isoformat(), ">ID": 0}
    assert second == first | {">ID": PAGE}


def test_where_only_marked_tasks_are_asked_for_others_prove_that_the_filter_was_ignored(
    tasks: Tasks, requests_mock: Mocker
) -> None:
    requests_mock.post(LIST, json=page(instance_row(7, None, "of-the-old")))
    with pytest.raises(LookupUnproven):
        list(tasks.created_since(SINCE, marked=True))


# --- look up by the old installation's field ---


def test_tasks_of_the_old_installation_are_found_by_its_field(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(LIST, json=page({"id": "7", "ufCamundaIdExternalTask": "a"}))
    assert tasks.look_up_by_field(["a", "b"]) == {"a": 7}
    assert requests_mock.last_request is not None
    asked = requests_mock.last_request.json()
    assert asked["filter"] == {"UF_CAMUNDA_ID_EXTERNAL_TASK": ["a", "b"]}
    assert "UF_CAMUNDA_ID_EXTERNAL_TASK" in asked["select"]


@pytest.mark.parametrize("foreign", [{"id": "7"}, {"id": "7", "ufCamundaIdExternalTask": "other"}])
def test_a_dropped_old_field_proves_nothing(tasks: Tasks, requests_mock: Mocker, foreign: dict[str, Any]) -> None:
    requests_mock.post(LIST, json=page(foreign))
    with pytest.raises(LookupUnproven):
        tasks.look_up_by_field(["a"])


# --- what the portal is ---


def test_the_profile_tells_whose_rights_every_call_has(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(PROFILE, json=result({"ID": "7", "ADMIN": True, "NAME": "Иван"}))
    assert tasks.profile() == Profile(7, is_admin=True)


@pytest.mark.parametrize("answer", [[], {}, {"ID": "7"}, {"ID": "7", "ADMIN": False}, {"ID": "7", "ADMIN": None}])
def test_an_owner_is_no_administrator_unless_said(tasks: Tasks, requests_mock: Mocker, answer: Any) -> None:
    requests_mock.post(PROFILE, json=result(answer))
    assert not tasks.profile().is_admin


@pytest.mark.parametrize("said", ["N", "false", "0"])
def test_an_owner_said_in_words_to_be_none_is_no_administrator(tasks: Tasks, requests_mock: Mocker, said: str) -> None:
    requests_mock.post(PROFILE, json=result({"ID": "7", "ADMIN": said}))
    assert not tasks.profile().is_admin


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"isExisting": True, "isAvailable": True}, MethodState(exists=True, available=True)),
        ({"isExisting": True, "isAvailable": False}, MethodState(exists=True, available=False)),
        ([], MethodState(exists=False, available=False)),
        ({"isExisting": "Y", "isAvailable": "N"}, MethodState(exists=True, available=False)),
        ({"isExisting": "false", "isAvailable": "0"}, MethodState(exists=False, available=False)),
    ],
)
def test_a_method_is_there_and_allowed_or_not(
    tasks: Tasks, requests_mock: Mocker, answer: Any, state: MethodState
) -> None:
    requests_mock.post(BASE + "method.get", json=result(answer))
    assert tasks.method_state("Imena.Camunda.Sync") == state
    assert requests_mock.last_request is not None
    assert requests_mock.last_request.json() == {"name": "imena.camunda.sync"}


@pytest.mark.parametrize(
    ("answer", "scopes"), [(["task", "user_brief"], {"task", "user_brief"}), ([], set()), ({}, set())]
)
def test_scopes_are_what_the_webhook_may_do(tasks: Tasks, requests_mock: Mocker, answer: Any, scopes: set[str]) -> None:
    requests_mock.post(BASE + "scope", json=result(answer))
    assert tasks.scopes() == scopes


def test_user_fields_are_named(tasks: Tasks, requests_mock: Mocker) -> None:
    rows = [{"FIELD_NAME": "UF_A"}, {"FIELD_NAME": "UF_B", "USER_TYPE_ID": "string", "MULTIPLE": "Y"}, "odd"]
    requests_mock.post(BASE + "task.item.userfield.getlist", json=result(rows))
    assert tasks.user_fields() == {"UF_A": UserField(None, None), "UF_B": UserField("string", multiple=True)}


NOTHING: tuple[Any, ...] = (None, "", " ", 0, "0", False, [], {})


@pytest.mark.parametrize(
    ("row", "default"),
    [
        ({"SETTINGS": {"DEFAULT_VALUE": "НЕТ"}}, "НЕТ"),
        ({"SETTINGS": {"DEFAULT_VALUE": 1}}, "1"),
        ({"SETTINGS": {"DEFAULT_VALUE": {"TYPE": "NOW", "VALUE": ""}}}, "NOW"),
        ({"SETTINGS": {"DEFAULT_VALUE": {"TYPE": "FIXED", "VALUE": "01.02.2026"}}}, "01.02.2026"),
        ({"SETTINGS": {"DEFAULT_VALUE": ["x"]}}, "?"),
        ({"LIST": [{"VALUE": "НЕТ", "DEF": "N"}, {"VALUE": "ДА", "DEF": "Y"}]}, "ДА"),
        ({"LIST": [{"DEF": "Y"}]}, "?"),
        ({"SETTINGS": {"DEFAULT_VALUE": {"TYPE": "NONE", "VALUE": ""}}}, None),
        ({"LIST": [{"VALUE": "ДА", "DEF": "N"}], "SETTINGS": {"DISPLAY": "LIST"}}, None),
        ({"SETTINGS": []}, None),
        *(({"SETTINGS": {"DEFAULT_VALUE": nothing}}, None) for nothing in NOTHING),
    ],
)
def test_what_the_portal_fills_into_a_field_by_itself(
    tasks: Tasks, requests_mock: Mocker, row: dict[str, Any], default: str | None
) -> None:
    requests_mock.post(BASE + "task.item.userfield.getlist", json=result([{"FIELD_NAME": "UF_A", **row}]))
    assert tasks.user_fields()["UF_A"].default == default


def test_the_portals_clock_has_an_offset(tasks: Tasks, requests_mock: Mocker) -> None:
    requests_mock.post(BASE + "server.time", json=result("2026-09-01T10:00:00+03:00"))
    assert tasks.server_time() == datetime(2026, 9, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ask", "method", "answer"),
    [
        (Tasks.profile, "profile", None),
        (Tasks.profile, "profile", "x"),
        (Tasks.profile, "profile", [1]),
        (Tasks.profile, "profile", {"ID": "x"}),
        (Tasks.profile, "profile", {"ID": {"x": 1}}),
        (lambda tasks: tasks.method_state("x"), "method.get", None),
        (Tasks.user_fields, "task.item.userfield.getlist", {"x": 1}),
        (Tasks.server_time, "server.time", []),
        (Tasks.server_time, "server.time", "soon"),
        (Tasks.server_time, "server.time", "2026-09-01T10:00:00"),
        (Tasks.server_time, "server.time", None),
    ],
)
def test_every_malformed_answer_is_a_portal_error(
    tasks: Tasks, requests_mock: Mocker, ask: Callable[[Tasks], object], method: str, answer: Any
) -> None:
    requests_mock.post(BASE + method, json=result(answer))
    with pytest.raises(PortalError):
        ask(tasks)
