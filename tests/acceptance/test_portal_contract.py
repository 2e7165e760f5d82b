"""What the worker relies on about a portal: the stand-in, and a real one where BITRIX_CONTRACT_WEBHOOK_URL is set."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bitrix.batch import batch, command, executed
from bitrix.calendar import WEEKDAYS, clock, days
from sandbox.portal import Portal

REAL = os.environ.get("BITRIX_CONTRACT_WEBHOOK_URL")


class Webhook:
    """Plain calls, and a list of what has to be deleted afterwards. `portal` None: a real one."""

    def __init__(self, url: str, portal: Portal | None = None) -> None:
        self.url = url.rstrip("/")
        self.portal = portal
        self.made: list[int] = []

    def post(self, method: str, params: Any) -> requests.Response:
        return requests.post(f"{self.url}/{method}", json=params, timeout=75, allow_redirects=False)

    def result(self, method: str, params: Any) -> Any:
        answer = self.post(method, params)
        assert answer.status_code == 200, method
        return answer.json()["result"]

    def owner(self) -> int:
        return int(self.result("profile", {})["ID"])

    def add(self, **fields: Any) -> dict[str, Any]:
        task = self.result(
            "tasks.task.add", {"fields": {"TITLE": "Contract", "RESPONSIBLE_ID": self.owner(), **fields}}
        )
        self.made.append(int(task["task"]["id"]))
        return task["task"]  # type: ignore[no-any-return]

    def list(self, **filter_: Any) -> Any:
        params = {"filter": filter_, "select": ["ID", "XML_ID"], "order": {"ID": "asc"}, "start": -1}
        return self.result("tasks.task.list", params)["tasks"]


@pytest.fixture(params=["stand-in", pytest.param("real", marks=pytest.mark.skipif(not REAL, reason="no real portal"))])
def webhook(request: pytest.FixtureRequest) -> Iterator[Webhook]:
    if request.param == "real":
        assert REAL
        caller = Webhook(REAL)
        yield caller
        for task in caller.made:
            caller.post("tasks.task.delete", {"taskId": task})
        return
    with Portal() as portal:
        yield Webhook(portal.webhook_url, portal)


def marker() -> str:
    return f"camunda:{uuid.uuid4()}"


def test_the_marker_is_stored_whole_and_echoed(webhook: Webhook) -> None:
    one = marker()
    task = webhook.add(XML_ID=one)
    assert task["xmlId"] == one
    assert isinstance(task["id"], str)


def test_the_marker_finds_exactly_its_task(webhook: Webhook) -> None:
    one, other = marker(), marker()
    task = webhook.add(XML_ID=one)
    webhook.add(XML_ID=other)
    assert [row["id"] for row in webhook.list(XML_ID=[one])] == [task["id"]]
    assert {row["xmlId"] for row in webhook.list(XML_ID=[one, other])} == {one, other}
    assert webhook.list(XML_ID=[marker()]) == []


def test_nothing_stops_two_tasks_with_one_marker(webhook: Webhook) -> None:
    one = marker()
    webhook.add(XML_ID=one)
    webhook.add(XML_ID=one)
    assert len(webhook.list(XML_ID=[one])) == 2


def test_an_unknown_condition_and_an_empty_list_are_dropped_without_a_word(webhook: Webhook) -> None:
    webhook.add(XML_ID=marker())
    assert webhook.list(XML_IDD=["x"]) != []
    assert webhook.list(XML_ID=[]) != []


def test_the_newest_marked_tasks_can_be_asked_for(webhook: Webhook) -> None:
    one = marker()
    webhook.add(XML_ID=one)
    params = {"filter": {"%XML_ID": "camunda:"}, "select": ["ID", "XML_ID"], "order": {"ID": "desc"}, "start": -1}
    assert webhook.result("tasks.task.list", params)["tasks"][0]["xmlId"] == one


def test_a_bad_responsible_is_refused_with_a_code(webhook: Webhook) -> None:
    answer = webhook.post("tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 987654321}})
    assert answer.status_code == 400
    assert answer.json()["error"] == "ERROR_CORE"


def test_missing_fields_are_refused_with_a_code(webhook: Webhook) -> None:
    assert webhook.post("tasks.task.add", {}).json()["error"] == "100"


def test_json_that_cannot_be_parsed_means_no_parameters(webhook: Webhook) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{webhook.url}/tasks.task.add", data=b"{broken", headers=headers, timeout=75)
    assert answer.json()["error"] == "100"


def test_a_missing_task_is_an_empty_list(webhook: Webhook) -> None:
    assert webhook.result("tasks.task.get", {"taskId": 987654321}) == []


def test_a_long_title_is_cut_without_a_word(webhook: Webhook) -> None:
    assert len(webhook.add(TITLE="x" * 300)["title"]) == 250


def test_an_unknown_method_has_its_own_code(webhook: Webhook) -> None:
    answer = webhook.post("imena.nothing.of.that.name", {})
    assert answer.status_code == 404
    assert answer.json()["error"] == "ERROR_METHOD_NOT_FOUND"


def test_a_wrong_code_is_an_authorisation_error(webhook: Webhook) -> None:
    base, _ = webhook.url.rsplit("/", 1)
    answer = requests.post(f"{base}/wrongcode/profile", json={}, timeout=75)
    assert answer.status_code == 401
    assert "error" in answer.json()


def test_a_page_has_fifty_rows_and_start_minus_one_drops_the_total(webhook: Webhook) -> None:
    one = marker()
    for _ in range(51):
        webhook.add(XML_ID=one)
    assert len(webhook.list(XML_ID=[one])) == 50
    counted = webhook.post("tasks.task.list", {"filter": {"XML_ID": [one]}}).json()
    uncounted = webhook.post("tasks.task.list", {"filter": {"XML_ID": [one]}, "start": -1}).json()
    assert counted["total"] == 51
    assert "total" not in uncounted


def test_the_owner_is_told_with_his_rights(webhook: Webhook) -> None:
    profile = webhook.result("profile", {})
    assert isinstance(profile["ADMIN"], bool)


def test_a_sync_without_an_instance_is_refused_with_http_200(webhook: Webhook) -> None:
    result = webhook.result("imena.camunda.sync", {"processDefinitionKey": "x"})
    assert not result["success"]


def test_a_sync_is_answered_as_the_contract_says(webhook: Webhook) -> None:
    if REAL and webhook.url in REAL:
        pytest.skip("a real module would pull an instance that does not exist")
    body = {"processDefinitionKey": "Process_qunad56t0", "processInstanceId": "49b3b068"}
    result = webhook.result("imena.camunda.sync", body)
    assert result["success"] is True
    assert result["message"] == "Webhook received"
    assert body.items() <= result.items()
    assert set(result) == {"success", "message", "processInstanceId", "processDefinitionKey", "timestamp"}


def test_checklist_items_are_added_by_position_in_the_order_of_the_calls(webhook: Webhook) -> None:
    task = int(webhook.add(XML_ID=marker())["id"])
    top = webhook.result("task.checklistitem.add", [task, {"TITLE": "list", "PARENT_ID": 0}])
    assert isinstance(top, int)
    for title in ("first", "second"):
        webhook.result("task.checklistitem.add", [task, {"TITLE": title, "PARENT_ID": top, "IS_IMPORTANT": "Y"}])
    order = {"PARENT_ID": "asc", "SORT_INDEX": "asc"}
    rows = webhook.result("task.checklistitem.getlist", [task, order])
    assert [row["TITLE"] for row in rows] == ["list", "first", "second"]
    assert [str(row["PARENT_ID"]) for row in rows] == ["0", str(top), str(top)]
    assert [row["IS_IMPORTANT"] for row in rows] == ["N", "Y", "Y"]


@pytest.mark.parametrize(("fields", "words"), [({"TITLE": "x", "COLOR": "red"}, "#256"), ({"TITLE": ""}, "#8")])
def test_a_checklist_item_that_is_not_understood_is_refused(
    webhook: Webhook, fields: dict[str, str], words: str
) -> None:
    task = int(webhook.add(XML_ID=marker())["id"])
    answer = webhook.post("task.checklistitem.add", [task, fields])
    assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_CORE")
    assert words in answer.json()["error_description"]


def test_items_without_a_place_come_in_reverse_if_their_parent_is_a_text(webhook: Webhook) -> None:
    task = int(webhook.add(XML_ID=marker())["id"])
    top = webhook.result("task.checklistitem.add", [task, {"TITLE": "list", "PARENT_ID": 0}])
    commands = {f"k{title}": f"task.checklistitem.add?0={task}&1[TITLE]={title}&1[PARENT_ID]={top}" for title in "ab"}
    assert set(webhook.result("batch", {"halt": 1, "cmd": commands})["result"]) == {"ka", "kb"}
    rows = webhook.result("task.checklistitem.getlist", [task, {"PARENT_ID": "asc", "SORT_INDEX": "asc"}])
    assert [row["TITLE"] for row in rows] == ["list", "b", "a"]


def test_items_of_a_batch_keep_the_places_they_name(webhook: Webhook) -> None:
    """As `worker.acts.checklist` sends them, for in a batch every value is a text."""
    task = int(webhook.add(XML_ID=marker())["id"])
    top = webhook.result("task.checklistitem.add", [task, {"TITLE": "list", "PARENT_ID": 0}])
    fields = [{"TITLE": title, "PARENT_ID": top, "SORT_INDEX": n} for n, title in enumerate("abc", 1)]
    sent = batch([command("task.checklistitem.add", [task, one]) for one in fields])
    assert len(executed("task.checklistitem.add", webhook.result("batch", sent), 3)) == 3
    rows = webhook.result("task.checklistitem.getlist", [task, {"PARENT_ID": "asc", "SORT_INDEX": "asc"}])
    assert [row["TITLE"] for row in rows] == ["list", "a", "b", "c"]
    assert [str(row["PARENT_ID"]) for row in rows] == ["0", *[str(top)] * 3]


def test_a_comment_is_added_by_position(webhook: Webhook) -> None:
    task = int(webhook.add(XML_ID=marker())["id"])
    assert isinstance(webhook.result("task.commentitem.add", [task, {"POST_MESSAGE": "said"}]), int)
    answer = webhook.post("task.commentitem.add", [task, {"POST_MESSAGE": " "}])
    assert (answer.status_code, answer.json()["error"]) == (400, "ERROR_CORE")


def test_an_arrow_needs_plan_dates_and_is_made_once(webhook: Webhook) -> None:
    plan = {"START_DATE_PLAN": "2030-01-01T10:00:00+03:00", "END_DATE_PLAN": "2030-01-02T10:00:00+03:00"}
    first, second, without = (int(webhook.add(**fields)["id"]) for fields in (plan, plan, {}))
    arrow = {"taskIdFrom": first, "taskIdTo": second, "linkType": 2}
    assert webhook.result("task.dependence.add", arrow) == []
    assert webhook.post("task.dependence.add", arrow).json()["error"] == "ILLEGAL_NEW_LINK"
    assert webhook.post("task.dependence.add", arrow | {"taskIdTo": without}).status_code == 400


@pytest.fixture
def folder(webhook: Webhook) -> Iterator[int]:
    """A folder in the storage of the webhook's owner, which is deleted again. Needs the scope disk."""
    who = {"ENTITY_TYPE": "user", "ENTITY_ID": webhook.owner()}
    [storage] = webhook.result("disk.storage.getlist", {"filter": who})
    made = webhook.result("disk.folder.addsubfolder", {"id": storage["ROOT_OBJECT_ID"], "data": {"NAME": marker()[8:]}})
    yield int(made["ID"])
    webhook.post("disk.folder.deletetree", {"id": made["ID"]})


def upload(webhook: Webhook, folder: int, name: str) -> requests.Response:
    params = {"id": folder, "data": {"NAME": name}, "fileContent": [name, "Y29udGVudA=="], "generateUniqueName": False}
    return webhook.post("disk.folder.uploadfile", params)


def test_a_file_is_found_by_its_name_with_its_size_and_its_name_is_taken(webhook: Webhook, folder: int) -> None:
    made = upload(webhook, folder, "a.txt").json()["result"]
    upload(webhook, folder, "b.txt")
    rows = webhook.result("disk.folder.getchildren", {"id": folder, "filter": {"NAME": "a.txt"}})
    assert [(int(row["ID"]), int(row["SIZE"]), row["TYPE"]) for row in rows] == [(int(made["ID"]), 7, "file")]
    assert upload(webhook, folder, "a.txt").json()["error"] == "DISK_OBJ_22000"


def test_files_are_attached_by_the_create_and_read_back(webhook: Webhook, folder: int) -> None:
    made = upload(webhook, folder, "a.txt").json()["result"]
    task = webhook.add(UF_TASK_WEBDAV_FILES=[f"n{made['ID']}"])
    asked = {"taskId": task["id"], "select": ["UF_TASK_WEBDAV_FILES"]}
    [attached] = webhook.result("tasks.task.get", asked)["task"]["ufTaskWebdavFiles"]
    assert int(webhook.result("disk.attachedobject.get", {"id": attached})["OBJECT_ID"]) == int(made["ID"])


def test_one_file_that_is_not_there_refuses_the_create(webhook: Webhook) -> None:
    one = marker()
    fields = {"TITLE": "x", "RESPONSIBLE_ID": webhook.owner(), "XML_ID": one, "UF_TASK_WEBDAV_FILES": ["n987654321"]}
    assert webhook.post("tasks.task.add", {"fields": fields}).status_code == 400
    assert webhook.list(XML_ID=[one]) == []
    assert webhook.post("disk.file.get", {"id": 987654321}).json()["error"] == "ERROR_NOT_FOUND"


def test_hashtags_become_tags(webhook: Webhook) -> None:
    task = webhook.add(TITLE="Contract #contracttest")
    told = webhook.result("tasks.task.get", {"taskId": task["id"], "select": ["TAGS"]})["task"]
    assert "contracttest" in str(told["tags"])


def people(webhook: Webhook, **filter_: Any) -> Any:
    return webhook.result("user.get", {"FILTER": filter_, "start": -1})


def test_an_email_finds_its_user_in_any_case_or_its_filter_is_dropped_without_a_word(webhook: Webhook) -> None:
    """Which of both depends on the webhook's scopes: `user_brief` shows no e-mail, and then filters by none."""
    [owner] = people(webhook, **{"@ID": [webhook.owner()]})
    unknown = people(webhook, **{"@EMAIL": ["nobody@example.invalid"]})
    if email := owner.get("EMAIL"):
        assert [row["ID"] for row in people(webhook, **{"@EMAIL": [email.upper()]})] == [owner["ID"]]
        assert unknown == []
    else:
        assert unknown != []


def test_emails_are_shown_with_a_wider_scope() -> None:
    with Portal() as portal:
        portal.scopes = ["task", "user_basic"]
        test_an_email_finds_its_user_in_any_case_or_its_filter_is_dropped_without_a_word(Webhook(portal.webhook_url))


def test_a_name_and_a_surname_find_their_users_and_a_login_finds_nobody(webhook: Webhook) -> None:
    [owner] = people(webhook, **{"@ID": [webhook.owner()]})
    named = people(webhook, **{"@NAME": [owner["NAME"], "x"], "@LAST_NAME": [owner["LAST_NAME"], "x"]})
    assert owner["ID"] in [row["ID"] for row in named]
    assert {(row["NAME"].casefold(), row["LAST_NAME"].casefold()) for row in named} == {
        (owner["NAME"].casefold(), owner["LAST_NAME"].casefold())
    }
    assert people(webhook, LOGIN="nobody") != []
    assert "LOGIN" not in owner


def test_a_group_is_found_by_its_whole_name(webhook: Webhook) -> None:
    first, *_ = webhook.result("sonet_group.get", {"IS_ADMIN": "Y"})
    by_name = webhook.result("sonet_group.get", {"FILTER": {"NAME": first["NAME"]}, "IS_ADMIN": "Y"})
    assert {row["NAME"].casefold() for row in by_name} == {first["NAME"].casefold()}
    assert {first["ACTIVE"], first["CLOSED"]} <= {"Y", "N"}
    assert webhook.result("sonet_group.get", {"FILTER": {"NAME": first["NAME"][:-1]}, "IS_ADMIN": "Y"}) == []


def test_the_working_time_can_be_read(webhook: Webhook) -> None:
    told = webhook.result("calendar.settings.get", {})
    begin, end = clock(told["work_time_start"]), clock(told["work_time_end"])
    assert begin is not None
    assert end is not None
    assert begin < end
    assert days(one for one in told["year_holidays"].split(",") if one) is not None
    assert set(told["week_holidays"]) - {""} <= WEEKDAYS.keys()


def test_a_flag_is_yes_only_as_exactly_y(webhook: Webhook) -> None:
    for said, kept in (("Y", "Y"), (True, "N"), ("y", "N")):
        task = int(webhook.add(TASK_CONTROL=said)["id"])
        shown = webhook.result("tasks.task.get", {"taskId": task, "select": ["TASK_CONTROL"]})["task"]
        assert shown["taskControl"] == kept, said


def test_parameters_of_a_task_are_read_back_by_their_codes(webhook: Webhook) -> None:
    """And code 3 binds people on the portal's pages only: over REST the task is closed without a result."""
    task = int(webhook.add(SE_PARAMETER=[{"CODE": 3, "VALUE": "Y"}, {"CODE": 2, "VALUE": "N"}])["id"])
    shown = webhook.result("tasks.task.get", {"taskId": task, "select": ["ID", "SE_PARAMETER"]})["task"]
    rows = shown["seParameter"]
    kept = {int(row["CODE"]): row["VALUE"] for row in (rows.values() if isinstance(rows, dict) else rows)}
    assert kept.get(3) == "Y"
    assert kept.get(2, "N") == "N"
    webhook.result("tasks.task.complete", {"taskId": task})
    assert webhook.result("tasks.task.get", {"taskId": task, "select": ["STATUS"]})["task"]["status"] == "5"


def test_an_estimate_and_crm_records_are_kept(webhook: Webhook) -> None:
    task = int(webhook.add(TIME_ESTIMATE=28800, ALLOW_TIME_TRACKING="Y", UF_CRM_TASK=["D_1", "deal:1"])["id"])
    select = ["TIME_ESTIMATE", "UF_CRM_TASK"]
    shown = webhook.result("tasks.task.get", {"taskId": task, "select": select})["task"]
    assert str(shown["timeEstimate"]) == "28800"
    assert "deal:1" not in (shown["ufCrmTask"] or [])
