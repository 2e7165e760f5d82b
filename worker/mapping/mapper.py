"""Maps an external task to the fields of a Bitrix24 task, and that task to the result of the step.

A configured template fills its field. A field without a template takes the process variable of the same name.
If a value cannot be mapped, `MappingFault` says what to change: it is an error in the task.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from worker.mapping.bbcode import harmless, harmless_within, is_unprintable
from worker.mapping.blame import blaming, fault
from worker.mapping.context import context_of
from worker.mapping.expectations import asked, asking_property, question, says, unevaluated_property, unread_mark
from worker.mapping.faults import MappingFault
from worker.mapping.fields import is_blank, readers, text, user_field
from worker.mapping.letters import told_apart
from worker.mapping.marks import ANSWER_FIELD, EXPECTED_FIELD, QUESTION_FIELD, WAIT_PROPERTY, is_answer
from worker.mapping.near_values import reading_near
from worker.mapping.origins import Origins
from worker.mapping.outcomes import unfit_name
from worker.mapping.spellings import Near, nearest_said, nothing_known
from worker.mapping.switches import with_parameters
from worker.mapping.task_fields import BY_VARIABLE, PROSE, RESERVED, SHOWN, portal_name, spellings
from worker.mapping.template_values import TemplateFault, Values, readable
from worker.mapping.templates import Templates
from worker.mapping.topic_templates import PortalDefaults, TopicTemplates
from worker.model import ClosedTask, FetchedTask, PortalTask, Promise, TaskDraft, UnreadableVariable
from worker.words.phrase import NOTHING, Language, Phrase, phrase_of

Render = Callable[[Any, Mapping[str, Any]], Any]
NOTHING_GIVEN: Mapping[str, Any] = {}


class Mapper:
    """Maps the tasks of all topics. Thread-safe.

    `timezone`: of dates without an offset; None: this machine's. `portal_task_url(task id, user id)` gives the address
    of a task that comes without one. `misspelt(task)`: what the step's model says under a misspelt name; called only
    for a task that lacks something.
    """

    def __init__(
        self,
        topics: Mapping[str, TopicTemplates],
        bitrix: PortalDefaults,
        *,
        portal_task_url: Callable[[int, int | None], str],
        language: Language = "ru",
        timezone: tzinfo | None = None,
        misspelt: Callable[[FetchedTask], Phrase] = lambda _: NOTHING,
    ) -> None:
        self._topics = topics
        self._misspelt = misspelt
        self._bitrix = bitrix
        self._portal_task_url = portal_task_url
        self._language = language
        self._timezone = timezone
        self._readers = readers(timezone, bitrix.max_description_length, language)
        self._templates = Templates(language)
        self.origins = Origins(topics, bitrix, self._templates)
        self._properties = {name: self._properties_read(topic) for name, topic in topics.items()}
        self._needed_at_end = {name: self._read_at_end(topic) for name, topic in topics.items()}

    def draft(
        self,
        task: FetchedTask,
        near: Near = nothing_known,
        given: Mapping[str, Any] = NOTHING_GIVEN,
        defaults: Mapping[str, Any] = NOTHING_GIVEN,
    ) -> TaskDraft:
        """The task to create. The same arguments always give the same draft. Raises `MappingFault`.

        `near` is called only if one name occurs in several spellings. `given`: fields that are decided already, by
        their names on the portal; neither a template nor a variable is read for them. `defaults`: fields that no
        template and no variable fills.
        """
        with self._hinting(task):
            return self._draft(task, near, given, defaults)

    def _draft(self, task: FetchedTask, near: Near, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> TaskDraft:
        expected = self._expected(task)
        self._refuse_silent_marks(task, expected=expected)
        fields = dict(given)
        for name, label, value in (*self._configured(task, given), *self._same_named(task, near, given)):
            with blaming(task, label, value):
                read = None if is_blank(value) else self._read(name, value)
            if not is_blank(read):
                fields[name] = read
        fields |= self._own_checklists(task) if "CHECKLISTS" not in fields else {}
        self._fill(task, fields, defaults)
        promise, variable = self._promise(task, expected=expected), None
        if promise is Promise.ANSWER:
            variable = self.answer_variable(task)  # raises if the answer could not be stored
            fields |= self._question(task, near) | fields | {EXPECTED_FIELD: "1"}
        elif EXPECTED_FIELD in fields:
            fields[EXPECTED_FIELD] = "0"  # the portal reads most words as yes
        return TaskDraft(task.marker, with_parameters(fields) | _ties(task), promise, variable)

    def result(self, task: FetchedTask, portal_task: PortalTask | ClosedTask) -> Mapping[str, Any]:
        """The variables, with plain values, that complete the step. Raises `MappingFault`."""
        if not portal_task.url:
            portal_task = replace(portal_task, url=self._portal_task_url(portal_task.id, None))
        topic = self._topics.get(task.topic)
        if topic is None or not topic.result:
            values = {"bitrixTaskId": portal_task.id, "bitrixTaskUrl": portal_task.url}
            return values | own(task, values)
        context = context_of(task) | {"task": portal_task}
        with self._hinting(task):
            values = {name: self._value(task, f"result.{name}", value, context) for name, value in topic.result.items()}
        return values | own(task, values)

    def promise(self, task: FetchedTask) -> Promise:
        """What must happen to the Bitrix24 task before the step is completed, by the step and today's configuration.

        If a draft is at hand, use its `promise`: that saves another rendering.
        """
        return self._promise(task, expected=self._expected(task))

    def _expected(self, task: FetchedTask) -> bool | None:
        """Whether the step may be completed only with an answer (`UF_RESULT_EXPECTED`); None: not stated."""
        return says(EXPECTED_FIELD, task, self._configured_marks(task))

    def _promise(self, task: FetchedTask, *, expected: bool | None) -> Promise:
        """The step's `waitForCompletion` wins over the topic's `wait_for_close`; an expected answer wins over both."""
        if expected:
            return Promise.ANSWER
        topic, said = self._topics.get(task.topic), says(WAIT_PROPERTY, task)
        waits = bool(topic and topic.wait_for_close) if said is None else said
        return Promise.CLOSE if waits else Promise.NOTHING

    def answer_variable(self, task: FetchedTask) -> str:
        """The name of the process variable for the answer. Raises `MappingFault`."""
        template = self._topics[task.topic].wait.answer_variable
        with blaming(task, "wait.answer_variable", template):
            name = text(self._value(task, "wait.answer_variable", template, context_of(task)), self._language)
        if wrong := unfit_name(name, *own(task, {name: None})):
            raise fault(task, "wait.answer_variable", name, wrong, str(template))
        return name

    def kept(self, task: FetchedTask) -> FetchedTask:
        """The task with only what is needed when its wait ends: a hundred thousand of them may wait."""
        needed, given = self._needed_at_end[task.topic], task.variables
        some = given if "variables" in needed else {name: given[name] for name in needed if name in given}
        return replace(
            task,
            variables=some or NOTHING_GIVEN,
            extension_properties=task.extension_properties or NOTHING_GIVEN,
            create_time=None,
            lock_expiration=None,
        )

    def properties_read(self, topic: str) -> frozenset[str]:
        """The extension properties that a topic's templates use; empty for an unknown topic."""
        return self._properties.get(topic, frozenset())

    def _properties_read(self, topic: TopicTemplates) -> frozenset[str]:
        with suppress(TemplateFault):  # reported when the template is used
            paths = self._templates.attributes("properties", [*topic.task.values(), *(topic.result or {}).values()])
            return frozenset(path.partition(".")[0] for path in paths)
        return frozenset()

    def _read_at_end(self, topic: TopicTemplates) -> frozenset[str]:
        with suppress(TemplateFault):
            return self._templates.names([*(topic.result or {}).values(), topic.wait.answer_variable])
        return frozenset({"variables"})

    def _templates_of(self, task: FetchedTask) -> Mapping[str, Any]:
        topic = self._topics.get(task.topic)
        return topic.task if topic else {}

    def _configured(self, task: FetchedTask, given: Container[str]) -> Iterator[tuple[str, str, Any]]:
        """(portal name, name in the configuration, value) of each field with a template, except those `given`."""
        context = context_of(task)
        for key, template in self._templates_of(task).items():
            name = portal_name(key)
            if name in RESERVED:
                raise fault(task, key, None, "reserved")
            if name == ANSWER_FIELD:
                raise fault(task, key, None, "answered")
            if name not in self._readers and not name.startswith("UF_"):
                raise fault(task, key, None, "unknown")
            if name in given:
                continue
            yield name, key, self._value(task, key, template, context, self._render_of(name, template))

    def _render_of(self, name: str, template: Any) -> Render:
        """How to render a field. What people read is made harmless: prose, tags and the `UF_*` fields."""
        if name in PROSE and isinstance(template, str):
            return self._templates.prose
        return self._templates.shown if name in SHOWN or name.startswith("UF_") else self._templates.value

    def _same_named(self, task: FetchedTask, near: Near, given: Container[str]) -> Iterator[tuple[str, str, Any]]:
        """(portal name, variable, value) of each field neither given nor configured, with a variable of its name."""
        configured = {portal_name(key) for key in self._templates_of(task)}
        for key in BY_VARIABLE:
            said = [(one, task.variables[one]) for one in spellings(key) if one in task.variables]
            if not said or key.upper() in configured or key.upper() in given:
                continue
            with blaming(task, key):
                spelling, _ = nearest_said(said, near) or said[0]
            with blaming(task, spelling, task.variables[spelling]):
                value = Values(task.variables)[spelling]
                if is_unprintable(value):
                    raise TemplateFault("unprintable", str(len(value)))
                if key.upper() in PROSE and value is not None:
                    value = text(value, self._language)
                if key.upper() in SHOWN:
                    value = harmless_within(value)
            yield key.upper(), spelling, value

    def _own_checklists(self, task: FetchedTask) -> dict[str, Any]:
        """The checklists of the step's property, which the old installation's converter writes; empty: none."""
        said = task.extension_properties.get("checklists")
        with blaming(task, "properties.checklists", said):
            read = None if is_blank(said) else self._read("CHECKLISTS", harmless_within(said))
        return {"CHECKLISTS": read} if read else {}

    def _refuse_silent_marks(self, task: FetchedTask, *, expected: bool | None) -> None:
        """Refuse a property that was probably meant to ask somebody but does not: the process would go on unasked."""
        read = self.properties_read(task.topic)
        if found := unread_mark(task, read | self._templates_of(task).keys()):
            name, mark = found
            kind = "answer_given" if is_answer(name) else "misspelt"
            raise fault(task, f"properties.{name}", task.extension_properties[name], kind, told_apart(name, mark))
        if raw := unevaluated_property(task, read):
            raise fault(task, f"properties.{raw}", task.extension_properties[raw], "unevaluated")
        asking = asking_property(task)
        if asking and expected is None:
            raise fault(task, f"properties.{asking}", task.extension_properties[asking], "unexpected_question")

    def _question(self, task: FetchedTask, near: Near) -> dict[str, str]:
        """The field with the step's own question; empty if the step has none."""
        with blaming(task, QUESTION_FIELD):
            label, given = question(task, near)
        with blaming(task, label, given):
            if is_unprintable(given):
                raise TemplateFault("unprintable", str(len(given)))
            words = None if is_blank(readable(given)) else text(given, self._language)
        return {QUESTION_FIELD: asked(words)} if words else {}

    def _read(self, name: str, value: Any) -> Any:
        return reading_near(self._readers[name], value) if name in self._readers else user_field(value, self._timezone)

    def _fill(self, task: FetchedTask, fields: dict[str, Any], defaults: Mapping[str, Any]) -> None:
        """Add the fields that every task has. Refuse a single plan date: the portal takes both or none."""
        fields |= {**defaults, **fields}
        fields.setdefault("TITLE", self._read("TITLE", _default_title(task)))
        fields.setdefault("PRIORITY", self._bitrix.default_priority)
        if "RESPONSIBLE_ID" not in fields and "FLOW_ID" not in fields:  # a flow gives its tasks to people itself
            if self._bitrix.default_responsible_id is None:
                raise fault(task, "responsible_id", None, "no_responsible")
            fields["RESPONSIBLE_ID"] = self._bitrix.default_responsible_id
        if len(fields.keys() & {"START_DATE_PLAN", "END_DATE_PLAN"}) == 1:
            raise fault(task, "start_date_plan, end_date_plan", None, "lone_plan_date")

    def _configured_marks(self, task: FetchedTask) -> Iterator[tuple[str, Any]]:
        for key, template in self._templates_of(task).items():
            if key.upper() == EXPECTED_FIELD:
                try:
                    yield key, self._templates.value(template, context_of(task))
                except TemplateFault as error:  # `draft` raises it; an existing task must be asked: counts as a yes
                    yield key, UnreadableVariable(key, "?", phrase_of(error.detail))

    @contextmanager
    def _hinting(self, task: FetchedTask) -> Iterator[None]:
        """Add to the fault of a task that lacks something what its model may have misspelt."""
        try:
            yield
        except MappingFault as fault_:
            hint = self._misspelt(task) if fault_.lacks else NOTHING
            raise fault_.with_hint(hint) if hint else fault_ from None

    def _value(
        self,
        task: FetchedTask,
        label: str,
        template: Any,
        context: Mapping[str, Any],
        render: Render | None = None,
    ) -> Any:
        with blaming(task, label, template):
            return (render or self._templates.value)(template, context)


def _default_title(task: FetchedTask) -> str:
    """The step's name; its ids if it has none, or if the engine does not give the model."""
    if isinstance(task.activity_name, str):
        return harmless(task.activity_name)
    return f"{task.definition_key or task.topic}: {task.activity_id}"


def own(task: FetchedTask, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under names of one instance of a multi-instance: the next instance overwrites the plain names.

    Each value occurs twice: as `name_N`, and with the activity's id in front, because instances of another step that
    sets the same variable have the same numbers. Empty outside a multi-instance.
    """
    if not task.loops:
        return {}
    prefixes = ("", f"{task.activity_id}_")
    return {f"{prefix}{name}_{task.instance}": value for prefix in prefixes for name, value in values.items()}


def _ties(task: FetchedTask) -> dict[str, Any]:
    ties = zip(RESERVED, (task.marker, task.id, task.process_instance_id, task.activity_id), strict=True)
    return {name: value for name, value in ties if value is not None}
