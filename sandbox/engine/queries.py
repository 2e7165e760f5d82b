"""The read-only queries of the built-in engine's REST API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.engine.records import Task, of_tenants
from sandbox.engine.state import State
from sandbox.engine.values import File, Refused, shown
from sandbox.httpd import Reply, Request


def like(row: Mapping[str, Any], query: Mapping[str, str], names: tuple[str, ...]) -> bool:
    return all(row[name] == query[name] for name in names if name in query)


def list_tasks(state: State, request: Request) -> Reply:
    query = request.query
    found = sorted(state.find(_wanted(query)), key=lambda task: task.id)
    first = int(query.get("firstResult", 0))
    return Reply(200, [task.shown() for task in found[first : first + int(query.get("maxResults", len(found)))]])


def list_named(state: State, request: Request) -> Reply:
    """The query by POST, with only the filters that the worker uses."""
    unknown = request.body.keys() - {"externalTaskIdIn"}
    if unknown:
        raise Refused(400, "InvalidRequestException", f'Unrecognized field "{unknown.pop()}"')
    wanted = set(request.body.get("externalTaskIdIn") or ())
    return Reply(200, [task.shown() for task in state.find(lambda task: not wanted or task.id in wanted)])


def count_tasks(state: State, request: Request) -> Reply:
    return Reply(200, {"count": len(state.find(_wanted(request.query)))})


def _wanted(query: Mapping[str, str]) -> Callable[[Task], bool]:
    names = ("workerId", "topicName", "processInstanceId", "activityId")
    ours = of_tenants(query, query=True)
    beyond, until = _moment(query.get("lockExpirationAfter")), _moment(query.get("lockExpirationBefore"))

    def wanted(task: Task) -> bool:
        return (
            like(task.shown(), query, names)
            and ours(task.tenant_id)
            and (query.get("locked") != "true" or task.locked)
            and (query.get("notLocked") != "true" or not task.locked)
            and (beyond is None or (task.lock_until or 0.0) > beyond)
            and (until is None or 0.0 < (task.lock_until or 0.0) < until)
            and (query.get("withRetriesLeft") != "true" or task.retries != 0)
            and (query.get("noRetriesLeft") != "true" or task.retries == 0)
        )

    return wanted


def _moment(given: str | None) -> float | None:
    return None if given is None else datetime.strptime(given, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def list_incidents(state: State, request: Request) -> Reply:
    query = request.query
    unknown = {query.get("sortBy"), query.get("sortOrder")} - {None, "incidentTimestamp", "asc", "desc"}
    if unknown:
        raise Refused(400, "InvalidRequestException", "Cannot set query sortBy or sortOrder parameter")
    ours, names = of_tenants(query, query=True), ("incidentType", "processInstanceId", "configuration")
    found = [one for one in state.incidents() if like(one, query, names) and ours(one["tenantId"])]
    found.sort(key=lambda one: one["incidentTimestamp"], reverse=query.get("sortOrder") == "desc")
    first = int(query.get("firstResult", 0))
    return Reply(200, found[first : first + int(query.get("maxResults", len(found)))])


def topic_names(state: State, request: Request) -> Reply:
    """The topics of tasks that are locked, free, or have retries left; without a tenant filter, as on a real engine."""
    query = request.query
    names = {"withLockedTasks": "locked", "withUnlockedTasks": "notLocked", "withRetriesLeft": "withRetriesLeft"}
    wanted = _wanted({names[name]: value for name, value in query.items() if name in names})
    return Reply(200, sorted({str(task.node.topic) for task in state.find(wanted)}))


def count_definitions(state: State, request: Request) -> Reply:
    ours, key, like = of_tenants(request.query, query=True), request.query.get("key"), request.query.get("keyLike")
    pattern = re.escape(like or "%").replace("%", ".*").replace("_", ".")
    found = [one for one in state.newest_definitions() if ours(one.tenant_id)]
    count = sum(key in (None, one.model.key) and bool(re.fullmatch(pattern, one.model.key)) for one in found)
    return Reply(200, {"count": count})


def list_definitions(state: State, request: Request) -> Reply:
    query = request.query
    ours = of_tenants({**query, "withoutTenantId": query.get("withoutTenantId") == "true"})
    found = [one for one in state.newest_definitions() if ours(one.tenant_id)]
    found = [one for one in found if query.get("key") in (None, one.model.key)]
    found.sort(key=lambda one: one.tenant_id or "")
    shown = [{"id": one.id, "key": one.model.key, "version": one.version, "tenantId": one.tenant_id} for one in found]
    return Reply(200, shown[: int(request.query.get("maxResults", len(shown)))])


def list_instances(state: State, request: Request) -> Reply:
    """The running instances of one business key. No instance calls another here."""
    key = request.query.get("businessKey")
    found = state.instances_of(key) if key else ()
    return Reply(200, [{"id": one.id, "definitionId": one.definition.id} for one in found])


def list_variables(state: State, request: Request) -> Reply:
    """The variables of one instance, as they are stored: those of one name, or those of some activity instances."""
    query = request.query
    if query.get("deserializeValues") != "false":
        raise Refused(500, "RestException", "the stand-in shows a list of variables as they are kept only")
    found = _variables_of(state, query["processInstanceIdIn"])
    name, places = query.get("variableName"), query.get("activityInstanceIdIn")
    shown = [one for one in found.values() if name is None or one["name"] == name]
    return Reply(200, [one for one in shown if places is None or one["activityInstanceId"] in places.split(",")])


def activity_instances(state: State, _: Request, instance_id: str) -> Reply:
    """The process and the steps that it stands at: the stand-in has no sub-processes."""
    instance = state.instance(instance_id)
    steps = [
        _activity(task.node.id, f"{task.node.id}:{task.id}", "serviceTask", [])
        for task in state.find(lambda task: task.instance.id == instance_id)
    ]
    return Reply(200, _activity(instance.definition.id, instance_id, "processDefinition", steps))


def _activity(activity: str, id_: str, type_: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": id_, "activityId": activity, "activityType": type_, "childActivityInstances": children}


def variable(state: State, _: Request, id_: str) -> Reply:
    """One variable by its id, deserialised."""
    found = _variables_of(state, id_.partition("~")[0])
    if id_ not in found:
        raise Refused(404, "InvalidRequestException", f"Variable instance with Id '{id_}' does not exist.", None)
    return Reply(200, shown(found[id_]))


def variable_content(state: State, _: Request, id_: str) -> Reply:
    """The content of a File variable."""
    found = _kept(state, id_.partition("~")[0]).get(id_)
    if found is None:
        raise Refused(404, "InvalidRequestException", f"Variable instance with Id '{id_}' does not exist.", None)
    if not isinstance(found[2], File):
        words = f"Value of variable with id {id_} is not a binary value."
        raise Refused(400, "InvalidRequestException", words, None)
    about = found[2].get("valueInfo") or {}
    name, kind = str(about.get("filename") or ""), about.get("mimeType") or "application/octet-stream"
    named = {"Content-Disposition": f'attachment; filename="{name}"'} if name.isascii() else {}
    return Reply(200, raw=found[2].content, content_type=kind, headers=named)


def _variables_of(state: State, instance_id: str) -> dict[str, dict[str, Any]]:
    return {
        id_: {**value, "id": id_, "name": name, "activityInstanceId": scope}
        for id_, (scope, name, value) in _kept(state, instance_id).items()
    }


def _kept(state: State, instance_id: str) -> dict[str, tuple[str, str, Mapping[str, Any]]]:
    """(scope, name, variable) by the variable's id; empty if there is no such instance."""
    try:
        instance = state.instance(instance_id)
    except Refused:
        return {}
    waiting = state.find(lambda task: task.instance.id == instance_id)
    of_steps = [(f"{task.node.id}:{task.id}", task.local) for task in waiting]
    scopes = [(instance_id, instance.variables), *of_steps]
    return {
        f"{instance_id}~{scope}~{name}": (scope, name, value)
        for scope, values in scopes
        for name, value in values.items()
    }
