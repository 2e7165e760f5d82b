"""The control path `/_sandbox/…`, by which a test controls a portal stand-in in another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sandbox.httpd import Reply, Request
from sandbox.portal.faults import fault
from sandbox.portal.records import Refused, number
from sandbox.portal.site import Site

PREFIX = "/_sandbox/"


def control(portal: Site, request: Request) -> Reply:
    """Answer a question about the portal, or act as a person there."""
    name = request.path.removeprefix(PREFIX)
    given = request.body if isinstance(request.body, dict) else {}
    if request.method == "GET":
        return _look(portal, name, request.query)
    if request.method == "DELETE" and name == "faults":
        portal.faults.clear()
        return Reply(204)
    if request.method == "POST":
        try:
            return _act(portal, name, given)
        except Refused as refused:
            return Reply(refused.status, {"error": refused.code, "error_description": refused.words})
        except KeyError as missing:
            return Reply(404, {"error": f"nothing is known of {missing}"})
    return _unknown()


def _look(portal: Site, name: str, query: Mapping[str, str]) -> Reply:
    match name:
        case "tasks":
            return Reply(200, [{"id": task.id, **task.fields} for task in portal.tasks()])
        case "syncs":
            return Reply(200, [call.body for call in portal.syncs()])
        case "requests":
            return Reply(200, [call.method for call in portal.requests()])
        case "items":
            return Reply(200, [asdict(item) for item in portal.store.checklist(number(query.get("id")) or 0, 0)])
        case "files":
            return Reply(200, portal.store.disk.names_in(number(query.get("id")) or 0))
        case "comments":
            return Reply(200, [asdict(comment) for comment in portal.comments(number(query.get("id")) or 0)])
        case "questionnaires":
            return Reply(200, portal.content.questionnaires.of(number(query.get("id")) or 0))
    return _unknown()


def _act(portal: Site, name: str, given: Mapping[str, Any]) -> Reply:
    act = ACTS.get(name)
    if act is None:
        return _unknown()
    told = act(portal, given)
    return Reply(204) if told is None else Reply(200, told)


def _fault(portal: Site, given: Mapping[str, Any]) -> None:
    times, seconds = given.get("times", 1), given.get("seconds", 0.0)
    portal.faults.add(fault(given["kind"], given["method"], times=times, seconds=seconds))


def _lag(portal: Site, given: Mapping[str, Any]) -> None:
    portal.store.list_lag = float(given.get("seconds") or 0.0)


def _scopes(portal: Site, given: Mapping[str, Any]) -> None:
    portal.scopes = list(given["scopes"])


def _disk(portal: Site, given: Mapping[str, Any]) -> None:
    portal.store.disk.full = bool(given.get("full", False))
    portal.store.disk.cut = int(given.get("cut", 0))


def _outgoing(portal: Site, given: Mapping[str, Any]) -> dict[str, str]:
    portal.outgoing_url = given.get("url")
    return {"application_token": portal.application_token, "member_id": portal.member_id}


def _complete(portal: Site, given: Mapping[str, Any]) -> None:
    portal.complete(int(given["id"]), answer=given.get("answer"), result=given.get("result"), by=given.get("by"))


def _change_item(portal: Site, given: Mapping[str, Any]) -> None:
    """A person ticks (`complete`), renames (`title`) or deletes (`delete`) an item."""
    item = int(given["id"])
    if given.get("delete"):
        portal.store.checklists.remove(item)
    else:
        portal.store.checklists.change(item, complete=given.get("complete"), title=given.get("title"))


ACTS: Mapping[str, Callable[[Site, Mapping[str, Any]], Mapping[str, Any] | None]] = {
    "faults": _fault,
    "lag": _lag,
    "scopes": _scopes,
    "staff": lambda portal, given: portal.staff.set_up(given),
    "disk": _disk,
    "outgoing": _outgoing,
    "content": lambda portal, given: portal.content.set_up(given),
    "fill": lambda portal, given: portal.fill_in(int(given["id"]), given["answers"]),
    "complete": _complete,
    "decline": lambda portal, given: portal.decline(int(given["id"]), by=given.get("by")),
    "renew": lambda portal, given: portal.renew(int(given["id"]), by=given.get("by")),
    "delete": lambda portal, given: portal.delete(int(given["id"]), by=given.get("by")),
    "restore": lambda portal, given: portal.restore(int(given["id"])),
    "item": _change_item,
}
"""What a test in another process sets up, or does as a person."""


def _unknown() -> Reply:
    return Reply(404, {"error": "unknown control path"})
