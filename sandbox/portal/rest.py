"""The REST methods of the portal stand-in: their names, their parameters and the shapes of their answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.httpd import Reply
from sandbox.portal.checklists import known_keys, whole
from sandbox.portal.records import Refused, number
from sandbox.portal.site import SYNC, Site
from sandbox.portal.staff import SHOWN
from sandbox.portal.table import PAGE

USER_FIELD_LIST = "imena.camunda.userfield.list"
MODULE_SCOPE = "imena.camunda"
SCOPES: Mapping[str, tuple[str, ...]] = {
    MODULE_SCOPE: (MODULE_SCOPE,),
    "user.": tuple(SHOWN),
    "sonet_group.": ("sonet", "sonet_group", "socialnetwork"),
    "disk.": ("disk",),
    "calendar.": ("calendar",),
    "lists.": ("lists",),
}
"""The beginnings of methods, each with the scopes of which it needs one."""
LIST = "tasks.task.list"
ACTIONS = ("complete", "approve", "disapprove", "renew", "start", "defer", "delete")
COMMENT = "ctaskcommentitem::add"
COMMENT_KEYS = ("POST_MESSAGE", "AUTHOR_ID", "AUTHOR_NAME", "AUTHOR_EMAIL", "USE_SMILES", "UF_FORUM_MESSAGE_DOC")
Method = Callable[[Mapping[str, Any]], Any]
Listed = Callable[[Mapping[str, Any]], tuple[list[dict[str, Any]], int]]
Positional = Callable[[list[Any]], Any]


class Rest:
    """Executes methods by name."""

    def __init__(self, portal: Site) -> None:
        self._portal = portal
        store = portal.store
        self._methods: Mapping[str, Method] = {
            "tasks.task.add": lambda params: {"task": store.add(params.get("fields"))},
            "tasks.task.get": lambda params: store.get(params.get("taskId"), params.get("select")),
            "tasks.task.update": lambda params: store.update(params.get("taskId"), params.get("fields") or {}),
            "tasks.task.result.list": self._results,
            "task.dependence.add": store.link,
            "task.item.userfield.getlist": lambda _: self._user_fields(),
            "profile": lambda _: {"ID": str(store.owner), "ADMIN": store.admin, "NAME": "Мария"},
            "scope": lambda _: portal.scopes,
            "method.get": self._method_state,
            "server.time": lambda _: store.time(),
            "app.info": lambda _: {"SCOPE": portal.scopes, "LICENSE": "ru_selfhosted"},
            "disk.folder.addsubfolder": store.disk.add_folder,
            "disk.folder.uploadfile": store.disk.upload,
            "disk.file.get": store.disk.file,
            "disk.file.delete": store.disk.delete_file,
            "disk.attachedobject.get": store.disk.attached,
            "calendar.settings.get": lambda _: portal.staff.calendar(),
            "lists.element.get": portal.lists.element,
            SYNC: self._sync,
            USER_FIELD_LIST: self._module_user_fields,
            **{f"tasks.task.{action}": self._action(action) for action in ACTIONS},
        }
        self._lists: Mapping[str, Listed] = {
            LIST: store.find,
            "disk.storage.getlist": store.disk.storages,
            "disk.folder.getchildren": store.disk.children,
            "user.get": lambda params: portal.staff.users(params, portal.scopes),
            "sonet_group.get": portal.staff.workgroups,
        }
        self._positional: Mapping[str, Positional] = {
            "task.commentitem.add": self._comment,
            "task.checklistitem.add": store.checklists.add,
            "task.checklistitem.getlist": store.checklists.rows,
        }

    def execute(self, method: str, body: Any) -> Reply:
        """Answer one call. `body`: an object, or a list for the old methods, which take parameters by their order."""
        started = time.time()
        try:
            self._admit(method)
            if method in self._lists:
                return self._list(method, body if isinstance(body, dict) else {}, started)
            result = self._result(method, body)
        except Refused as refused:
            return Reply(refused.status, {"error": refused.code, "error_description": refused.words})
        return Reply(200, {"result": result, "time": _time(started)})

    def _admit(self, method: str) -> None:
        if not self._there(method) or (method.startswith(MODULE_SCOPE) and not self._allowed(method)):
            raise Refused("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        if not self._allowed(method):
            words = "The request requires higher privileges than provided by the webhook"
            raise Refused("insufficient_scope", words, 403)

    def _result(self, method: str, body: Any) -> Any:
        if method in self._positional:
            arguments = list(body.values()) if isinstance(body, dict) else list(body)
            return self._positional[method]([*arguments, None, None])
        params = body if isinstance(body, dict) else {}
        own = self._methods.get(method)
        return own(params) if own else self._portal.content.call(method, params)

    def _there(self, method: str) -> bool:
        ours = (self._methods, self._positional, self._lists)
        known = any(method in some for some in ours) or self._portal.content.has(method)
        return known and (self._portal.module or not method.startswith(MODULE_SCOPE))

    def _allowed(self, method: str) -> bool:
        """Whether one of the scopes that the method asks for was granted; other methods ask for none."""
        wanted = next((scopes for prefix, scopes in SCOPES.items() if method.startswith(prefix)), ())
        return not wanted or any(scope in self._portal.scopes for scope in wanted)

    def _method_state(self, params: Mapping[str, Any]) -> dict[str, bool]:
        name = str(params.get("name"))
        there = self._there(name)
        return {"isExisting": there, "isAvailable": there and self._allowed(name)}

    def _action(self, action: str) -> Method:
        perform = getattr(self._portal.store, action)
        return lambda params: perform(params.get("taskId"))

    def _list(self, method: str, params: Mapping[str, Any], started: float) -> Reply:
        rows, total = self._lists[method](params)
        body: dict[str, Any] = {"result": {"tasks": rows} if method == LIST else rows, "time": _time(started)}
        start = params.get("start", params.get("START"))
        if start not in (-1, "-1"):
            body["total"] = total
            following = (int(start) if start else 0) + PAGE
            if total > following:
                body["next"] = following
        return Reply(200, body)

    def _results(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "id": one.id,
                "taskId": one.task_id,
                "commentId": 0,
                "createdBy": one.author,
                "createdAt": one.created,
                "updatedAt": one.created,
                "status": int(one.closed),
                "text": one.text,
                "formattedText": one.text,
                "files": list(one.files),
            }
            for one in self._portal.store.results(params.get("taskId"))
        ]

    def _comment(self, arguments: list[Any]) -> int:
        task_id, fields = whole(COMMENT, arguments[0]), arguments[1]
        known_keys(COMMENT, fields, COMMENT_KEYS)
        given = fields if isinstance(fields, dict) else {}
        author = number(given.get("AUTHOR_ID"))
        return self._portal.store.comment(task_id, given.get("POST_MESSAGE"), author=author)

    def _sync(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return self._portal.accept_sync(params)  # looked up at each call: a test listens in between

    def _user_fields(self) -> list[dict[str, Any]]:
        store = self._portal.store
        return [
            {
                "ID": str(i),
                "FIELD_NAME": name,
                "USER_TYPE_ID": kind,
                "MULTIPLE": "Y" if name in store.multiple else "N",
                "MANDATORY": "N",
                **self._default_of(name, kind),
            }
            for i, (name, kind) in enumerate(store.user_fields.items(), 1)
        ]

    def _default_of(self, name: str, kind: str) -> dict[str, Any]:
        """A list marks one of its options, other types have it among their settings."""
        store, default = self._portal.store, self._portal.store.defaults.get(name)
        if kind != "enumeration":
            return {"SETTINGS": {"DEFAULT_VALUE": default or ""}}
        return {
            "LIST": [
                {"ID": id_, "VALUE": text, "DEF": "Y" if id_ == default else "N"} for id_, text in store.answers.items()
            ]
        }

    def _module_user_fields(self, _: Mapping[str, Any]) -> dict[str, Any]:
        options = [{"ID": option, "VALUE": text} for option, text in self._portal.store.answers.items()]
        fields = [
            field | ({"ENUM_VALUES": options} if field["FIELD_NAME"] == "UF_RESULT_ANSWER" else {})
            for field in self._user_fields()
        ]
        return {"userFields": fields, "total": len(fields), "entity": "TASKS_TASK"}


def _time(started: float) -> dict[str, Any]:
    now = time.time()
    return {"start": started, "finish": now, "duration": now - started, "operating": 0, "operating_reset_at": now + 600}
