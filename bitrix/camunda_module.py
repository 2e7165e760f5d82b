"""The portal's module `imena.camunda`: rows of a diagram, task templates, supervisors, questionnaires, dependencies.

Every method needs the scope `imena.camunda`; those of diagrams also the portal's module `imena.storm`, those of
questionnaires `imena.tasks.questionnaire`. Source: the document of the module's REST methods, version 2.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenacity import Retrying

from bitrix import questionnaires, reading, shapes, task_template, wording
from bitrix.causes import Cause
from bitrix.client import Caller
from bitrix.errors import Doubtful, ModuleRefused, malformed
from bitrix.flags import says_yes
from bitrix.limits.limiter import Kind
from bitrix.methods import (
    DIAGRAM,
    PROPERTIES,
    QUESTIONNAIRES,
    RESOLVERS,
    SUPERVISOR,
    TEMPLATE,
)
from bitrix.questionnaires import Questionnaire
from bitrix.retrying import read_series
from bitrix.task_template import TaskTemplate

ADD_QUESTIONNAIRES = "imena.camunda.task.questionnaire.add"
ADD_DEPENDENCY = "imena.camunda.task.dependency.add"
FAILED = "internal server error"
"""How the module's text begins if it broke off: it may have executed a part of the call."""
NO_SUCCESS = "success_false"
"""The code of an answer 200 in which the module says that the call did not succeed."""


def _broken_off(error: BaseException) -> bool:
    """Whether the module broke off. The client's own series repeats all other errors."""
    return isinstance(error, Doubtful) and error.code == NO_SUCCESS


BROKEN_OFF_SERIES = read_series(_broken_off)


@dataclass(frozen=True, slots=True)
class DiagramStep:
    """The row of a step. `template_id` None: the step has no task template. `predecessors`: ids of steps."""

    element_id: str
    name: str = ""
    template_id: int | None = None
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """The rows of one process, by the step's id. `odd`: steps whose rows could not be read.

    `cut_short`: the portal counts more rows than it has shown.
    """

    steps: Mapping[str, DiagramStep]
    odd: frozenset[str] = frozenset()
    cut_short: bool = False

    def step(self, element_id: str) -> DiagramStep | None:
        """The row of a step; None: the diagram has none. Raises `Doubtful` if the answer does not prove that."""
        found = self.steps.get(element_id)
        if element_id in self.odd or (found is None and self.cut_short):
            raise malformed(DIAGRAM, f"the row of {element_id} cannot be read")
        return found


@dataclass(frozen=True, slots=True)
class DiagramProperty:
    """A property of a process: a process variable that people know by `name`. `iblock_id`: as in `Question`."""

    code: str
    name: str
    kind: str
    iblock_id: int | None = None


@dataclass(frozen=True, slots=True)
class Resolver:
    """A resolver that finds a person from process variables. `needs`: the parameters it requires."""

    code: str
    title: str
    needs: tuple[str, ...] = ()


class CamundaModule:
    """The module, through one webhook. Every method raises `PortalError`; thread-safe; nothing is cached.

    It only reads. `success: false` in an answer is an error, never "none": `ModuleRefused`, or, after a short series,
    `Doubtful` if the module broke off.
    """

    def __init__(self, client: Caller, *, series: Retrying = BROKEN_OFF_SERIES) -> None:
        self._client = client
        self._series = series

    def responsible_list(self, process_key: str) -> Diagram:
        """All rows of a process: which of its steps have a template. Empty: the portal has no such rows."""
        data = self._data(DIAGRAM, {"camundaProcessId": process_key})
        if "responsibles" not in data:
            raise malformed(DIAGRAM, "the answer has no rows")
        count = reading.whole(shapes.mapping(DIAGRAM, data.get("meta"), "meta").get("count"), least=0) or 0
        return _diagram(shapes.rows(DIAGRAM, data["responsibles"], "the rows of the diagram"), count)

    def task_template(
        self, process_key: str, element_id: str, variables: Mapping[str, Any] | None = None
    ) -> TaskTemplate:
        """The template of a step, its members found with `variables`: plain values by name.

        Raises `ModuleRefused` also if the step has no template: ask `responsible_list` first.
        """
        asked: dict[str, Any] = {"camundaProcessId": process_key, "elementId": element_id}
        data = self._data(TEMPLATE, asked | ({"processVariables": dict(variables)} if variables else {}))
        meta = shapes.mapping(TEMPLATE, data.get("meta"), "meta")
        for name, value in asked.items():
            if meta.get(name) not in (None, value):
                raise malformed(TEMPLATE, f"the answer is for another {name}")
        return task_template.read(TEMPLATE, data)

    def properties(self, process_key: str) -> tuple[DiagramProperty, ...]:
        """The properties of a process, in the order in which people see them."""
        data = self._data(PROPERTIES, {"camundaProcessId": process_key})
        listed = shapes.rows(PROPERTIES, data.get("properties"), "the properties")
        in_order = sorted(listed, key=lambda row: reading.whole(row.get("SORT"), least=0) or 0)
        return tuple(
            DiagramProperty(
                code=_text(PROPERTIES, row, "CODE"),
                name=_text(PROPERTIES, row, "NAME"),
                kind=_text(PROPERTIES, row, "TYPE").lower(),
                iblock_id=_iblock(row),
            )
            for row in in_order
        )

    def supervisor(self, user_id: int) -> int | None:
        """The head of the user's first department; None: the portal says that there is none."""
        data = self._data(SUPERVISOR, {"userId": user_id})
        if "supervisorId" not in data:
            raise malformed(SUPERVISOR, "the answer names no supervisorId")
        return shapes.number(SUPERVISOR, data["supervisorId"], "supervisorId")

    def resolvers(self) -> tuple[Resolver, ...]:
        """The portal's resolvers."""
        data = shapes.mapping(RESOLVERS, self._data(RESOLVERS, {}), "the resolvers")
        return tuple(_resolver(code, shapes.mapping(RESOLVERS, row, "a resolver")) for code, row in data.items())

    def questionnaire_list(self, task_id: int) -> tuple[Questionnaire, ...]:
        """The questionnaires of a task with their answers. Empty: the task has none."""
        data = self._data(QUESTIONNAIRES, {"taskId": task_id}, kind=Kind.BACKGROUND)
        if "items" not in data:
            raise malformed(QUESTIONNAIRES, "the answer has no items")
        return questionnaires.read(QUESTIONNAIRES, data)

    def _data(self, method: str, params: Mapping[str, Any], *, kind: Kind = Kind.URGENT) -> Mapping[str, Any]:
        def once() -> Mapping[str, Any]:
            return accepted(method, self._client.call(method, params, kind=kind).result)

        data = self._series.copy()(once).get("data")
        if data is None:
            raise malformed(method, "success, but no data")
        return shapes.mapping(method, data, "data")


def accepted(method: str, result: Any) -> Mapping[str, Any]:
    """The result of a method of the module, if it says that the call succeeded.

    Raises `ModuleRefused`, or `Doubtful` if the module broke off or does not say.
    """
    if not isinstance(result, dict) or "success" not in result:
        raise malformed(method, "the answer does not say whether the call succeeded")
    if says_yes(result["success"]):
        return result
    words = wording.plain(reading.written(result.get("error")) or "")
    family = Doubtful if words.lower().startswith(FAILED) else ModuleRefused
    raise family(method, NO_SUCCESS, words, status=200, cause=Cause.MODULE_SAYS)


def _diagram(listed: Sequence[Mapping[str, Any]], count: int) -> Diagram:
    """The rows by step. Of several rows for one step, that of the newest version counts; at one version, the last."""
    steps: dict[str, tuple[int, DiagramStep]] = {}
    odd: set[str] = set()
    for row in listed:
        element = reading.written(row.get("ELEMENT_ID"))
        if element is None:
            raise malformed(DIAGRAM, "a row does not name its step")
        version = reading.whole(row.get("VERSION_NUMBER"), least=0) or 0
        step = _step(element, row)
        if step is None:
            odd.add(element)
        elif element and (element not in steps or steps[element][0] <= version):
            steps[element] = (version, step)
    return Diagram({id_: step for id_, (_, step) in steps.items()}, frozenset(odd), cut_short=count > len(listed))


def _step(element: str, row: Mapping[str, Any]) -> DiagramStep | None:
    """One row; None if it cannot be read."""
    id_, name, predecessors = row.get("TEMPLATE_ID"), reading.written(row.get("ELEMENT_NAME")), _predecessors(row)
    template = reading.whole(id_, least=0)
    if (template is None and id_ not in (None, "")) or name is None or predecessors is None:
        return None
    return DiagramStep(element, " ".join(name.split()), template or None, predecessors)


def _predecessors(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """A list; in older versions of the module JSON text or one bare id. None: it cannot be read."""
    value = row.get("PREDECESSOR_IDS")
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = reading.document(value)
        except reading.Unreadable:
            return None
    if isinstance(value, dict):
        value = list(value.values())
    listed = value if isinstance(value, list) else [value]
    read = [reading.written(one) for one in listed]
    return tuple(dict.fromkeys(one for one in read if one)) if None not in read else None


def _resolver(code: str, row: Mapping[str, Any]) -> Resolver:
    expected = shapes.mapping(RESOLVERS, row.get("expectedParams"), "expectedParams")
    needed = [name for name, one in expected.items() if isinstance(one, dict) and says_yes(one.get("required"))]
    return Resolver(code, _text(RESOLVERS, row, "title"), tuple(needed))


def _iblock(row: Mapping[str, Any]) -> int | None:
    options = row.get("ENUM_OPTIONS")
    return reading.whole(options.get("iblock_id")) if isinstance(options, dict) else None


def _text(method: str, row: Mapping[str, Any], name: str) -> str:
    return shapes.text(method, row.get(name), name).strip()
