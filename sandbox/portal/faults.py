"""The ways in which a test or a person can make the portal stand-in fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.faults import Fault
from sandbox.httpd import Reply

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def error(code: str, status: int, words: str = "") -> Reply:
    """A JSON error in the portal's format."""
    return Reply(status, {"error": code, "error_description": words or code})


def module_refusal(words: str) -> Reply:
    """How the portal's module refuses: a success for HTTP."""
    return Reply(200, {"result": {"success": False, "error": words}, "time": {}})


KINDS: Mapping[str, dict[str, Any]] = {
    "drop": {"reply": Reply(drop=True)},
    "late": {},
    "html_502": {"reply": Reply(502, text=HTML, content_type="text/html")},
    "html_200": {"reply": Reply(200, text="<html>login</html>", content_type="text/html")},
    "empty_result": {"reply": Reply(200, {"result": [], "time": {}})},
    "unknown_400": {"reply": error("ERROR_SOMETHING_NEW", 400)},
    "truncated": {"reply": Reply(200, {"result": {"task": {"id": "1", "title": "x" * 200}}}, cut=30)},
    "wrong_encoding": {"reply": error("WRONG_ENCODING", 200)},
    "rejected_after": {"reply": error("ERROR_CORE", 400, "Ошибка обработчика события<br>")},
    "rejected": {"execute": False, "reply": error("ERROR_CORE", 400, "Неверно заполнены поля<br>")},
    "query_limit": {"execute": False, "reply": error("QUERY_LIMIT_EXCEEDED", 503)},
    "operation_limit": {"execute": False, "reply": error("OPERATION_TIME_LIMIT", 429)},
    "overload": {"execute": False, "reply": error("OVERLOAD_LIMIT", 503)},
    "expired": {"execute": False, "reply": error("expired_token", 401)},
    "no_scope": {"execute": False, "reply": error("insufficient_scope", 403)},
    "never_502": {"execute": False, "reply": Reply(502, text=HTML, content_type="text/html")},
    "never_500": {"execute": False, "reply": Reply(500, text=HTML, content_type="text/html")},
    "no_method": {"execute": False, "reply": error("ERROR_METHOD_NOT_FOUND", 404, "Method not found!")},
    "never_html_200": {
        "execute": False,
        "reply": Reply(200, text="<br /><b>Fatal error</b>", content_type="text/html"),
    },
    "not_json": {"reply": Reply(200, text='{"result": {"success": tr')},
    "module_error": {"execute": False, "reply": module_refusal("Internal server error: SQL query error")},
    "module_error_after": {"reply": module_refusal("Internal server error: SQL query error")},
    "module_parameter": {"execute": False, "reply": module_refusal("Missing required parameter: camundaProcessId")},
    "module_user": {"execute": False, "reply": module_refusal("Missing or invalid required parameter: userId")},
    "module_no_data": {"reply": Reply(200, {"result": {"success": True}, "time": {}})},
    "never_drop": {"execute": False, "reply": Reply(drop=True)},
}
"""Faults by name. Those with `"execute": False` are answered without executing the method."""


def fault(kind: str, method: str, *, times: int | None = 1, seconds: float = 0.0) -> Fault:
    """A fault by its name. Raises `KeyError` if there is none."""
    return Fault(method, times=times, seconds=seconds, **KINDS[kind])
