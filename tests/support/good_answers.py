"""Good answers of engine and portal, as they were recorded: what odd ones are made from."""

from __future__ import annotations

from typing import Any

ENGINE_TASK: dict[str, Any] = {
    "id": "7c1e0f5a-9e1d-11f0-8f2a-0242ac120002",
    "topicName": "bitrix_create_task",
    "workerId": "w",
    "activityId": "Task_Create",
    "activityInstanceId": "Task_Create:7c1d",
    "executionId": "7c1b",
    "processInstanceId": "79aa0f5a-9e1d-11f0-8f2a-0242ac120002",
    "processDefinitionId": "order:7:61f0",
    "processDefinitionKey": "order",
    "processDefinitionVersionTag": None,
    "businessKey": "A-1007",
    "tenantId": None,
    "retries": None,
    "errorMessage": None,
    "errorDetails": None,
    "priority": 0,
    "suspended": False,
    "lockExpirationTime": "2026-03-01T10:01:30.412+0000",
    "createTime": "2026-03-01T10:00:00.100+0000",
    "extensionProperties": {"waitForCompletion": "true"},
    "variables": {
        "title": {"type": "String", "value": "Call client", "valueInfo": {}},
        "responsibleId": {"type": "Long", "value": 7, "valueInfo": {}},
        "deadline": {"type": "Date", "value": "2026-03-02T10:00:00.000+0300", "valueInfo": {}},
        "tags": {"type": "Json", "value": '["a", "b"]', "valueInfo": {}},
        "amount": {"type": "Double", "value": 5.5, "valueInfo": {}},
        "contract": {"type": "File", "value": None, "valueInfo": {"filename": "a.pdf", "mimeType": "application/pdf"}},
    },
}
SECOND = ENGINE_TASK | {"id": "8d2f0f5a-9e1d-11f0-8f2a-0242ac120002", "retries": 2}
ENGINE: dict[str, Any] = {
    "fetch": [ENGINE_TASK, SECOND],
    "locked_by": [ENGINE_TASK, SECOND],
    "lock_holders": [ENGINE_TASK, SECOND],
    "existing": [ENGINE_TASK, SECOND],
    "held_by_me": [ENGINE_TASK, SECOND],
    "retries": SECOND,
    "version": {"version": "7.24.0"},
    "waiting_topics": ["bitrix_create_task", "bitrix_create_tsk"],
    "knows_tenant": {"count": 3},
    "tenants_seen": [{"id": "order:1:a", "key": "order", "tenantId": "prod"}],
    "backlog": {"count": 3},
    "unlocked": [ENGINE_TASK, SECOND],
    "incidents_of": [ENGINE_TASK | {"retries": 0, "errorMessage": "nobody is responsible"}, SECOND],
    "incident_times": [
        {
            "incidentType": "failedExternalTask",
            "configuration": ENGINE_TASK["id"],
            "incidentTimestamp": "2026-03-01T13:01:30.412+0300",
        }
    ],
    "task_now": ENGINE_TASK,
    "tasks_at": [ENGINE_TASK, SECOND],
    "kept_instances": [{"id": "caller-1", "processDefinitionKey": "caller", "businessKey": "A-17"}],
    "instance_now": {"id": "caller-1", "definitionId": "caller:1:7c1d", "businessKey": "A-17", "suspended": False},
    "called_by": [{"id": "called-1"}, {"id": "called-2"}],
    "caller_of": [{"id": "caller-1", "definitionId": "caller:1:7c1d"}],
    "task_log": [
        {
            "id": "91aa",
            "timestamp": "2026-03-01T10:00:00.100+0000",
            "externalTaskId": ENGINE_TASK["id"],
            "activityInstanceId": "Task_Create:7c1d",
            "workerId": None,
            "retries": None,
            "errorMessage": None,
            "creationLog": True,
            "failureLog": False,
            "successLog": False,
            "deletionLog": False,
        }
    ],
    "activity_run": {
        "id": "Task_Create:7c1d",
        "activityName": "Approve",
        "startTime": "2026-03-01T10:00:00.100+0000",
        "endTime": None,
        "canceled": False,
    },
    "definition_key": {"id": "79aa", "processDefinitionKey": "order", "businessKey": None},
    "definition_xml": {"id": "order:7:61f0", "bpmn20Xml": "<definitions/>"},
    "complete": {"type": "RestException", "message": "It is locked by worker 'x'.", "code": 0},
}
TIME = {
    "start": 1772358000.1,
    "finish": 1772358000.4,
    "duration": 0.3,
    "processing": 0.2,
    "date_start": "2026-03-01T10:00:00+03:00",
    "date_finish": "2026-03-01T10:00:00+03:00",
    "operating_reset_at": 1772358600,
    "operating": 0.2,
}
ROW = {
    "id": "8123",
    "xmlId": "camunda:7c1e",
    "status": "5",
    "closedBy": "7",
    "closedDate": "2026-03-01T11:00:00+03:00",
    "ufResultAnswer": "45",
    "ufProcessInstanceId": "79aa",
    "ufX": ["a", 1],
}
OPTIONS = [{"ID": "45", "VALUE": "ДА"}, {"ID": "46", "VALUE": "НЕТ"}]


def said(result: Any) -> dict[str, Any]:
    return {"result": result, "time": TIME}


def data(value: Any) -> dict[str, Any]:
    return said({"success": True, "data": value})


QUESTION = {"ID": 1, "CODE": "OK", "NAME": "Fine?", "TYPE": "enum", "ENUM_OPTIONS": {"iblock_id": 16}, "answer": "1"}
QUESTIONNAIRES = {"items": [{"ID": 1, "CODE": "Q", "TITLE": "Order", "questions": [QUESTION]}], "total": 1}
CHECKLIST = [
    {"item": {"ID": 11, "TITLE": "Papers"}, "tree": {"parent_id": 11, "level": 0}},
    {"item": {"ID": 12, "TITLE": "Invoice", "MEMBERS": {"7": {"TYPE": "A"}}}, "tree": {"parent_id": 11, "level": 1}},
]
TEMPLATE = {
    "template": {"ID": "3348", "TITLE": "Approve", "PRIORITY": "1", "GROUP_ID": "0", "DEADLINE_AFTER": "86400"},
    "members": {"all": [], "by_type": {"R": [{"USER_ID": "106", "TYPE": "R", "ACCESS_CODE": "U106"}]}},
    "tags": [{"NAME": "contract"}],
    "checklists": {"items": CHECKLIST, "total": 2},
    "files": [{"ID": 501, "OBJECT_ID": 9011, "NAME": "a.pdf", "URL": "https://portal.example/a"}],
    "questionnaires": QUESTIONNAIRES,
    "questionnairesInDescription": QUESTIONNAIRES,
    "meta": {"camundaProcessId": "p", "elementId": "a", "templateId": 3348},
}
STEP = {"ELEMENT_ID": "a", "ELEMENT_NAME": "Approve", "TEMPLATE_ID": 3348, "PREDECESSOR_IDS": ["b"]}
PROPERTY = {"CODE": "office", "NAME": "Office", "TYPE": "enum", "SORT": 10, "ENUM_OPTIONS": {"iblock_id": 16}}

PORTAL: dict[str, Any] = {
    "add": said({"task": {"id": "8123", "xmlId": "camunda:7c1e"}}),
    "look_up": said({"tasks": [ROW, ROW | {"id": "8124"}]}),
    "look_up_by_field": said({"tasks": [{"id": "8123", "ufCamundaIdExternalTask": "7c1e"}]}),
    "is_gone": said({"task": {"id": "8123"}}),
    "newest_marked": said({"tasks": [ROW]}),
    "marked_before": said({"tasks": [ROW]}),
    "created_since": said({"tasks": [ROW]}),
    "profile": said({"ID": "1", "ADMIN": True, "NAME": "Анна"}),
    "scopes": said(["task", "user"]),
    "method_state": said({"isExisting": True, "isAvailable": True}),
    "user_fields": said([{"FIELD_NAME": "UF_X", "USER_TYPE_ID": "string", "MULTIPLE": "N"}]),
    "server_time": said("2026-03-01T10:00:00+03:00"),
    "closed": said({"tasks": [ROW]}),
    "states": said({"tasks": [ROW]}),
    "answer_text": said({"userFields": [{"FIELD_NAME": "UF_RESULT_ANSWER", "ENUM_VALUES": OPTIONS}]}),
    "result_text": said([{"id": 1, "text": "done"}]),
    "checklist": said([{"ID": "1", "PARENT_ID": "0", "TITLE": "List"}, {"ID": "2", "PARENT_ID": 1, "TITLE": "x"}]),
    "diagram": data({"responsibles": [STEP], "meta": {"count": 1}}),
    "template": data(TEMPLATE),
    "properties": data({"properties": [PROPERTY]}),
    "supervisor": data({"userId": 7, "supervisorId": 12}),
    "resolvers": data({"by_email": {"title": "x", "expectedParams": {"assigneeEmail": {"required": True}}}}),
    "questionnaires": data(QUESTIONNAIRES),
    "comment": said(17),
    "close": said({"task": {"id": "8123"}}),
    "sync": said({"success": True, "error": None}),
    "error": {"error": "ERROR_CORE", "error_description": "Не&nbsp;выполнено:<br>"},
    "error of v3": {"error": {"code": "BITRIX_REST_V3", "message": "x"}},
}
