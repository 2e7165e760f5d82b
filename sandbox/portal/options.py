"""What a task of the portal stand-in is switched to: flags, parameters, stage, flow, estimate, CRM records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.portal.records import SWITCHES, Refused, number

CRM = "UF_CRM_TASK"
RECORD = re.compile(r"(L|D|C|CO|SI|T[0-9a-f]+)_[0-9]+", re.IGNORECASE)
CODES = (1, 2, 3)


def options(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a real portal would store. What it cannot read it drops, or takes for no, without a word."""
    numbers = {name: str(number(fields.get(name)) or 0) for name in ("STAGE_ID", "FLOW_ID", "TIME_ESTIMATE")}
    records = fields.get(CRM)
    return {
        **{name: "Y" if fields.get(name) == "Y" else "N" for name in SWITCHES},
        **numbers,
        "SE_PARAMETER": list(_parameters(fields.get("SE_PARAMETER"))),
        CRM: [one for one in records if RECORD.fullmatch(str(one))] if isinstance(records, list) else [],
    }


def of_flow(fields: Mapping[str, Any], flows: Mapping[int, int]) -> Any:
    """The responsible person: whom the fields name, else whom the task's flow gives it to."""
    flow = number(fields.get("FLOW_ID")) or 0
    if flow and flow not in flows:
        raise Refused("ERROR_CORE", "Поток не найден<br>")
    return fields.get("RESPONSIBLE_ID") or flows.get(flow)


def _parameters(given: Any) -> list[dict[str, Any]]:
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    return [
        {"CODE": code, "VALUE": "Y" if row.get("VALUE") == "Y" else "N"}
        for row in rows
        if (code := number(row.get("CODE"))) in CODES
    ]
