"""`check --model` of several models: each by itself, and what each call activity passes to its own and hands back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from worker.commands.check.answer_tables import Block
from worker.commands.check.brought_names import BroughtNames
from worker.commands.check.finding import Finding, of_kind
from worker.commands.check.model import check_model
from worker.commands.check.model_sources import ProcessModel, content_of, each_of, is_file, is_folder, label_of
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError, TaskGone
from worker.mapping.letters import in_quotes, told_apart
from worker.mapping.mapper import Mapper
from worker.mapping.nearest import nearest
from worker.monitoring.surroundings import ALIKE
from worker.steps.bpmn.calls import Call, calls_in
from worker.steps.bpmn.definition import DefinitionFault, steps_in
from worker.steps.bpmn.tree import each_process
from worker.steps.findings.answer_rows import Table
from worker.steps.findings.answer_table import tables_of
from worker.steps.findings.call_ends import may_end_without
from worker.steps.findings.call_table import Handed, table_of_call
from worker.steps.findings.errors_of_calls import Up, raised_up, uncaught_of_call, waited_in_vain
from worker.steps.findings.handed_back import answers_left, findings_of_call, missed_by
from worker.steps.findings.handed_in import Need, needs_of, not_handed_in
from worker.steps.findings.old_answers import Below, OldAnswers
from worker.steps.findings.parallel_calls import overwriting_calls
from worker.steps.findings.served import Served, as_served
from worker.steps.findings.silent_steps import silent_steps
from worker.steps.findings.stuck_callers import stuck_callers
from worker.steps.findings.uncaught_events import thrown_in_vain
from worker.steps.trial import names_responsible, sees_responsible
from worker.words import look_names as names
from worker.words.findings.catalogue import FINDINGS
from worker.words.phrase import Phrase

Deployed = Callable[[str], Mapping[str | None, str]]
"""The models of a process in the engine, by tenant."""


class Checked(NamedTuple):
    """The findings of models, and where the answers in them lead."""

    findings: list[Finding]
    blocks: list[Block]


def check_models(settings: Settings, models: Iterable[str]) -> Checked:
    """The findings of each model that is named, and of their calls, however deep; the answers of those named."""
    named = each_of(models)
    with closing(Engine(settings.camunda, "check", {}, connections=1)) as engine:
        calls = _Calls(settings, named, engine.models_of_key)
        aside = {*calls.told_by_callers()}
        found = {model: check_model(settings, model, label=label, aside=aside) for model, label in named.items()}
        told = {(named[model], one.seen, one.cure) for model, several in found.items() for one in several}
        of_calls = [one for label, one in calls.findings() if (label, one.seen, one.cure) not in told]
        return Checked([*(one for several in found.values() for one in several), *of_calls], [*calls.blocks()])


class _Calls:
    """Follows calls from the models that are `named`, each with how people know it.

    What cannot be read is left out: other findings tell of it.
    """

    def __init__(self, settings: Settings, named: Mapping[str, str], deployed: Deployed) -> None:
        self._topics = settings.topics
        self._mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
        self._deployed = deployed
        self._read = dict[str, list[ProcessModel]]()
        self._serving = dict[ProcessModel, Served]()
        self._tabled = dict[ProcessModel, list[Table]]()
        self._kept = dict[ProcessModel, OldAnswers]()
        self._silences = dict[ProcessModel, Collection[str]]()
        self._called = dict[ProcessModel, list[tuple[Call, ProcessModel]]]()
        self._unknown = set[str]()
        models = [(name, label) for name, label in named.items() if not is_folder(name)]
        self._named = [
            one
            for name, label in models
            for one in (_of_file(Path(name), label) if is_file(name) else self._of_key(name))
        ]
        self._names = BroughtNames(self._named, self._served, self._calls_of, lambda one: self._answers(one, ()))

    def told_by_callers(self) -> Iterator[tuple[Phrase, Phrase]]:
        """What is not told of a called process by itself, because its callers decide it, or bring its names."""
        yield from self._thrown_in_vain()
        yield from self._names.made_good()
        for called in self._named:
            if self._is_given_somebody(called):
                seen = FINDINGS["no_responsible"].seen
                yield from ((names.step(called.label, one.id), seen) for one in self._served(called).ours)

    def _thrown_in_vain(self) -> Iterator[tuple[Phrase, Phrase]]:
        """What called processes throw in vain by themselves: their callers catch it, or it is told of the call."""
        for caller in self._named:
            for call, called in self._calls_of(caller):
                served = self._served(called)
                for one in thrown_in_vain(served) if called != caller and not call.in_code else ():
                    yield names.element(called.label, served.kinds[one.at], one.at), one.seen

    def _is_given_somebody(self, called: ProcessModel, below: tuple[ProcessModel, ...] = ()) -> bool:
        """Whether each call of a process gives it who is responsible. `below`: the processes that lead back to it."""
        within = (*below, called)
        calls = [(one, call) for one in self._named for call, its in self._calls_of(one) if its == called]
        outside = any(caller not in within for caller, _ in calls)
        return outside and all(self._gives_somebody(caller, call, within) for caller, call in calls)

    def _gives_somebody(self, caller: ProcessModel, call: Call, below: tuple[ProcessModel, ...]) -> bool:
        if names_responsible(call.passed) or not call.passes_all:
            return names_responsible(call.passed)
        has = call.in_code or sees_responsible(self._served(caller).steps[call.id])
        return has or caller in below or self._is_given_somebody(caller, below)

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """Of each call, once, with the label of its model."""
        todo, seen = [*self._named], dict[ProcessModel, None]()
        while todo:
            model = todo.pop(0)
            if model in seen:
                continue
            seen[model] = None
            yield from ((model.label, one) for one in (*self._misspelt(model), *self._missing(model)))
            yield from ((model.label, one) for one in self._overwriting(model))
            yield from ((model.label, one) for one in self._silent(model))
            for call, called in self._calls_of(model):
                todo.append(called)
                answers, slipped = self._answers(called, (model,)), self._names.slipped(called)
                needs = [one for one in self._needs(called, call.called, (model,)) if one.name not in slipped]
                handed_back = findings_of_call(call, self._served(model), self._served(called), answers)
                stuck = stuck_callers(call, self._served(called), [*self._tables(model, call, called)])
                for one in (*handed_back, *not_handed_in(call, needs), *stuck):
                    what = names.element(model.label, "callActivity", call.id)
                    yield model.label, Finding(what, good=False, seen=one.seen, cure=one.cure, essential=False)
        yield from self._of_errors(seen)

    def _of_errors(self, models: Iterable[ProcessModel]) -> Iterator[tuple[str, Finding]]:
        """What the events of callers and of what they call have to do with each other; the highest caller tells."""
        called_by_some = {called for model in models for _, called in self._calls_of(model)}
        for model in models:
            served, ups = self._served(model), self._ups(model, ())
            found = [(one.at, one) for one in waited_in_vain(served, {call.id: up for call, up in ups})]
            if model not in called_by_some:
                found += [(call.id, one) for call, up in ups for one in uncaught_of_call(call, served, up)]
            for at, one in found:
                what = names.element(model.label, served.kinds.get(at, "callActivity"), at)
                yield model.label, Finding(what, good=False, seen=one.seen, cure=one.cure, essential=False)

    def _overwriting(self, model: ProcessModel) -> Iterator[Finding]:
        """Parallel calls that hand back the same answer."""
        calls = [(call, self._answers(called, (model,))) for call, called in self._calls_of(model)]
        for at, one in overwriting_calls(self._served(model), calls):
            what = names.element(model.label, "callActivity", at)
            yield Finding(what, good=False, seen=one.seen, cure=one.cure, essential=False)

    def _silent(self, model: ProcessModel) -> Iterator[Finding]:
        """What a process takes for an answer where nobody has answered a step of its own."""
        served = self._served(model)
        for at, one in silent_steps(served, self._own_tables(model)):
            what = names.element(model.label, served.kinds[at], at)
            yield Finding(what, good=False, seen=one.seen, cure=one.cure, essential=False)

    def _own_tables(self, model: ProcessModel) -> list[Table]:
        """Where the answers of its own steps lead."""
        if model not in self._tabled:
            self._tabled[model] = [*tables_of(self._served(model), self._olds(model))]
        return self._tabled[model]

    def _ups(self, model: ProcessModel, above: tuple[ProcessModel, ...]) -> list[tuple[Call, Up]]:
        """What each call of a process raises in it. `above`: the processes that call it."""
        within = (*above, model)
        plain = [(call, one) for call, one in self._calls_of(model) if not call.in_code and one not in within]
        below = [(call, called, self._ups(called, within)) for call, called in plain]
        return [
            (call, raised_up(call.called, self._served(called), {one.id: up for one, up in ups}))
            for call, called, ups in below
        ]

    def _misspelt(self, model: ProcessModel) -> Iterator[Finding]:
        """Calls of a process that none of the named models has, while one has a similar key."""
        keys = {key for one in self._named for key in self._processes(one)}
        for call in calls_in(model.xml) if model.key is None else ():
            if call.called not in keys and (meant := nearest(call.called, sorted(keys), cutoff=ALIKE)):
                what = names.element(model.label, "callActivity", call.id)
                yield of_kind(what, "called_misspelt", called=call.called, meant=told_apart(call.called, meant))

    def _missing(self, model: ProcessModel) -> Iterator[Finding]:
        """Calls in a deployed process of one that the engine does not have, or does not show."""
        for call in calls_in(model.xml) if model.key is not None else ():
            if not self._of_key(call.called) and call.called in self._unknown:
                what = names.element(model.label, "callActivity", call.id)
                yield of_kind(what, "called_missing", called=in_quotes(call.called))

    def blocks(self) -> Iterator[Block]:
        """Where the answers lead of the steps in each model that is named, and those that calls hand back to it."""
        for model in self._named:
            served, calls = self._served(model), self._calls_of(model)
            handed = (table for call, called in calls for _, table in self._tables(model, call, called))
            yield from (Block(one, model.label, served.steps) for one in (*self._own_tables(model), *handed))

    def _tables(self, model: ProcessModel, call: Call, called: ProcessModel) -> Iterator[tuple[Handed, Table]]:
        """The answers that a call hands back, and where each leads."""
        served, left = self._served(model), self._answers(called, (model,))
        missed, silent = missed_by(call, served, left), self._silent_in(called, call.called)
        for variable, values in ((variable, values) for variable, values in left.items() if values):
            answer = Handed(variable, values, missed, variable in silent)
            yield answer, table_of_call(call, served, self._served(called), answer, self._olds(model))

    def _olds(self, model: ProcessModel) -> OldAnswers:
        """The earlier answers in the variables of a process."""
        if model not in self._kept:
            calls = self._calls_of(model)
            below = (
                Below(call, self._answers(one, (model,)), self._silent_in(one, call.called)) for call, one in calls
            )
            self._kept[model] = OldAnswers(self._served(model), [*below])
        return self._kept[model]

    def _silent_in(self, model: ProcessModel, key: str) -> Collection[str]:
        """The answers without which the process of this key may end."""
        if model not in self._silences:
            served = self._served(model)
            self._silences[model] = {one for one in served.answers() if may_end_without(one, key, served)}
        return self._silences[model]

    def _answers(self, model: ProcessModel, above: tuple[ProcessModel, ...]) -> Mapping[str, list[Any]]:
        """What people answer in a process, and in those that it calls. `above`: the processes that call it."""
        within = (*above, model)
        below = [(call, called) for call, called in self._calls_of(model) if called not in within]
        return answers_left(self._served(model), [(call, self._answers(called, within)) for call, called in below])

    def _needs(self, model: ProcessModel, key: str, above: tuple[ProcessModel, ...]) -> list[Need]:
        """What the process of this key must get from its caller. `above`: the processes that call it."""
        within = (*above, model)
        below = [(call, called) for call, called in self._calls_of(model) if called not in within]
        needs = [(call, self._needs(called, call.called, within)) for call, called in below]
        return needs_of(self._served(model), key, self._answers(model, above), needs)

    def _calls_of(self, model: ProcessModel) -> list[tuple[Call, ProcessModel]]:
        if model not in self._called:
            self._called[model] = [*self._found_calls(model)]
        return self._called[model]

    def _found_calls(self, model: ProcessModel) -> Iterator[tuple[Call, ProcessModel]]:
        for call in calls_in(model.xml):
            named = [one for one in self._named if call.called in self._processes(one)]
            files = [one for one in named if one.key is None]
            if model.key is not None and not files:
                named = [one for one in self._of_key(call.called) if one.tenant == model.tenant]
            if found := files or named:
                yield call, found[0]

    def _processes(self, model: ProcessModel) -> set[str]:
        return {step.scopes[-1].id for step in self._served(model).steps.values() if step.scopes}

    def _served(self, model: ProcessModel) -> Served:
        if model not in self._serving:
            steps = as_served(steps_in(model.xml), self._topics)
            self._serving[model] = Served(steps, self._topics, self._mapper)
        return self._serving[model]

    def _of_key(self, key: str) -> list[ProcessModel]:
        if key not in self._read:
            self._read[key] = []
            try:
                models = self._deployed(key)
            except TaskGone:
                self._unknown.add(key)
                return []
            except EngineError:
                return []
            for tenant, xml in models.items():
                alone = [one for one, process in _processes_of(xml) if process == key]
                self._read[key] += [ProcessModel(label_of(key, tenant), one, key, tenant) for one in alone]
        return self._read[key]


def _of_file(file: Path, label: str) -> list[ProcessModel]:
    try:
        return [ProcessModel(label, xml) for xml, _ in _processes_of(content_of(file))]
    except OSError:
        return []


def _processes_of(xml: str | bytes) -> list[tuple[str, str]]:
    """Each process, as a model of its own, with its key; none if the model cannot be read."""
    with suppress(DefinitionFault):
        return [(alone, key) for key, alone in each_process(xml).items() if steps_in(alone)]
    return []
