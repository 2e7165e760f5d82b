"""The control path `/_sandbox/…`, by which a test controls a portal stand-in in another process."""

from __future__ import annotations

from collections.abc import Mapping
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
        case "comments":
            return Reply(200, [asdict(comment) for comment in portal.comments(number(query.get("id")) or 0)])
        case "questionnaires":
            return Reply(200, portal.content.questionnaires.of(number(query.get("id")) or 0))
    return _unknown()


def _act(portal: Site, name: str, given: Mapping[str, Any]) -> Reply:
    match name:
        case "faults":
            times, seconds = given.get("times", 1), given.get("seconds", 0.0)
            portal.faults.add(fault(given["kind"], given["method"], times=times, seconds=seconds))
        case "lag":
            portal.store.list_lag = float(given.get("seconds") or 0.0)
        case "outgoing":
            portal.outgoing_url = given.get("url")
            return Reply(200, {"application_token": portal.application_token, "member_id": portal.member_id})
        case "content":
            portal.content.set_up(given)
        case "fill":
            portal.fill_in(int(given["id"]), given["answers"])
        case "complete":
            portal.complete(
                int(given["id"]), answer=given.get("answer"), result=given.get("result"), by=given.get("by")
            )
        case "decline" | "renew" | "delete":
            getattr(portal, name)(int(given["id"]), by=given.get("by"))
        case "item":
            _change_item(portal, given)
        case "restore":
            portal.restore(int(given["id"]))
        case _:
            return _unknown()
    return Reply(204)


def _change_item(portal: Site, given: Mapping[str, Any]) -> None:
    """A person ticks (`complete`), renames (`title`) or deletes (`delete`) an item."""
    item = int(given["id"])
    if given.get("delete"):
        portal.store.checklists.remove(item)
    else:
        portal.store.checklists.change(item, complete=given.get("complete"), title=given.get("title"))


def _unknown() -> Reply:
    return Reply(404, {"error": "unknown control path"})
