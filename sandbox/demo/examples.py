"""The example processes of `examples/`, and what starts an instance of each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
YES, NO = "ДА", "НЕТ"
APPROVER, OTHER_APPROVER, AUTHOR = 7, 42, 106


@dataclass(frozen=True, slots=True)
class Step:
    """An external task of the model. `question` None: it does not wait for an answer."""

    id: str
    name: str
    question: str | None


@dataclass(frozen=True, slots=True)
class Timer:
    """Ends a step that gets no answer in time; the durations are ISO 8601."""

    step: str
    for_a_person: str
    for_a_machine: str

    def patience(self, *, hurried: bool) -> str:
        return self.for_a_machine if hurried else self.for_a_person


@dataclass(frozen=True, slots=True)
class Example:
    """A process of `examples/`, its file and key named alike. `people`: the variables beside title and description."""

    key: str
    people: Mapping[str, int]
    timer: Timer | None = None

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.key}.bpmn"

    def steps(self) -> dict[str, Step]:
        """By activity id, as the model has them."""
        found = ET.parse(self.path).iter(f"{BPMN}serviceTask")  # noqa: S314 - our own file
        return {step.id: step for step in map(_step, found)}

    def variables(self, number: int, *, hurried: bool = False) -> dict[str, dict[str, object]]:
        """What starts the instance `number`, as the engine's REST API takes it."""
        texts = {
            "title": f"Договор № {number} с ООО «{CLIENTS[(number - 1) % len(CLIENTS)]}»",
            "description": "Текст договора лежит в общей папке.",
        }
        if self.timer:
            texts["patience"] = self.timer.patience(hurried=hurried)
        typed: dict[str, dict[str, object]] = {name: {"type": "String", "value": text} for name, text in texts.items()}
        return typed | {name: {"type": "Long", "value": user} for name, user in self.people.items()}


CLIENTS = ("Ромашка", "Василёк")
EXAMPLES: Mapping[str, Example] = {
    example.key: example
    for example in (
        Example("approval", {"responsibleId": APPROVER, "authorId": AUTHOR}),
        Example("parallel_approvals", {"lawyerId": APPROVER, "accountantId": OTHER_APPROVER, "authorId": AUTHOR}),
        Example("multi_instance", {"lawyerId": APPROVER, "accountantId": OTHER_APPROVER, "authorId": AUTHOR}),
        Example(
            "escalation",
            {"responsibleId": APPROVER, "supervisorId": OTHER_APPROVER, "authorId": AUTHOR},
            Timer("approve", for_a_person="PT2M", for_a_machine="PT5S"),
        ),
    )
}


def _step(element: ET.Element) -> Step:
    properties = {one.get("name"): one.get("value") for one in element.iter(f"{CAMUNDA}property")}
    return Step(str(element.get("id")), str(element.get("name")), properties.get("UF_RESULT_QUESTION"))
