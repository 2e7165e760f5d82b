"""Who a member of a template is, and who somebody's supervisor is, as the portal's module computes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.portal.records import number
from sandbox.portal.refusal import ModuleRefused

_STARTED_BY = {"startedBy": {"required": True, "type": "integer"}}
RESOLVERS: Mapping[str, Any] = {
    "dummy": {"title": "Заглушка", "description": "Всегда пользователь 1", "expectedParams": {}},
    "initiator": {"title": "Инициатор", "description": "Кто запустил процесс", "expectedParams": _STARTED_BY},
    "supervisor": {"title": "Руководитель", "description": "Руководитель инициатора", "expectedParams": _STARTED_BY},
    "by_email": {
        "title": "По адресу",
        "description": "Пользователь с таким адресом",
        "expectedParams": {"assigneeEmail": {"required": True, "type": "string"}},
    },
}


class People:
    """`supervisors`: by the user's id; None: nobody. `emails`: whom `by_email` finds."""

    def __init__(self) -> None:
        self.supervisors: dict[int, int | None] = {}
        self.emails: dict[str, int] = {}

    def supervisor(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`user.supervisor.get`."""
        user = number(params.get("userId"))
        if not user or user < 0:
            raise ModuleRefused("Missing or invalid required parameter: userId")
        head = self.supervisors.get(user)
        told = {} if head else {"message": "Supervisor not found for this user"}
        return {"userId": user, "supervisorId": head, **told}

    def member(self, one: Mapping[str, Any], variables: Mapping[str, Any]) -> int | None:
        """The user of a template's member. A resolver without its variables gives its `fallback`, or nobody."""
        resolver = one.get("resolver")
        if not resolver:
            return number(one.get("USER_ID"))
        return self._resolved(resolver["code"], variables) or number(resolver.get("fallback"))

    def _resolved(self, code: str, variables: Mapping[str, Any]) -> int | None:
        started_by = number(variables.get("startedBy")) or 0
        match code:
            case "dummy":
                return 1
            case "initiator":
                return started_by or None
            case "supervisor":
                return self.supervisors.get(started_by)
            case "by_email":
                return self.emails.get(str(variables.get("assigneeEmail")))
        return None
