"""The example processes of `examples/`, and what starts an instance of each."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
YES, NO = "ДА", "НЕТ"
APPROVER, OTHER_APPROVER, AUTHOR = 7, 42, 106


@dataclass(frozen=True, slots=True)
class Step:
    """An external task of the model. `question`: the step's name where a questionnaire asks; None: it does not wait."""

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
    """A process of `examples/`, its file and key named alike. `people`: the variables beside title and description.

    `files`: File variables, each with its text. `has_template`: the portal's module says what its first task contains.
    """

    key: str
    people: Mapping[str, int]
    timer: Timer | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    has_template: bool = False

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
        typed |= {name: _file(name, text) for name, text in self.files.items()}
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
        Example("purchase", {"authorId": AUTHOR}, files={"offer": "20 стульев, 40 000 рублей"}, has_template=True),
    )
}


def _step(element: ET.Element) -> Step:
    properties = {one.get("name"): one.get("value") for one in element.iter(f"{CAMUNDA}property")}
    name = str(element.get("name"))
    by_questionnaire = name if properties.get("waitForCompletion") == "true" else None
    return Step(str(element.get("id")), name, properties.get("UF_RESULT_QUESTION") or by_questionnaire)


def _file(name: str, text: str) -> dict[str, object]:
    about = {"filename": f"{name}.txt", "mimeType": "text/plain"}
    return {"type": "File", "value": base64.b64encode(text.encode()).decode(), "valueInfo": about}
