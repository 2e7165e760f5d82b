"""Diagrams of the portal's module: the rows of their steps, the templates behind them, their process properties."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sandbox.portal.refusal import ModuleRefused, needed
from sandbox.portal.resolvers import RESOLVERS, People

MEMBER_TYPES = ("O", "R", "A", "U")


class Predecessors(StrEnum):
    """The formats in which versions of the module return `PREDECESSOR_IDS`."""

    ARRAY = "array"
    JSON = "json"
    PLAIN = "plain"
    """The first id as plain text."""


class Diagrams:
    """What the module knows of processes. Its data has the format of its answers, see `put`.

    `unknown_diagram`: how it refuses a diagram that it does not know; None: it returns an empty list instead.
    `predecessors`: the format of `PREDECESSOR_IDS`.
    """

    def __init__(self, people: People) -> None:
        self._people = people
        self._diagrams: dict[str, dict[str, Any]] = {}
        self._templates: dict[str, dict[str, Any]] = {}
        self.unknown_diagram: str | None = "Diagram not found"
        self.predecessors = Predecessors.ARRAY

    # --- for tests and for people ---

    def put(self, data: Mapping[str, Any]) -> None:
        """Add `diagrams` (each with `responsibles` and `properties`) and `templates`, as `tasktemplate.get` shows them.

        A member may have `resolver {code, fallback}`; the portal then computes the person.
        """
        for diagram in data.get("diagrams") or ():
            self._diagrams[str(diagram["CAMUNDA_PROCESS_ID"])] = dict(diagram)
        for template in data.get("templates") or ():
            self._templates[str(template["template"]["ID"])] = dict(template)

    def step(
        self,
        process: str,
        element: str,
        template: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        predecessors: Iterable[str] = (),
    ) -> None:
        """Add one step to a diagram, with its template; None: a step without a template."""
        if process not in self._diagrams:
            self.put({"diagrams": [_diagram(process)]})
        row = {
            "ELEMENT_ID": element,
            "ELEMENT_NAME": name or element,
            "TEMPLATE_ID": template["template"]["ID"] if template else None,
            "PREDECESSOR_IDS": list(predecessors),
        }
        self.remove(process, element)
        self._diagrams[process].setdefault("responsibles", []).append(row)
        self.put({"templates": [template] if template else []})

    def properties_of(self, process: str, properties: Iterable[Mapping[str, Any]]) -> None:
        """Set the process properties of a diagram."""
        diagram = self._diagrams.get(process) or _diagram(process)
        self.put({"diagrams": [diagram | {"properties": list(properties)}]})

    def remove(self, process: str, element: str) -> None:
        """Delete a step's row; its template stays."""
        diagram = self._diagrams[process]
        diagram["responsibles"] = [row for row in diagram.get("responsibles") or () if row["ELEMENT_ID"] != element]

    def remove_template(self, template_id: int | str) -> None:
        """Delete a template; the rows keep its number, as after a deletion by hand."""
        self._templates.pop(str(template_id), None)

    # --- the methods ---

    def responsibles(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`diagram.responsible.list`."""
        diagram = self._diagram_of(params)
        rows = [self._row(diagram, row, number) for number, row in enumerate(diagram.get("responsibles") or (), 1)]
        return {"responsibles": rows, "meta": _meta(diagram, len(rows))}

    def responsible(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`diagram.responsible.get`."""
        element = needed(params, "elementId")
        found = self.responsibles(params)
        rows = [row for row in found["responsibles"] if row["ELEMENT_ID"] == element]
        if not rows:
            raise ModuleRefused("Responsible not found")
        return {"responsible": rows[0], "meta": found["meta"]}

    def properties(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`diagram.properties.list`."""
        needed(params, "camundaProcessId")
        diagram = self._diagram_of(params)
        properties = [{**_PROPERTY, "ID": number, **one} for number, one in enumerate(diagram["properties"], 1)]
        shown = {name: diagram[name] for name in ("ID", "TITLE", "STATUS", "CAMUNDA_PROCESS_ID", "CAMUNDA_VERSION")}
        return {"diagram": shown, "properties": properties, "meta": _meta(diagram, len(properties))}

    def template(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`tasktemplate.get`, by the step or by `templateId` alone; members by the variables that were sent."""
        if template_id := params.get("templateId"):
            return self._shown(self._template_of(template_id), params, {"templateId": template_id})
        needed(params, "camundaProcessId")
        element = needed(params, "elementId")
        rows = self._diagram_of(params).get("responsibles") or ()
        numbers = [row.get("TEMPLATE_ID") for row in rows if row["ELEMENT_ID"] == element]
        if not numbers or numbers[0] is None:
            raise ModuleRefused("Task template not found")
        asked = {"camundaProcessId": params["camundaProcessId"], "elementId": element, "templateId": numbers[0]}
        return self._shown(self._template_of(numbers[0]), params, asked)

    def resolvers(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        """`resolvers.list`."""
        return RESOLVERS

    # --- how the answers look ---

    def _diagram_of(self, params: Mapping[str, Any]) -> dict[str, Any]:
        key, id_ = params.get("camundaProcessId"), params.get("diagramId")
        if not key and not id_:
            raise ModuleRefused("Missing required parameter: camundaProcessId")
        for diagram in self._diagrams.values():
            if (key and diagram["CAMUNDA_PROCESS_ID"] == key) or (id_ and diagram["ID"] == id_):
                return _diagram(diagram["CAMUNDA_PROCESS_ID"]) | diagram
        if self.unknown_diagram is not None:
            raise ModuleRefused(self.unknown_diagram)
        return _diagram(str(key))

    def _template_of(self, template_id: Any) -> dict[str, Any]:
        template = self._templates.get(str(template_id))
        if template is None:
            raise ModuleRefused("Task template not found")
        return template

    def _row(self, diagram: Mapping[str, Any], row: Mapping[str, Any], number: int) -> dict[str, Any]:
        told = list(row.get("PREDECESSOR_IDS") or ())
        formats: dict[Predecessors, Any] = {
            Predecessors.ARRAY: told,
            Predecessors.JSON: json.dumps(told),
            Predecessors.PLAIN: told[0] if told else "",
        }
        return {
            "ID": 3000 + number,
            "DIAGRAM_ID": diagram["ID"],
            "ASSIGNEE_TYPE": "HUMAN",
            "USER_ID": None,
            "SORT_INDEX": number * 10,
            "VERSION_NUMBER": 1,
            "CAMUNDA_PROCESS_ID": diagram["CAMUNDA_PROCESS_ID"],
            **row,
            "PREDECESSOR_IDS": formats[self.predecessors],
        }

    def _shown(self, template: Mapping[str, Any], params: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
        number = str(template["template"]["ID"])
        variables = params.get("processVariables") or {}
        given = (template.get("members") or {}).get("all") or ()
        members = [self._member(one, index, number, variables) for index, one in enumerate(given, 1)]
        by_type = {kind: [one for one in members if one["TYPE"] == kind] for kind in MEMBER_TYPES}
        row: Mapping[str, Any] = template["template"]
        shown = {name: value if value is None or isinstance(value, str) else str(value) for name, value in row.items()}
        return {
            "tags": [],
            "checklists": {"items": [], "total": 0, "has_tree": True},
            "files": [],
            "questionnaires": {"items": [], "total": 0, "has_codes": True},
            "questionnairesInDescription": {"items": [], "total": 0},
            **template,
            "template": {**_TEMPLATE, **shown},
            "members": {"all": members, "by_type": by_type},
            "meta": dict(meta),
        }

    def _member(
        self, one: Mapping[str, Any], index: int, template: str, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        user = self._people.member(one, variables)
        code = one.get("ACCESS_CODE") or (f"U{user}" if user else None)
        person = {"USER_ID": None if user is None else str(user), "TYPE": one["TYPE"], "ACCESS_CODE": code}
        return {"ID": str(one.get("ID", 700 + index)), "TEMPLATE_ID": template, **person}


_TEMPLATE: Mapping[str, str] = {
    "TITLE": "",
    "DESCRIPTION": "",
    "PRIORITY": "1",
    "GROUP_ID": "0",
    "CREATED_BY": "0",
    "RESPONSIBLE_ID": "0",
    "DEADLINE_AFTER": "0",
    "CREATED_BY_USE_SUPERVISOR": "N",
    "RESPONSIBLE_USE_SUPERVISOR": "N",
    "RESPONSIBLES_USE_SUPERVISOR": "N",
    "AUDITORS_USE_SUPERVISOR": "N",
}
_PROPERTY: Mapping[str, Any] = {
    "TYPE": "string",
    "IS_REQUIRED": "N",
    "SORT": 500,
    "DEFAULT_VALUE": "",
    "ENUM_OPTIONS": [],
}


def _diagram(process: str) -> dict[str, Any]:
    return {
        "ID": f"diagram-of-{process}",
        "TITLE": process,
        "STATUS": "active",
        "CAMUNDA_PROCESS_ID": process,
        "CAMUNDA_VERSION": 1,
        "responsibles": [],
        "properties": [],
    }


def _meta(diagram: Mapping[str, Any], count: int) -> dict[str, Any]:
    return {"diagramId": diagram["ID"], "camundaProcessId": diagram["CAMUNDA_PROCESS_ID"], "count": count}
