"""Reads what the engine answers about process definitions."""

from __future__ import annotations

from typing import Any

from bitrix import reading
from worker.engine.answers import something_else


def definition_xml(answer: Any) -> str:
    xml = answer.get("bpmn20Xml") if isinstance(answer, dict) else None
    if not isinstance(xml, str):
        raise something_else("process-definition/xml", doubtful=False)
    return reading.encodable(xml)


def tenants_of(answer: Any) -> list[str]:
    """The tenants of a list of process definitions."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) and "key" in one for one in answer):
        raise something_else("process-definition", doubtful=False)
    return sorted({tenant for one in answer if (tenant := reading.text(one.get("tenantId")))})


def ids_by_tenant(answer: Any) -> dict[str | None, str]:
    """The id of each of these process definitions, by its tenant; None: it has no tenant, and comes first."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) and reading.text(one.get("id")) for one in answer):
        raise something_else("process-definition", doubtful=False)
    found = {reading.text(one.get("tenantId")): str(one["id"]) for one in answer}
    return dict(sorted(found.items(), key=lambda one: one[0] or ""))
