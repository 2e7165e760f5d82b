"""The portal's module: what it answers is read as records; what cannot be read is never "none"."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from requests_mock import Mocker

from bitrix.camunda_module import (
    BROKEN_OFF_SERIES,
    CamundaModule,
    DiagramProperty,
    DiagramStep,
    Resolver,
    accepted,
)
from bitrix.causes import Cause
from bitrix.client import Answer, BitrixClient
from bitrix.errors import ChannelFault, Doubtful, MethodMissing, ModuleRefused, PortalError
from bitrix.limits.limiter import Kind
from bitrix.methods import DIAGRAM, PROPERTIES, QUESTIONNAIRES, READ_SERIES, RESOLVERS, SUPERVISOR, TEMPLATE
from bitrix.questionnaires import Question
from bitrix.task_template import ChecklistNode, Member, Role, TemplateFile
from bitrix.webhook import WebhookUrl
from worker.words.causes import in_words

BASE = "https://portal.example/rest/7/s3cretofthep0rtal/"
ROW = {"ID": "3348", "TITLE": "Approve", "PRIORITY": "1", "GROUP_ID": "0", "DEADLINE_AFTER": "86400"}


@pytest.fixture
def module() -> CamundaModule:
    client = BitrixClient(WebhookUrl.parse(BASE), series=READ_SERIES.copy(sleep=lambda _: None))
    return CamundaModule(client, series=BROKEN_OFF_SERIES.copy(sleep=lambda _: None))


def says(http: Mocker, method: str, data: Any, **more: Any) -> None:
    http.post(BASE + method, json={"result": {"success": True, "data": data, **more}})


CALLS: dict[str, Callable[[CamundaModule], object]] = {
    DIAGRAM: lambda module: module.responsible_list("p"),
    TEMPLATE: lambda module: module.task_template("p", "a"),
    PROPERTIES: lambda module: module.properties("p"),
    SUPERVISOR: lambda module: module.supervisor(7),
    RESOLVERS: lambda module: module.resolvers(),
    QUESTIONNAIRES: lambda module: module.questionnaire_list(8),
}


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(
    ("answer", "family"),
    [
        ({"json": {"result": {"success": False, "error": "Missing required parameter: taskId"}}}, ModuleRefused),
        ({"json": {"result": {"success": False}}}, ModuleRefused),
        ({"json": {"result": {"success": "N", "error": ["x"]}}}, ModuleRefused),
        ({"json": {"result": {"success": False, "error": "Internal server error: Deadlock"}}}, Doubtful),
        ({"json": {"result": {}}}, Doubtful),
        ({"json": {"result": []}}, Doubtful),
        ({"json": {"result": None}}, Doubtful),
        ({"json": {"result": "ok"}}, Doubtful),
        ({"status_code": 500, "text": "<html>Fatal error</html>"}, Doubtful),
        ({"status_code": 200, "text": "<html>Log in</html>"}, Doubtful),
        ({"status_code": 404, "json": {"error": "ERROR_METHOD_NOT_FOUND"}}, MethodMissing),
        ({"status_code": 403, "json": {"error": "insufficient_scope"}}, ChannelFault),
    ],
)
def test_no_failure_is_ever_none(
    requests_mock: Mocker, module: CamundaModule, method: str, answer: dict[str, Any], family: type[PortalError]
) -> None:
    requests_mock.post(BASE + method, **answer)
    with pytest.raises(family):
        CALLS[method](module)


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("data", [None, "x", 7, [1]])
def test_success_without_data_is_no_answer(
    requests_mock: Mocker, module: CamundaModule, method: str, data: Any
) -> None:
    says(requests_mock, method, data)
    with pytest.raises(Doubtful):
        CALLS[method](module)


@pytest.mark.parametrize("method", sorted({DIAGRAM, TEMPLATE, SUPERVISOR, QUESTIONNAIRES}))
def test_an_empty_answer_is_no_answer(requests_mock: Mocker, module: CamundaModule, method: str) -> None:
    says(requests_mock, method, {})
    with pytest.raises(Doubtful):
        CALLS[method](module)


BROKEN_OFF: dict[str, Any] = {"json": {"result": {"success": False, "error": "Internal server error: Deadlock"}}}
WELL: dict[str, Any] = {"json": {"result": {"success": True, "data": {"userId": 7, "supervisorId": 12}}}}


def test_a_read_that_broke_off_is_repeated_a_few_times(requests_mock: Mocker, module: CamundaModule) -> None:
    requests_mock.post(BASE + SUPERVISOR, [BROKEN_OFF, BROKEN_OFF, WELL])
    assert module.supervisor(7) == 12
    requests_mock.post(BASE + SUPERVISOR, **BROKEN_OFF)
    before = requests_mock.call_count
    with pytest.raises(Doubtful):
        module.supervisor(7)
    assert requests_mock.call_count == before + 4


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        (SUPERVISOR, {"json": {"result": {"success": False, "error": "Missing or invalid parameter: userId"}}}),
        (SUPERVISOR, {"json": {"result": {}}}),
    ],
)
def test_a_clear_refusal_is_not_repeated(
    requests_mock: Mocker, module: CamundaModule, method: str, answer: dict[str, Any]
) -> None:
    requests_mock.post(BASE + method, **answer)
    with pytest.raises(PortalError):
        CALLS[method](module)
    assert requests_mock.call_count == 1


class Counted:
    """Notes as what each call waits for its turn."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []

    def call(self, _: str, params: object = None, *, kind: Kind) -> Answer:
        del params
        self.kinds.append(kind)
        return Answer({})


@pytest.mark.parametrize("method", CALLS)
def test_no_call_counts_as_a_create_whose_duration_it_would_blur(method: str) -> None:
    counted = Counted()
    with pytest.raises(Doubtful):
        CALLS[method](CamundaModule(counted))
    assert len(counted.kinds) == 1
    assert Kind.CREATE not in counted.kinds


def test_a_refusal_keeps_the_modules_words_and_hides_addresses(requests_mock: Mocker, module: CamundaModule) -> None:
    words = f"Template 3348 not found at {BASE}x"
    requests_mock.post(BASE + TEMPLATE, json={"result": {"success": False, "error": words}})
    with pytest.raises(ModuleRefused) as caught:
        module.task_template("p", "a")
    assert caught.value.cause is Cause.MODULE_SAYS
    assert "Template 3348 not found" in str(caught.value)
    assert "s3cretofthep0rtal" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("said", ["abc", "-1", "0", "", None, "12.5"])
def test_a_group_that_is_no_positive_number_is_none(requests_mock: Mocker, module: CamundaModule, said: Any) -> None:
    says(requests_mock, TEMPLATE, {"template": ROW | {"GROUP_ID": said}})
    found = module.task_template("p", "a")
    assert found is not None
    assert found.group_id is None


@pytest.mark.parametrize("field", ["CREATED_BY", "RESPONSIBLE_ID", "DEADLINE_AFTER", "PRIORITY"])
@pytest.mark.parametrize("said", ["abc", "-1", "86400.0"])
def test_a_number_that_is_none_is_named_with_its_template(
    requests_mock: Mocker, module: CamundaModule, field: str, said: str
) -> None:
    says(requests_mock, TEMPLATE, {"template": ROW | {field: said}})
    with pytest.raises(Doubtful) as caught:
        module.task_template("p", "a")
    told = in_words(caught.value)
    assert f"tasktemplate 3348: {field}" in told.ru
    assert f"tasktemplate 3348: {field}" in told.en


@pytest.mark.parametrize("name", ["auth", "token", "sessid", "access_token"])
@pytest.mark.parametrize(
    "address", ["https://p.example/file?{}", "https://p.example/file?id=5&{}", "/file?id=5&amp;{}&x=1"]
)
def test_a_refusal_hides_the_tokens_of_files(name: str, address: str) -> None:
    words = f"cannot read '{address.format(name + '=disk%7CbG9uZ3Rva2Vu')}' of 5"
    with pytest.raises(ModuleRefused) as caught:
        accepted("m", {"success": False, "error": words})
    assert "bG9uZ" not in str(caught.value)
    assert "of 5" in str(caught.value)


def test_the_rows_of_a_diagram(requests_mock: Mocker, module: CamundaModule) -> None:
    says(
        requests_mock,
        DIAGRAM,
        {
            "responsibles": [
                {"ELEMENT_ID": "a", "ELEMENT_NAME": "Approve\n it", "TEMPLATE_ID": 3348, "PREDECESSOR_IDS": ["b", "c"]},
                {"ELEMENT_ID": "b", "TEMPLATE_ID": None, "PREDECESSOR_IDS": '["a"]'},
                {"ELEMENT_ID": "c", "TEMPLATE_ID": "0", "PREDECESSOR_IDS": "a"},
                {"ELEMENT_ID": "d", "TEMPLATE_ID": "many"},
                {"ELEMENT_ID": "e", "TEMPLATE_ID": "5", "PREDECESSOR_IDS": "[broken"},
                {"ELEMENT_ID": None, "TEMPLATE_ID": None},
            ],
            "meta": {"count": 6},
        },
    )
    diagram = module.responsible_list("p")
    assert requests_mock.request_history[-1].json() == {"camundaProcessId": "p"}
    assert diagram.step("a") == DiagramStep("a", "Approve it", 3348, ("b", "c"))
    assert diagram.step("b") == DiagramStep("b", predecessors=("a",))
    assert diagram.step("c") == DiagramStep("c", predecessors=("a",))
    assert diagram.step("unknown") is None
    for odd in ("d", "e"):
        with pytest.raises(Doubtful):
            diagram.step(odd)


def test_a_list_that_is_cut_short_proves_no_absence(requests_mock: Mocker, module: CamundaModule) -> None:
    says(requests_mock, DIAGRAM, {"responsibles": [{"ELEMENT_ID": "a", "TEMPLATE_ID": 7}], "meta": {"count": 2}})
    diagram = module.responsible_list("p")
    assert diagram.step("a") == DiagramStep("a", template_id=7)
    with pytest.raises(Doubtful):
        diagram.step("b")


def test_of_two_versions_of_a_diagram_the_newest_counts(requests_mock: Mocker, module: CamundaModule) -> None:
    rows = [
        {"ELEMENT_ID": "a", "TEMPLATE_ID": 8, "VERSION_NUMBER": 2},
        {"ELEMENT_ID": "a", "TEMPLATE_ID": 7, "VERSION_NUMBER": 1},
    ]
    says(requests_mock, DIAGRAM, {"responsibles": rows})
    assert module.responsible_list("p").steps["a"].template_id == 8


@pytest.mark.parametrize("rows", [None, "x", 7, [1], [{"ELEMENT_ID": ["a"]}]])
def test_rows_of_another_shape_prove_nothing(requests_mock: Mocker, module: CamundaModule, rows: Any) -> None:
    says(requests_mock, DIAGRAM, {"responsibles": rows} if rows is not None else {"rows": []})
    with pytest.raises(Doubtful):
        module.responsible_list("p")


def test_a_template_with_everything(requests_mock: Mocker, module: CamundaModule) -> None:
    question = {"CODE": "OK", "NAME": "Fine?", "TYPE": "Boolean", "ENUM_OPTIONS": []}
    asked = {"CODE": "Q", "TITLE": "Order", "questions": [question]}
    says(
        requests_mock,
        TEMPLATE,
        {
            "template": ROW
            | {"DESCRIPTION": None, "CREATED_BY": "12", "RESPONSIBLE_USE_SUPERVISOR": "Y"}
            | {"RESPONSIBLES_USE_SUPERVISOR": "Y", "AUDITORS_USE_SUPERVISOR": "N", "CREATED_BY_USE_SUPERVISOR": ""},
            "members": {
                "all": [{"TYPE": "R"}],
                "by_type": {
                    "O": [],
                    "R": [{"USER_ID": None, "ACCESS_CODE": "DR2"}, {"USER_ID": "106", "ACCESS_CODE": "U106"}],
                    "A": {"3": {"USER_ID": 7}, "5": {"USER_ID": "7"}},
                    "U": [{"USER_ID": "0", "ACCESS_CODE": "AU"}],
                },
            },
            "tags": [{"NAME": "contract"}, "urgent", {"NAME": " "}],
            "checklists": {
                "items": [
                    {"item": {"ID": 11, "TITLE": "Papers"}, "tree": {"parent_id": 11, "level": 0}},
                    {"item": {"ID": 12, "TITLE": "Invoice"}, "tree": {"parent_id": "11", "level": 1}},
                    {
                        "item": {"ID": 13, "TITLE": "Stamp", "IS_IMPORTANT": "Y", "MEMBERS": {"7": {"TYPE": "U"}}},
                        "tree": {"parent_id": 12, "level": 2},
                    },
                    {"item": {"ID": 20, "TITLE": "Money"}, "tree": {"parent_id": 20, "level": 0}},
                ],
                "total": 4,
            },
            "files": [{"ID": 501, "OBJECT_ID": "9011", "NAME": "a.pdf", "URL": "https://x/?auth=token"}],
            "questionnaires": {"items": [asked]},
            "questionnairesInDescription": [],
            "meta": {"camundaProcessId": "p", "elementId": "a", "templateId": 3348},
        },
    )
    template = module.task_template("p", "a", {"startedBy": 107})
    assert requests_mock.request_history[-1].json() == {
        "camundaProcessId": "p",
        "elementId": "a",
        "processVariables": {"startedBy": 107},
    }
    assert (template.id, template.title, template.description, template.priority) == (3348, "Approve", "", 1)
    assert (template.group_id, template.created_by, template.deadline_after) == (None, 12, 86400)
    assert template.supervised == {Role.RESPONSIBLE, Role.ACCOMPLICE}
    assert template.members[0] == Member(Role.RESPONSIBLE, None, "DR2")
    assert (template.people(Role.RESPONSIBLE), template.people(Role.ACCOMPLICE)) == ((106,), (7,))
    assert (template.nobody(Role.AUDITOR), template.nobody(Role.RESPONSIBLE)) == (("AU",), ("DR2",))
    assert template.tags == ("contract", "urgent")
    stamp = ChecklistNode("Stamp", important=True, members=((7, "U"),))
    assert template.checklists == (
        ChecklistNode("Papers", (ChecklistNode("Invoice", (stamp,)),)),
        ChecklistNode("Money"),
    )
    assert template.files == (TemplateFile(9011, "a.pdf"),)
    assert "token" not in repr(template)
    assert template.questionnaires[0].raw == asked
    assert template.questionnaires[0].questions == (Question("OK", "Fine?", "boolean"),)
    assert template.described == ()


def test_a_template_with_nothing_but_its_row(requests_mock: Mocker, module: CamundaModule) -> None:
    says(requests_mock, TEMPLATE, {"template": ROW, "members": [], "checklists": [], "files": None, "tags": []})
    template = module.task_template("p", "a")
    assert (template.members, template.checklists, template.files, template.tags) == ((), (), (), ())
    assert "processVariables" not in requests_mock.request_history[-1].json()


def test_members_that_are_not_grouped_are_read_from_the_whole_list(
    requests_mock: Mocker, module: CamundaModule
) -> None:
    people = {"all": [{"TYPE": "R", "USER_ID": "5"}, {"TYPE": "U", "USER_ID": 6}], "by_type": []}
    says(requests_mock, TEMPLATE, {"template": ROW, "members": people})
    assert module.task_template("p", "a").people(Role.AUDITOR) == (6,)


def test_a_template_of_four_hundred_members_loses_nobody(requests_mock: Mocker, module: CamundaModule) -> None:
    people = {"by_type": {"U": [{"USER_ID": str(number)} for number in range(1, 401)]}}
    says(requests_mock, TEMPLATE, {"template": ROW, "members": people})
    assert module.task_template("p", "a").people(Role.AUDITOR) == tuple(range(1, 401))


def test_a_checklist_of_ten_thousand_levels_is_read(requests_mock: Mocker, module: CamundaModule) -> None:
    rows = [{"item": {"ID": n, "TITLE": "x"}, "tree": {"parent_id": max(n - 1, 1)}} for n in range(1, 10_001)]
    says(requests_mock, TEMPLATE, {"template": ROW, "checklists": {"items": rows}})
    [top] = module.task_template("p", "a").checklists
    depth = 0
    while top.children:
        [top], depth = top.children, depth + 1
    assert depth == 9_999


@pytest.mark.parametrize(
    "odd",
    [
        {"template": None},
        {"template": ROW | {"ID": None}},
        {"template": ROW | {"CREATED_BY": "many"}},
        {"template": ROW | {"PRIORITY": "high"}},
        {"template": ROW | {"TITLE": ["x"]}},
        {"template": ROW, "members": "x"},
        {"template": ROW, "members": {"by_type": {"R": [7]}}},
        {"template": ROW, "members": {"by_type": {"R": [{"USER_ID": "Ivanov"}]}}},
        {"template": ROW, "tags": "contract"},
        {"template": ROW, "files": [{"NAME": "a.pdf"}]},
        {"template": ROW, "checklists": {"items": [{"item": {"TITLE": "x"}}]}},
        {"template": ROW, "checklists": {"items": [{"item": {"ID": 1}}, {"item": {"ID": 1}}]}},
        {
            "template": ROW,
            "checklists": {
                "items": [
                    {"item": {"ID": 1}, "tree": {"parent_id": 2}},
                    {"item": {"ID": 2}, "tree": {"parent_id": 1}},
                ]
            },
        },
        {"template": ROW, "questionnaires": {"items": [{"questions": "x"}]}},
        {"template": ROW, "meta": {"elementId": "another"}},
        {"template": ROW, "meta": {"camundaProcessId": "another"}},
    ],
)
def test_a_template_that_cannot_be_read_is_not_half_a_template(
    requests_mock: Mocker, module: CamundaModule, odd: dict[str, Any]
) -> None:
    says(requests_mock, TEMPLATE, odd)
    with pytest.raises(Doubtful):
        module.task_template("p", "a")


@pytest.mark.parametrize(("told", "supervisor"), [(12, 12), ("12", 12), (None, None), (0, None)])
def test_a_supervisor_that_is_null_is_an_answer(
    requests_mock: Mocker, module: CamundaModule, told: Any, supervisor: int | None
) -> None:
    says(requests_mock, SUPERVISOR, {"userId": 7, "supervisorId": told, "message": "Supervisor not found"})
    assert module.supervisor(7) == supervisor


def test_the_properties_of_a_process_in_their_order(requests_mock: Mocker, module: CamundaModule) -> None:
    rows = [
        {"CODE": "office", "NAME": "Office", "TYPE": "universal_list", "SORT": "20", "ENUM_OPTIONS": {"iblock_id": 16}},
        {"CODE": "sum", "NAME": "Sum", "TYPE": "integer", "SORT": 10, "ENUM_OPTIONS": []},
    ]
    says(requests_mock, PROPERTIES, {"diagram": {}, "properties": rows})
    assert module.properties("p") == (
        DiagramProperty("sum", "Sum", "integer"),
        DiagramProperty("office", "Office", "universal_list", 16),
    )


def test_what_the_portal_can_resolve(requests_mock: Mocker, module: CamundaModule) -> None:
    expected = {"assigneeEmail": {"required": True, "type": "string"}, "x": {"required": False}}
    resolvers = {"by_email": {"title": "By e-mail", "expectedParams": expected}, "dummy": {"expectedParams": []}}
    says(requests_mock, RESOLVERS, resolvers)
    assert module.resolvers() == (
        Resolver("by_email", "By e-mail", ("assigneeEmail",)),
        Resolver("dummy", ""),
    )


def test_the_answers_of_a_task(requests_mock: Mocker, module: CamundaModule) -> None:
    questions = [
        {"CODE": "OK", "NAME": "Fine?", "TYPE": "boolean", "answer": True},
        {"CODE": "N", "NAME": "How many?", "TYPE": "integer", "answer": 42},
        {"CODE": "WHO", "NAME": "Who?", "TYPE": "user", "answer": "7"},
        {"CODE": None, "NAME": "Why?", "TYPE": "string", "answer": None},
    ]
    says(requests_mock, QUESTIONNAIRES, {"taskId": 8, "items": [{"CODE": None, "TITLE": "x", "questions": questions}]})
    [questionnaire] = module.questionnaire_list(8)
    assert questionnaire.code == ""
    assert [one.answer for one in questionnaire.questions] == ["true", "42", "7", None]
    says(requests_mock, QUESTIONNAIRES, {"taskId": 8, "items": []})
    assert module.questionnaire_list(8) == ()
