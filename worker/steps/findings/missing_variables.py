"""Finds expressions that the engine cannot evaluate on a route that leaves out the step which sets their variable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any, NamedTuple

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.expressions import Node, renamed
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, boolean, names_in, value_of
from worker.steps.bpmn.routes import Route, Routes
from worker.steps.bpmn.step import Condition, Model, Step
from worker.steps.findings.decisions import Decisions
from worker.steps.findings.served import Served

MOST_COMBINATIONS = 200
"""Of answers that are tried with one expression."""
_MISSING = "\0"
"""Stands for the variable where an expression reads it by its bare name: only then the engine fails."""


class MissingVariable(NamedTuple):
    """An expression at an element, and the routes to it on which the variable is not set.

    `with_null`: where a gateway there leads if the variable is null instead, as far as that is certain.
    """

    at: str
    expression: str
    variable: str
    routes: list[Route]
    with_null: str | None = None


class _Failing(NamedTuple):
    """An expression that the engine cannot evaluate without a variable. `given`: the answers that let it come to it."""

    text: str
    given: frozenset[str] = frozenset()


def missing_variables(process: str, served: Served) -> Iterator[MissingVariable]:
    """Of what the steps of a process set: the route to an expression may leave out just the step that sets it."""
    model, local = served.model, {name for one in served.steps.values() for level in one.near for name in level}
    kinds, beside = {id_: one.kind for id_, one in served.steps.items()}, _of_process(process, served.ours)
    sets, answers, read = {one.id: served.set_by(one) for one in beside}, served.answers(), _read_at(model)
    if "" in model.unnamed:
        return
    others, decisions, ended = bringers(process, served), Decisions(served), _behind_ended(served)
    for variable in sorted(read.keys() & set[str]().union(*sets.values()) - local - model.in_code):
        giving = [one for one in beside if variable in sets[one.id]]
        if not all(_nothing_else_sets(variable, one) for one in giving):
            continue
        reading = (one for one in served.steps.values() if one.id in read[variable])
        givers = frozenset(one.id for one in giving)
        within = {scope.id for one in giving for scope in one.scopes}
        judged = {
            one.id: _at_begin(one, variable)
            if one.id in givers
            else _failing(_without_loop(one) if one.id in within else one, variable, answers, decisions)
            for one in reading
        }
        failing = {id_: one for id_, one in judged.items() if one}
        if not failing:
            continue
        open_, free = decisions.open_at_first(givers), decisions.free(givers)
        routes = Routes(model.ways, kinds, givers, others, open_, decisions.names, free, ended)
        undecided = [one for one in routes.to(failing) if _is_undecided(one, variable, failing, decisions)]
        for at in dict.fromkeys(one.elements[-1] for one in undecided):
            found = [one for one in undecided if one.elements[-1] == at]
            with_null = _with_null(served.steps[at], variable, decisions)
            yield MissingVariable(at, failing[at].text, variable, found, with_null)
        told = {one.elements[-1] for one in undecided}
        rest = {at: one.text for at, one in failing.items() if at not in told and not one.given}
        own = {at: text for at, text in rest.items() if _may_mean_its_own(variable, at, served)}
        yield from _before_all(variable, served, own, {*givers, *others})


def _may_mean_its_own(variable: str, at: str, served: Served) -> bool:
    """Whether the model alone shows that a value is missing: a caller may pass the number of its own task in.

    But at a step of ours, whoever wrote it may have meant the number of the very task that is yet to be made.
    """
    return variable not in DEFAULT_RESULT or served.steps[at].topic in served.topics


def _read_at(model: Model) -> Mapping[str, set[str]]:
    """The elements at which each name is read as such."""
    found = dict[str, set[str]]()
    for one in (*model.conditions, *model.others):
        for node in (node for root in one.parts for node in root.walk() if node.kind == "name"):
            found.setdefault(str(node.value), set()).add(one.at)
    return found


def _is_undecided(route: Route, variable: str, failing: Mapping[str, _Failing], decisions: Decisions) -> bool:
    """Whether no decision on the route goes by the variable, or by what may keep the expression from reading it."""
    given, deciding = failing[route.elements[-1]].given, (route.origin, *route.elements[:-1])
    conditions = [one for at in deciding for one in decisions.at(at)]
    return not any(_is_mentioned(name, conditions) for name in (variable, *given))


def _before_all(
    variable: str, served: Served, failing: Mapping[str, str], givers: Collection[str]
) -> Iterator[MissingVariable]:
    """Where the flow first comes to before all that might set the variable. A step sets it only when it ends."""
    for at, text in failing.items():
        step, ways = served.steps[at], served.model.ways
        early = _at_begin(step, variable)
        evaluated = step.kind.endswith("Gateway") or text in [one.text for one in _loop_ends(step)]
        expression = early.text if early else (text if evaluated else None)
        if expression and not any(ways.may_precede(one, at) for one in givers):
            yield MissingVariable(at, expression, variable, [])


def missing_at_timers(step: Step, served: Served) -> Iterator[MissingVariable]:
    """Output parameters of the step that read what only its own completion sets: a timer that ends it fails on them.

    Its `at` is the timer. Whatever else may set the variable before the step is not told.
    """
    model, made = step.model, dict(step.model.made)
    outputs = [made[name] for name in step.own.outputs if name in made]
    for variable in sorted(served.set_by(step) - model.sets - model.in_code - {*step.inputs}):
        failing = next((node.text for node in outputs if _value_without(variable, node, {}) is FAILS), None)
        if failing is None or step.loops or "" in model.unnamed:
            continue
        givers = frozenset(one.id for one in _of_process(step.process, served.ours) if variable in served.set_by(one))
        routes = Routes(model.ways, {}, givers, bringers(step.process, served))
        for timer in routes.timers_before(step.id):
            yield MissingVariable(timer, failing, variable, [])


def _behind_ended(served: Served) -> Mapping[str, list[str]]:
    """For each end of an event sub-process that ends a sub-process as if that had come to its end, what follows that.

    None behind an end that throws something, which may be caught elsewhere, or in a multi-instance, which goes on.
    """
    ways, thrown = served.model.ways, {one.at for one in served.model.raised.thrown}
    found = dict[str, list[str]]()
    for one in served.steps.values():
        own, around = (*ways.around(one.id), "", "")[:2]
        plain = one.kind == "endEvent" and one.id not in {*thrown, *ways.cancelling, *ways.compensating}
        if plain and not one.loops and ways.events.get(own) and around in ways.flows:
            found[one.id] = ways.flows[around]
    return found


def _nothing_else_sets(variable: str, step: Step) -> bool:
    """Whether the model names no other element that sets it than the step itself, by an output parameter."""
    return variable not in step.model.sets or (variable in step.own.outputs and variable in dict(step.model.made))


def bringers(process: str, served: Served) -> frozenset[str]:
    """What else of a process may set any variable."""
    beside = _of_process(process, served.steps.values())
    foreign = [one.id for one in beside if one.external and one.topic not in served.topics]
    unknown = [
        one.id for one in beside if one.topic in served.topics and served.asks(one) and not served.answer_of(one)
    ]
    ways = served.model.ways
    undone = {ways.cancelling.get(event, event) for one in asking_handlers(served) for event in ways.begun_by(one)}
    unnamed = (one.id for one in beside if one.id in served.model.unnamed)
    return frozenset((*foreign, *unknown, *undone, *unnamed))


def asking_handlers(served: Served) -> list[str]:
    """The compensation handlers in which somebody is asked."""
    asking = {id_ for one in served.asking for id_ in (one.id, *(scope.id for scope in one.scopes))}
    return [one for one in served.model.ways.undoes if one in asking]


def _of_process(process: str, steps: Iterable[Step]) -> list[Step]:
    return [one for one in steps if one.process == process]


def _failing(at: Step, variable: str, answers: Mapping[str, list[Any]], decisions: Decisions) -> _Failing | None:
    """The expression at an element, or on a flow from it, that the engine cannot evaluate without the variable.

    It may come to it only after certain `answers`.
    """
    if text := _text_without(at, variable, {}, decisions):
        return _Failing(text)
    here = (one for one in (*at.model.conditions, *at.model.others) if one.at == at.id)
    reading = [one for one in here if not one.ends_loop or one.single]
    names = {name for one in reading for root in one.parts for name in names_in(root)}
    others = sorted(names & answers.keys() - {variable}) if variable in names else []
    for values in islice(product(*(answers[name] for name in others)), MOST_COMBINATIONS if others else 0):
        if text := _text_without(at, variable, dict(zip(others, values, strict=True)), decisions):
            return _Failing(text, frozenset(others))
    return None


def _at_begin(at: Step, variable: str) -> _Failing | None:
    """What the engine cannot evaluate when an element begins. What it evaluates at the end finds what it sets."""
    return next((_Failing(one.text) for one in at.read_at_begin if _value_without(variable, one, {}) is FAILS), None)


def _text_without(at: Step, variable: str, given: Mapping[str, Any], decisions: Decisions) -> str | None:
    conditions, flows = decisions.at(at.id), at.model.ways.leaving.get(at.id, ())
    at_it = (root for one in at.model.others if one.at == at.id for root in one.parts)
    entering = (*at_it, *_loop_ends(at))
    if failing := next((root.text for root in entering if _value_without(variable, root, given) is FAILS), None):
        return failing
    if at.kind == "parallelGateway" or len(conditions) != sum(one.conditional for one in flows):
        return None
    for one in conditions:
        value = _value_without(variable, one.parts[0], given) if one.single else UNKNOWN
        if value is FAILS:
            return one.parts[0].text
        if (
            at.kind == "exclusiveGateway" and boolean(value) is not False
        ):  # the engine may take this flow, and try no other
            return None
    return None


def _value_without(variable: str, node: Node, given: Mapping[str, Any]) -> Any:
    """What an expression gives if there is no such variable; whatever else fails in it is not known here."""
    missing = renamed(node, variable, _MISSING)
    value = value_of(missing, {**given, variable: None, _MISSING: FAILS})
    elsewhere = value_of(missing, {**given, variable: None})
    return UNKNOWN if value is FAILS and (missing == node or elsewhere is FAILS) else value


def _with_null(at: Step, variable: str, decisions: Decisions) -> str | None:
    """Where an exclusive gateway leads if the variable is null."""
    conditions, flows = decisions.at(at.id), at.model.ways.leaving.get(at.id, ())
    if at.kind != "exclusiveGateway" or len(conditions) != sum(one.conditional for one in flows):
        return None
    asked = zip((one for one in flows if one.conditional), conditions, strict=True)
    for flow, one in asked:
        value = boolean(value_of(one.parts[0], {variable: None})) if one.single else UNKNOWN
        if value is not False:
            return flow.target if value is True else None
    return next((one.target for one in flows if one.default), None)


def _without_loop(step: Step) -> Step:
    """A sub-process without its multi-instance: what ends that is evaluated when the steps inside have set theirs."""
    return replace(step, loop=None)


def _loop_ends(step: Step) -> list[Node]:
    """What the engine evaluates after each instance of a multi-instance."""
    if step.loop is None:
        return []
    return [one.parts[0] for one in step.model.conditions if one.at == step.id and one.ends_loop and one.single]


def _is_mentioned(variable: str, conditions: list[Condition]) -> bool:
    """Whether one of them reads the variable, or asks by its name whether it is there."""
    nodes = (node for one in conditions for root in one.parts for node in root.walk())
    return any(node.value == variable for node in nodes)
