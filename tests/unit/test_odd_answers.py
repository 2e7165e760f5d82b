"""Nothing that a peer says may end the process: odd answers, made from good ones, to every call.

`ODD_ANSWERS` says how many are tried in all.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import HealthCheck, given, settings, strategies as st
from tenacity import Retrying, stop_after_attempt

from bitrix import transport
from bitrix.camunda_module import CamundaModule
from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.reading import LARGEST
from bitrix.task_states import TaskStates
from bitrix.tasks import Tasks
from bitrix.webhook import WebhookUrl
from tests.support.fakes import Events as SeenEvents
from tests.support.good_answers import ENGINE, PORTAL
from tests.unit.mapping.test_mapping import a_mapper
from worker.config.settings import CamundaSettings
from worker.engine.answers import ID, OddTask
from worker.engine.client import Engine, Fetched
from worker.engine.errors import EngineError
from worker.engine.variables import EncodeError, encode
from worker.mapping.faults import MappingFault
from worker.model import FetchedTask, PortalTask, SyncRequest
from worker.outbox.sync_sender import SyncRefused, SyncSender
from worker.waiting.portal_events import PortalEvents

EXAMPLES = int(os.environ.get("ODD_ANSWERS", "1000"))
ONCE = Retrying(stop=stop_after_attempt(1), reraise=True)
TOPIC = "bitrix_create_task"
IDS = ["7c1e0f5a-9e1d-11f0-8f2a-0242ac120002", "8d2f0f5a-9e1d-11f0-8f2a-0242ac120002"]
HALF = r'"half \ud83d of it"'
ODD = (
    *("null", "true", "false", "0", "-1", "1", "1.5", '""', "[]", "{}", '"x"', "NaN", "-Infinity", "1e400"),
    *(str(LARGEST), str(LARGEST + 1), "-" + "9" * 400, "7" * 5000, '"' + "8" * 4000 + '"', '"٣"', '"-1"', '"0"'),
    *("[" * 100_000 + "]" * 100_000, '{"a":' * 900 + "1" + "}" * 900, "[" * 300 + "]" * 300, "[[]]", '[{"id": []}]'),
    *(
        HALF,
        "[" + HALF + "]",
        r'"\u0000"',
        r'"\u001b[31m"',
        '"' + "long " * 30_000 + '"',
        '"../../x?y#z"',
        '"&#9;&#x0;"',
    ),
    *('"0001-01-01T00:00:00.000+1400"', '"9999-12-31T23:59:59.999-1400"', '"2026-13-45"', '"&#' + "9" * 5000 + ';"'),
    *(
        '{"type": "Integer", "value": ' + "1" * 5000 + "}",
        '{"type": {}, "value": 1}',
        '{"type": "String", "value": [1]}',
    ),
    r'{"type": "Json", "value": "' + "[" * 100_000 + '"}',
    r'{"type": "Json", "value": "[\"\\ud83d\", 1' + "0" * 400 + ']"}',
    '{"type": "Date", "value": "0001-01-01T00:00:00+14:00"}',
    '{"type": "Double", "value": "' + "9" * 4000 + '"}',
)
BODIES = (
    b"",
    b"<html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"error": "x',
    b"null",
    b"7",
    b"\xef\xbb\xbf[]",
    b'"\\ud83d"',
)
STATUSES = (200, 200, 200, 200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 503)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"Retry-After": "9" * 5000},
    {"Retry-After": "nan"},
    {"Retry-After": "-5"},
    {"Retry-After": "1e300"},
)
CHARSETS = ("utf-8", "undefined", "idna", "no such", "utf-7", "cp1251", "x\0y")


@st.composite
def odd(draw: Callable[..., Any], good: Any) -> bytes:
    """A good answer with a few places changed: dropped, replaced, nested, doubled."""
    if draw(st.integers(0, 19)) == 0:
        return bytes(draw(st.sampled_from(BODIES)))
    tree, raws = {"root": copy.deepcopy(good)}, []
    for _ in range(draw(st.integers(1, 3))):
        place: Any = tree
        key: Any = "root"
        while isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 5)):
            place = place[key]
            key = (
                draw(st.sampled_from(sorted(place)))
                if isinstance(place, dict)
                else draw(st.integers(0, len(place) - 1))
            )
        match draw(st.sampled_from(("replace", "replace", "replace", "drop", "nest", "double", "text"))):
            case "drop" if place is not tree:
                del place[key]
            case "nest":
                place[key] = [place[key]]
            case "double":
                place[key] = place[key] * 2 if isinstance(place[key], list) else [place[key], place[key]]
            case "text":
                place[key] = json.dumps(place[key])[:200]
            case _:
                raws.append(draw(st.sampled_from(ODD)))
                place[key] = f"@@{len(raws) - 1}@@"
    body = json.dumps(tree["root"])
    for number, raw in enumerate(raws):
        body = body.replace(f'"@@{number}@@"', raw)
    return body.encode()


@contextmanager
def answering(body: bytes, status: int, headers: Mapping[str, str], charset: str) -> Iterator[None]:
    """Whoever asks gets this answer, as `requests` would make it."""

    def reply(*_: Any, before_send: Callable[[], None] | None = None, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content, answer.encoding = status, body, charset
        answer.headers.update(headers)
        return answer

    with patch.object(transport.Poster, "post", reply), patch.object(transport.Poster, "get", reply):
        yield


def engine() -> Engine:
    return Engine(CamundaSettings(base_url="http://engine:8080/engine-rest"), "w", {TOPIC: 150.0}, connections=1)


ENGINE_CALLS: dict[str, Callable[[Engine], Any]] = {
    "fetch": lambda one: one.fetch([TOPIC], 7),
    "locked_by": lambda one: (list(one.locked_by("w")), list(one.locked_by_me())),
    "lock_holders": lambda one: one.lock_holders(),
    "existing": lambda one: one.existing(IDS),
    "held_by_me": lambda one: one.held_by_me(IDS),
    "retries": lambda one: one.retries(IDS[0]),
    "version": lambda one: one.version(),
    "waiting_topics": lambda one: one.waiting_topics(),
    "knows_tenant": lambda one: one.knows_tenant("prod"),
    "tenants_seen": lambda one: one.tenants_seen(),
    "backlog": lambda one: (one.backlog(TOPIC), one.incidents(TOPIC)),
    "unlocked": lambda one: one.unlocked(TOPIC),
    "incidents_of": lambda one: one.incidents_of(TOPIC),
    "task_now": lambda one: one.task_now(IDS[0]),
    "tasks_at": lambda one: one.tasks_at(IDS[0]),
    "kept_instances": lambda one: one.kept_instances(IDS),
    "instance_now": lambda one: one.instance_now(IDS[0]),
    "task_log": lambda one: one.task_log(externalTaskId=IDS[0]),
    "activity_run": lambda one: one.activity_run(IDS[0]),
    "incident_times": lambda one: (one.incident_times(), one.incident_times(IDS[0])),
    "definition_key": lambda one: one.definition_key("79aa"),
    "definition_xml": lambda one: one.definition_xml("order:7:61f0"),
    "complete": lambda one: (one.complete(IDS[0], {}), one.extend_lock(IDS[0], 5.0), one.takes_json()),
}
MARKERS = ["camunda:7c1e", "camunda:8d2f"]
PORTAL_CALLS: dict[str, Callable[[BitrixClient], Any]] = {
    "add": lambda client: Tasks(client).add({"TITLE": "x", "XML_ID": "camunda:7c1e"}),
    "look_up": lambda client: Tasks(client).look_up(MARKERS, MARKERS[:1]),
    "look_up_by_field": lambda client: Tasks(client).look_up_by_field(["7c1e"]),
    "is_gone": lambda client: Tasks(client).is_gone(8123),
    "newest_marked": lambda client: Tasks(client).newest_marked(),
    "marked_before": lambda client: Tasks(client).marked_before(datetime(2026, 1, 1, tzinfo=UTC)),
    "created_since": lambda client: list(Tasks(client).created_since(datetime(2026, 1, 1, tzinfo=UTC), marked=True)),
    "profile": lambda client: Tasks(client).profile(),
    "scopes": lambda client: Tasks(client).scopes(),
    "method_state": lambda client: Tasks(client).method_state("tasks.task.add"),
    "user_fields": lambda client: Tasks(client).user_fields(),
    "server_time": lambda client: Tasks(client).server_time() - datetime.now(UTC),
    "closed": lambda client: TaskStates(client).closed([8123], ["UF_X"]),
    "states": lambda client: TaskStates(client).states([8123], ["UF_X"]),
    "answer_text": lambda client: TaskStates(client).answer_text("45"),
    "result_text": lambda client: TaskStates(client).result_text(8123),
    "checklist": lambda client: TaskStates(client).checklist(8123),
    "diagram": lambda client: CamundaModule(client).responsible_list("p"),
    "template": lambda client: CamundaModule(client).task_template("p", "a"),
    "properties": lambda client: CamundaModule(client).properties("p"),
    "supervisor": lambda client: CamundaModule(client).supervisor(7),
    "resolvers": lambda client: CamundaModule(client).resolvers(),
    "questionnaires": lambda client: CamundaModule(client).questionnaire_list(8123),
    "comment": lambda client: TaskStates(client).comment(8123, "x"),
    "close": lambda client: TaskStates(client).close(8123, 4),
    "sync": lambda client: SyncSender(client, SeenEvents(), attempts=1).deliver(SyncRequest("79aa", "order")),
    "error": lambda client: Tasks(client).profile(),
    "error of v3": lambda client: Tasks(client).profile(),
}
ALL = [("engine", name) for name in ENGINE_CALLS] + [("portal", name) for name in PORTAL_CALLS]


def storable(value: Any) -> None:
    """What every column and every log takes: the numbers have 64 bits, the texts are whole."""
    match value:
        case str():
            value.encode()
        case int():
            assert -LARGEST - 1 <= value <= LARGEST
        case dict():
            for key, item in value.items():
                storable(key)
                storable(item)
        case list() | tuple() | frozenset() | set():
            for item in value:
                storable(item)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                if field.name not in ("variables", "fields"):  # values for templates, not for columns
                    storable(getattr(value, field.name))


def worked_on(fetched: Fetched) -> None:
    """What the handler makes of a task: a draft and a result, or the task's own fault."""
    assert len({task.id for task in fetched.tasks}) == len(fetched.tasks)
    templates = {"description": "{{ amount }} {{ variables }}", "UF_X": "{{ tags }}"}
    mapper = a_mapper(templates, {"x": "{{ title }}"}, wait={"answer_variable": "{{ title }}"})
    for task in fetched.tasks:
        assert ID.fullmatch(task.id)
        assert (task.topic, task.worker_id) == (TOPIC, "w")
        for step in (
            lambda task=task: mapper.draft(task),
            lambda task=task: mapper.promise(task),
            lambda task=task: encode(mapper.result(task, PortalTask(7, ""))),
            lambda task=task: mapper.answer_variable(task),
            lambda task=task: encode(task.variables),
        ):
            try:
                json.dumps(getattr(step(), "fields", None)).encode()
            except (MappingFault, EncodeError) as fault:
                str(fault).encode()
    for one in fetched.odd:
        assert isinstance(one, OddTask)
        assert len(one.what.en) <= 300
        assert one.task is None or isinstance(one.task, FetchedTask)


def ask(side: str, name: str) -> Any:
    if side == "engine":
        return ENGINE_CALLS[name](engine())
    address = WebhookUrl.parse("https://portal.example/rest/7/k3yofthep0rtal99/")
    return PORTAL_CALLS[name](BitrixClient(address, series=ONCE))


@pytest.mark.parametrize(("side", "name"), ALL)
def test_a_good_answer_is_read(side: str, name: str) -> None:
    good = (ENGINE if side == "engine" else PORTAL)[name]
    with answering(json.dumps(good).encode(), 200, {}, "utf-8"):
        if name.startswith("error"):
            with pytest.raises(PortalError):
                ask(side, name)
        else:
            storable(ask(side, name))


@pytest.mark.parametrize(("side", "name"), ALL)
def test_an_odd_answer_is_a_record_or_a_fault_of_that_side(side: str, name: str) -> None:
    good = (ENGINE if side == "engine" else PORTAL)[name]

    @settings(
        max_examples=max(EXAMPLES // len(ALL), 1) * (4 if name == "fetch" else 1),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(odd(good), st.sampled_from(STATUSES), st.sampled_from(HEADERS), st.sampled_from(CHARSETS))
    def holds(body: bytes, status: int, headers: Mapping[str, str], charset: str) -> None:
        with answering(body, status, headers, charset):
            try:
                record = ask(side, name)
            except (PortalError, EngineError, SyncRefused) as fault:
                str(fault).encode()
                storable(vars(fault))
                return
        storable(record)
        if isinstance(record, Fetched):
            worked_on(record)

    holds()


@settings(max_examples=max(EXAMPLES // 10, 1), deadline=None)
@given(
    st.binary(max_size=300) | st.sampled_from([b"data[FIELDS_AFTER][ID]=" + b"9" * 5000, b"%ED%A0%80=1", b"&" * 5000])
)
def test_an_odd_event_is_no_hint(body: bytes) -> None:
    heard: list[int] = []
    events = PortalEvents("t0ken", heard.append)
    events.receive(body)
    events.receive(body + b"&auth[application_token]=t0ken&event=ONTASKUPDATE")
    assert all(0 <= one <= LARGEST for one in heard)
