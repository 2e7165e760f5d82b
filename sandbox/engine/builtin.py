"""The built-in engine: Camunda 7's REST API for external tasks on loopback, for people without Java and for faults.

`python -m sandbox.engine` runs it alone.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

from sandbox.engine import queries
from sandbox.engine.model import NotDeployable, parse
from sandbox.engine.records import of_tenants
from sandbox.engine.state import State
from sandbox.engine.values import Refused
from sandbox.faults import Faults
from sandbox.httpd import Reply, Request, Server, StandIn

BASE = "/engine-rest"
LONGEST_POLL_MS = 1_800_000
NOT_FOUND = "<!doctype html><html><head><title>HTTP Status 404 – Not Found</title></head></html>"
DONE = Reply(204)
NAMED = re.compile(r"/engine/(?P<name>[^/]+)(?P<path>/.*)")
OUR_NAME = "default"
NO_SUCH_ENGINE = Reply(400, {"type": "InvalidRequestException", "message": "No process engine available", "code": None})


class BuiltinEngine(StandIn):
    """An engine on 127.0.0.1, its state in memory; `port` 0 takes a free one.

    `faults` are keyed by the last word of a path: `fetchAndLock`, `complete`, `failure`, `version`…
    """

    def __init__(self, *, port: int = 0, basic_auth: tuple[str, str] | None = None) -> None:
        self.state = State()
        self.faults = Faults()
        self._server = Server(self._answer, port)
        self._authorization = _authorization(basic_auth) if basic_auth else None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}{BASE}"

    # --- answering ---

    def _answer(self, request: Request) -> Reply:
        if self._authorization and request.headers.get("authorization") != self._authorization:
            return Reply(401, headers={"WWW-Authenticate": 'Basic realm="default"'})
        path = request.path.removeprefix(BASE)
        return self.faults.around(path.rsplit("/", 1)[-1], lambda: self._execute(request, path))

    def _execute(self, request: Request, path: str) -> Reply:
        if named := NAMED.fullmatch(path):
            if named["name"] != OUR_NAME and named["path"] != "/version":
                return NO_SUCH_ENGINE
            path = named["path"]
        for method, pattern, answer in _ROUTES:
            if method == request.method and request.path.startswith(BASE) and (match := pattern.fullmatch(path)):
                try:
                    return answer(self.state, request, *match.groups())
                except Refused as refused:
                    body = {"type": refused.kind, "message": refused.message, "code": refused.code}
                    return Reply(refused.status, body)
        return Reply(404, text=NOT_FOUND, content_type="text/html;charset=utf-8")


def _authorization(basic_auth: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(basic_auth).encode()).decode()


def _object(request: Request) -> dict[str, Any]:
    body = request.body
    if not isinstance(body, dict):
        raise Refused(400, "InvalidRequestException", "", None)
    return body


def _done(act: Callable[..., None]) -> Callable[..., Reply]:
    """The answer of a call whose path says all: `act` gets the ids in it."""

    def answer(state: State, _: Request, *ids: str) -> Reply:
        act(state, *ids)
        return DONE

    return answer


# --- processes ---


def _deploy(state: State, request: Request) -> Reply:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + request.raw).get_payload()
    files = [part.get_payload(decode=True) for part in parts if part.get_filename()]
    try:
        models = [model for file in files for model in parse(bytes(file))]
    except NotDeployable as error:
        raise Refused(400, "ParseException", str(error)) from None
    named = (part for part in parts if part.get_param("name", header="content-disposition") == "tenant-id")
    deployment = state.deploy(models, next((part.get_payload() for part in named), None))
    return Reply(200, {"id": deployment, "deployedProcessDefinitions": {model.key: {} for model in models}})


def _xml(state: State, _: Request, id_: str) -> Reply:
    return Reply(200, {"id": id_, "bpmn20Xml": state.definition(id_).model.xml})


def _xml_of_key(state: State, _: Request, key: str, tenant_id: str | None = None) -> Reply:
    definition = state.definition_of_key(key, tenant_id)
    return Reply(200, {"id": definition.id, "bpmn20Xml": definition.model.xml})


def _history(state: State, _: Request, id_: str) -> Reply:
    definition = state.started_from(id_)
    return Reply(200, {"id": id_, "processDefinitionKey": definition.model.key, "tenantId": definition.tenant_id})


def _nothing_kept(_: State, __: Request) -> Reply:
    """The stand-in keeps no history that can be searched."""
    return Reply(200, [])


def _start(state: State, request: Request, key: str, tenant_id: str | None = None) -> Reply:
    body = request.body or {}
    instance = state.start(key, body.get("variables"), body.get("businessKey"), tenant_id)
    return Reply(200, {"id": instance.id, "definitionId": instance.definition.id, "ended": False})


def _instance(state: State, _: Request, id_: str) -> Reply:
    instance = state.instance(id_)
    return Reply(200, {"id": id_, "definitionId": instance.definition.id, "suspended": instance.suspended})


def _variables(state: State, _: Request, id_: str) -> Reply:
    return Reply(200, state.instance(id_).variables)


def _change_variables(state: State, request: Request, id_: str) -> Reply:
    state.change(id_, _object(request).get("modifications") or {})
    return DONE


def _set_local(state: State, request: Request, id_: str, name: str) -> Reply:
    state.set_local(id_, {name: _object(request)})
    return DONE


def _suspend(state: State, request: Request, id_: str) -> Reply:
    state.suspend(id_, suspended=bool(_object(request).get("suspended")))
    return DONE


# --- external tasks ---


def _fetch(state: State, request: Request) -> Reply:
    body = _object(request)
    if not body.get("workerId"):
        raise Refused(500, "NullValueException", "workerId is null")
    poll = body.get("asyncResponseTimeout") or 0
    if poll > LONGEST_POLL_MS:
        words = f"The asynchronous response timeout cannot be set to a value greater than {LONGEST_POLL_MS} ms"
        raise Refused(400, "InvalidRequestException", words)
    for one in body.get("sorting") or ():
        if one.get("sortBy") != "createTime" or one.get("sortOrder") not in ("asc", "desc"):
            raise Refused(400, "InvalidRequestException", "Cannot set query sortBy parameter")
    topics = {str(topic["topicName"]): topic for topic in body.get("topics") or ()}
    seconds = {name: (topic.get("lockDuration") or 0) / 1000 for name, topic in topics.items()}
    if any(duration <= 0 for duration in seconds.values()):
        raise Refused(500, "ProcessEngineException", "lockDuration must be greater than 0")
    rules = {name: of_tenants(topic) for name, topic in topics.items()}
    tasks = state.fetch(
        str(body["workerId"]),
        int(body.get("maxTasks") or 0),
        seconds,
        poll / 1000,
        lambda task: rules[str(task.node.topic)](task.tenant_id),
    )
    asked = [(task, topics[str(task.node.topic)]) for task in tasks]
    if any(task.node.nameless and topic.get("includeExtensionProperties") for task, topic in asked):
        raise Refused(400, "JsonMappingException", "Null key for a Map not allowed in JSON")  # the tasks stay locked
    return Reply(200, [task.fetched(topic.get("variables")) for task, topic in asked])


def _complete(state: State, request: Request, id_: str) -> Reply:
    body = _object(request)
    state.complete(id_, body.get("workerId", ""), body.get("variables") or {}, body.get("localVariables") or {})
    return DONE


def _failure(state: State, request: Request, id_: str) -> Reply:
    body = _object(request)
    state.fail(
        id_,
        body.get("workerId", ""),
        message=body.get("errorMessage"),
        details=body.get("errorDetails") or "",
        retries=int(body.get("retries") or 0),
        seconds=(body.get("retryTimeout") or 0) / 1000,
    )
    return DONE


def _bpmn_error(state: State, request: Request, id_: str) -> Reply:
    body = _object(request)
    state.bpmn_error(id_, body.get("workerId", ""), body.get("errorCode"), body.get("variables") or {})
    return DONE


def _extend(state: State, request: Request, id_: str) -> Reply:
    body = _object(request)
    duration = body.get("newDuration") or 0
    if duration <= 0:
        raise Refused(400, "RestException", "newDuration must be greater than 0")
    state.extend(id_, body.get("workerId", ""), duration / 1000)
    return DONE


def _retries(state: State, request: Request, id_: str) -> Reply:
    retries = _object(request).get("retries")
    if not isinstance(retries, int) or retries < 0:
        raise Refused(400, "InvalidRequestException", "The number of retries cannot be negative")
    state.set_retries(id_, retries)
    return DONE


def _job_retries(state: State, request: Request, id_: str) -> Reply:
    if _object(request).get("retries") != 0:
        state.retry_job(id_)
    return DONE


def _task(state: State, _: Request, id_: str) -> Reply:
    return Reply(200, state.task(id_).shown())


def _details(state: State, _: Request, id_: str) -> Reply:
    return Reply(200, text=state.task(id_).error_details, content_type="text/plain;charset=utf-8")


def _version(state: State, _: Request) -> Reply:
    return Reply(200, {"version": state.version})


_ID = "/([^/]+)"
_ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Reply]], ...] = tuple(
    (method, re.compile(path), answer)
    for method, path, answer in (
        ("GET", "/version", _version),
        ("POST", "/deployment/create", _deploy),
        ("DELETE", f"/deployment{_ID}", _done(State.undeploy)),
        ("POST", f"/process-definition/key{_ID}/start", _start),
        ("POST", f"/process-definition/key{_ID}/tenant-id{_ID}/start", _start),
        ("GET", "/process-definition", queries.list_definitions),
        ("GET", "/process-definition/count", queries.count_definitions),
        ("GET", f"/process-definition{_ID}/xml", _xml),
        ("GET", f"/process-definition/key{_ID}/xml", _xml_of_key),
        ("GET", f"/process-definition/key{_ID}/tenant-id{_ID}/xml", _xml_of_key),
        ("GET", f"/history/process-instance{_ID}", _history),
        ("GET", "/process-instance", queries.list_instances),
        ("GET", "/history/process-instance", _nothing_kept),
        ("GET", "/history/external-task-log", _nothing_kept),
        ("GET", "/history/activity-instance", _nothing_kept),
        ("GET", f"/process-instance{_ID}", _instance),
        ("DELETE", f"/process-instance{_ID}", _done(State.delete)),
        ("GET", f"/process-instance{_ID}/variables", _variables),
        ("POST", f"/process-instance{_ID}/variables", _change_variables),
        ("PUT", f"/process-instance{_ID}/suspended", _suspend),
        ("GET", f"/process-instance{_ID}/activity-instances", queries.activity_instances),
        ("PUT", f"/execution{_ID}/localVariables{_ID}", _set_local),
        ("DELETE", f"/execution{_ID}/localVariables{_ID}", _done(State.drop_local)),
        ("GET", "/variable-instance", queries.list_variables),
        ("GET", f"/variable-instance{_ID}", queries.variable),
        ("GET", f"/variable-instance{_ID}/data", queries.variable_content),
        ("GET", "/incident", queries.list_incidents),
        ("POST", "/external-task/fetchAndLock", _fetch),
        ("GET", "/external-task", queries.list_tasks),
        ("POST", "/external-task", queries.list_named),
        ("GET", "/external-task/count", queries.count_tasks),
        ("GET", "/external-task/topic-names", queries.topic_names),
        ("GET", f"/external-task{_ID}", _task),
        ("GET", f"/external-task{_ID}/errorDetails", _details),
        ("POST", f"/external-task{_ID}/complete", _complete),
        ("POST", f"/external-task{_ID}/failure", _failure),
        ("POST", f"/external-task{_ID}/bpmnError", _bpmn_error),
        ("POST", f"/external-task{_ID}/extendLock", _extend),
        ("POST", f"/external-task{_ID}/unlock", _done(State.unlock)),
        ("PUT", f"/external-task{_ID}/retries", _retries),
        ("PUT", f"/job{_ID}/retries", _job_retries),
    )
)
