"""The example processes of `examples/`: what starts an instance of each, and what a stand-in for people does."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "examples"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
YES, NO = "ДА", "НЕТ"
APPROVER, OTHER_APPROVER, AUTHOR = 7, 42, 106
SHORT_PATIENCE = "PT5S"


@dataclass(frozen=True, slots=True)
class Step:
    """An external task of the model. `question` None: it does not wait for an answer."""

    id: str
    name: str
    question: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """A process of `examples/`, its file and key named alike. `people`: the variables beside title and description."""

    key: str
    people: Mapping[str, int]
    more: Mapping[str, str] = field(default_factory=dict)
    left_to_the_timer: frozenset[str] = frozenset()
    """Steps that who plays the person leaves unanswered, so that the timer is seen."""

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.key}.bpmn"

    def steps(self) -> dict[str, Step]:
        """By activity id, as the model has them."""
        found = ET.parse(self.path).iter(f"{BPMN}serviceTask")  # noqa: S314 - our own file
        return {step.id: step for step in map(_step, found)}

    def variables(self, number: int) -> dict[str, dict[str, object]]:
        """What starts the instance `number`, as the engine's REST API takes it."""
        texts = {
            "title": f"Договор № {number} с ООО «{CLIENTS[(number - 1) % len(CLIENTS)]}»",
            "description": "Текст договора лежит в общей папке.",
            **self.more,
        }
        typed: dict[str, dict[str, object]] = {name: {"type": "String", "value": text} for name, text in texts.items()}
        return typed | {name: {"type": "Long", "value": user} for name, user in self.people.items()}


CLIENTS = ("Ромашка", "Василёк")
EXAMPLES: Mapping[str, Example] = {
    example.key: example
    for example in (
        Example("approval", {"responsibleId": APPROVER, "authorId": AUTHOR}),
        Example("parallel_approvals", {"lawyerId": APPROVER, "accountantId": OTHER_APPROVER, "authorId": AUTHOR}),
        Example(
            "escalation",
            {"responsibleId": APPROVER, "supervisorId": OTHER_APPROVER, "authorId": AUTHOR},
            {"patience": SHORT_PATIENCE},
            frozenset({"approve"}),
        ),
    )
}


def _step(element: ET.Element) -> Step:
    properties = {one.get("name"): one.get("value") for one in element.iter(f"{CAMUNDA}property")}
    return Step(str(element.get("id")), str(element.get("name")), properties.get("UF_RESULT_QUESTION"))
