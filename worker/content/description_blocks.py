"""Blocks below a task's description: answers that people gave at earlier steps, and variables of the process.

Which of them is set on the portal: in the task template and among the properties of the diagram.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bitrix.camunda_module import DiagramProperty
from bitrix.errors import MethodMissing
from bitrix.kept import Kept
from bitrix.questionnaires import Question, Questionnaire
from worker.content.given import PortalContent
from worker.content.shown_values import ShownValues
from worker.mapping.bbcode import harmless, single_line
from worker.mapping.fields import description
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.steps.once import Once
from worker.words.phrase import Language

DESCRIPTION = "DESCRIPTION"
RULE = "\n\n---\n"
NO_ANSWER = "-"
KEPT_SECONDS = 300.0


class Module(Protocol):
    """The portal's module. Raises `PortalError`."""

    def properties(self, process_key: str) -> tuple[DiagramProperty, ...]: ...


def with_blocks(draft: TaskDraft, blocks: Sequence[str], characters: int, language: Language = "ru") -> TaskDraft:
    """The draft with blocks below its description, each after a rule; the whole is cut as any description is.

    What comes from outside must be made harmless in the blocks already.
    """
    said = [part for part in (str(draft.fields.get(DESCRIPTION) or ""), *blocks) if part]
    if not any(blocks):
        return draft
    return replace(draft, fields={**draft.fields, DESCRIPTION: description(RULE.join(said), characters, language)})


class DescriptionBlocks:
    """The part that appends them. Thread-safe. A line whose variable is missing is left out."""

    def __init__(
        self, module: Module, shown: ShownValues, telemetry: Telemetry, characters: int, language: Language = "ru"
    ) -> None:
        self._module = module
        self._shown = shown
        self._telemetry = telemetry
        self._characters = characters
        self._language = language
        self._kept: Kept[str, tuple[DiagramProperty, ...]] = Kept()
        self._logged = Once()

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with the blocks. Raises `PortalError` if properties or names could not be read."""
        blocks = ["\n\n".join(self._questionnaires(task, content)), "\n".join(self._properties(task, content))]
        return with_blocks(draft, blocks, self._characters, self._language)

    def _questionnaires(self, task: FetchedTask, content: PortalContent) -> Iterator[str]:
        for one in content.template.described if content.template else ():
            lines = [line for question in one.questions if (line := self._answer(task, content, one, question))]
            if lines:
                yield "\n".join([f"[B]{_name(one.title)}[/B]", *lines])

    def _answer(
        self, task: FetchedTask, content: PortalContent, questionnaire: Questionnaire, question: Question
    ) -> str | None:
        values = said_before(task, content, questionnaire.code, question.code)
        texts = [self._written(task, question.code, value, question.kind, question.iblock_id) for value in values]
        known = dict.fromkeys(NO_ANSWER if text == "" else text for text in texts if text is not None)
        return f"• {_name(question.name)}: {'; '.join(known)}" if known else None

    def _properties(self, task: FetchedTask, content: PortalContent) -> Iterator[str]:
        process = task.definition_key
        if content.step is None or process is None:
            return
        for one in self._properties_of(process):
            if one.code not in task.variables:
                continue
            text = self._written(task, one.code, task.variables[one.code], one.kind, one.iblock_id)
            if text is not None:
                yield f"{_name(one.name or one.code)}: {text};"

    def _properties_of(self, process: str) -> tuple[DiagramProperty, ...]:
        try:
            return self._kept.get(process, lambda: self._module.properties(process), lambda _: KEPT_SECONDS)
        except MethodMissing as error:  # the module has just told the diagram's row: this version has no properties
            if self._logged.first(""):
                self._telemetry.emit("description.no_properties", reason=error)
            return ()

    def _written(self, task: FetchedTask, code: str, value: Any, kind: str, iblock_id: int | None) -> str | None:
        text = self._shown.of(value, kind, iblock_id)
        if text is None and self._logged.first((task.definition_key, code)):
            process = task.definition_key
            self._telemetry.emit("description.unwritten", process=process, activity=task.activity_id, variable=code)
        return text


def said_before(task: FetchedTask, content: PortalContent, questionnaire: str, question: str) -> list[Any]:
    """What the process knows of a question that was asked at some step; empty: nothing.

    The answer of this step counts first, then that of a predecessor, the first one in the diagram. Otherwise all
    steps with such a question count: nothing tells which of them is meant.
    """
    if not questionnaire or not question:
        return []
    code, variables = f"{questionnaire}_{question}", task.variables
    before = content.step.predecessors if content.step else ()
    own = [f"{task.activity_id}_{code}_{task.instance}"] if task.loops else []
    for name in (*own, *(f"{step}_{code}" for step in (task.activity_id, *before))):
        if name in variables:
            return [variables[name]]
    return [value for name, value in variables.items() if name.endswith(f"_{code}")]


def _name(text: str) -> str:
    return harmless(single_line(text))
