"""Finds what goes by the last of several answers of a multi-instance, as if it stood for all of them.

Behind the loop the plain variable has only the newest answer. That is enough where a `completionCondition` ends the
loop with the first answer that makes a difference to the condition.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from worker.steps.bpmn.expressions import Node, renamed
from worker.steps.bpmn.flows import Ways, reached
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, names_in, value_of
from worker.steps.bpmn.step import Condition, Step
from worker.steps.findings.answer_ways import AnswerWays
from worker.steps.findings.never_given import Answers, is_truth, widest

_COMPLETED = "nrOfCompletedInstances"
_COUNTS = frozenset({_COMPLETED, "nrOfInstances", "nrOfActiveInstances", "loopCounter"})
_FEW = range(1, 21)
_MISSING = "\0"
_HOW_MANY = (1, 2, 3, 1000)
"""How many have answered when the engine asks whether the loop ends: a sample of numbers, the first one first."""


def last_of_several(
    step: Step, answers: Answers, others: Collection[Step], behind: AnswerWays, *, may_be_null: bool
) -> list[str]:
    """The comparisons behind loops of the step that tell apart answers of which only the last one counts.

    `others`: further steps that leave the same variable. `may_be_null`: the step may also end without an answer.
    """
    if answers.variable in {*step.model.sets, *step.model.in_code}:  # they may make one answer of all
        return []
    given = range(len(answers.values) + may_be_null)
    found, flowing = dict[str, None](), {*map(id, step.model.conditions)}
    for condition in (*step.model.conditions, *step.model.others):
        loops = [*_left(step, condition, answers.variable, flows=id(condition) in flowing)]
        seen = [id_ for id_ in loops if not _passed(others, step.model.ways, id_, condition.at)]
        if seen == loops and loops:
            ending = set(given).intersection(*(_ending(step, id_, answers, given) for id_ in loops))
            final = final_answers(step, answers, behind, given, loops)
            rest = [number for number in final if number not in ending]
            found |= dict.fromkeys(_telling_apart(condition, answers, rest))
    return list(found)


def final_answers(
    step: Step, answers: Answers, behind: AnswerWays, given: Iterable[int], loops: Collection[str]
) -> list[int]:
    """The answers, by number, with which the instances of these loops may end: after others the step asks again."""
    scopes = [id_ for id_ in loops if id_ != step.id]
    values = {number: answers.values_with(number) for number in given}
    return [number for number, one in values.items() if all(behind.may_end(id_, step.id, one) for id_ in scopes)]


def may_be_missing(step: Step, answers: Answers) -> list[str]:
    """The answers of single instances that conditions behind the loop read by name, though it may end before them."""
    loops = [(id_, loop) for id_, loop in step.loops if loop.multi]
    until = _until(step, loops[0][0]) if len(loops) == 1 else None
    if until is None:
        return []
    found, (id_, loop), given = dict[str, None](), loops[0], range(len(answers.values))
    outcomes = {many: [_outcome(until, answers, number, many) for number in given] for many in _FEW}
    certain = next((many for many, several in outcomes.items() if all(one is True for one in several)), None)
    for condition in step.model.conditions:
        read = _numbered(condition, answers.variable)
        if not read or id_ not in _left(step, condition, answers.variable, flows=True):
            continue
        # In parallel any of them may be the ones that are left out, also the first.
        counted = certain is not None and (max(read) >= certain or not loop.sequential)
        if counted and not loop.sequential:
            found |= dict.fromkeys(read.values())
        elif counted:
            found |= dict.fromkeys(name for number, name in read.items() if number >= (certain or 0))
        for there in _ended_early(outcomes, max(read), sequential=loop.sequential):
            if _fails_with(condition.parts[0], answers, read, there):
                kept = there if loop.sequential else ()
                found |= dict.fromkeys(name for number, name in read.items() if number not in kept)
    return sorted(found)


def _ended_early(outcomes: Mapping[int, list[object]], last: int, *, sequential: bool) -> Iterator[dict[int, int]]:
    """The answers, by instance, that may be there when the loop ends before instance `last`; the one that ends it last.

    Of several answers before that one, only those that are all the same.
    """
    for who, several in ((many - 1, several) for many, several in outcomes.items() if many <= last):
        for ending in (number for number, one in enumerate(several) if one is True):
            if not sequential:
                yield from ({one: ending} for one in range(last + 1) if who == 0)
            elif who == 0:
                yield {0: ending}
            else:
                earlier = [outcomes[many] for many in range(1, who + 1)]
                going_on = [number for number in range(len(several)) if all(one[number] is False for one in earlier)]
                yield from ({**dict.fromkeys(range(who), one), who: ending} for one in going_on)


def _fails_with(node: Node, answers: Answers, read: Mapping[int, str], there: Mapping[int, int]) -> bool:
    """Whether the engine cannot evaluate a condition when only these answers are there."""
    values: dict[str, object] = {**answers.values_with([*there.values()][-1]), _MISSING: FAILS}
    for number, name in read.items():
        if number in there:
            values[name] = answers.values[there[number]]
        else:
            node, values[name] = renamed(node, name, _MISSING), None
    return value_of(node, values) is FAILS


def _numbered(condition: Condition, variable: str) -> dict[int, str]:
    """The answers of single instances that a condition reads by name, which fails for one that is missing."""
    nodes = (one for root in condition.parts for one in root.walk() if one.kind == "name")
    own = re.compile(rf"{re.escape(variable)}_(\d+)")
    return {int(number[1]): number[0] for one in nodes if (number := own.fullmatch(str(one.value)))}


def _left(step: Step, condition: Condition, variable: str, *, flows: bool) -> Iterator[str]:
    """The loops that have ended when the engine evaluates a condition, the innermost first.

    `flows`: it is the condition of a flow, a loop or an event.
    """
    ways, at = step.model.ways, condition.at
    around = {*ways.around(at)}
    levels = [(step.id, step.own, step.loop), *((one.id, one.own, one.loop) for one in step.scopes)]
    for number, (id_, own, loop) in enumerate(levels):
        if id_ in around or variable in own.inputs or (at == id_ and (condition.ends_loop or not flows)):
            return
        outer = {one for one, _, _ in levels[number + 1 :]}
        behind = reached([aim for one in (id_, *outer) for aim in ways.flows.get(one, ())], ways.flows)
        last = at in (id_, *outer) and flows
        if loop and loop.multi and (last or not behind.isdisjoint({at, *around} - outer)):
            yield id_


def _passed(others: Collection[Step], ways: Ways, loop: str, to: str) -> bool:
    """Whether another step leaves its answer in the variable on every way from the loop."""
    ids = (id_ for one in others for id_ in (one.id, *(scope.id for scope in one.scopes)))
    return any(ways.pass_between(loop, id_, to) for id_ in ids if id_ not in (loop, to))


def _ending(step: Step, loop: str, answers: Answers, given: Sequence[int]) -> set[int]:
    """The answers, by number, after which the loop ends, or may end for reasons that the model does not show."""
    node = _until(step, loop)
    if node is None:
        return set()
    outcomes = {number: [_outcome(node, answers, number, many) for many in _HOW_MANY] for number in given}
    if all(several[0] is True for several in outcomes.values()):  # the first answer is the only one
        return set(given)
    foreign = not names_in(node) <= {*_COUNTS, *answers.names}
    return {
        number
        for number, several in outcomes.items()
        if all(one is True or (foreign and one is UNKNOWN) for one in several)
    }


def _until(step: Step, loop: str) -> Node | None:
    """The completion condition of a loop."""
    until = (one for one in step.model.conditions if one.ends_loop and one.at == loop and one.single)
    return next((one.parts[0] for one in until), None)


def _outcome(node: Node, answers: Answers, number: int, many: int) -> object:
    return value_of(node, {**answers.values_with(number), _COMPLETED: many})


def _telling_apart(condition: Condition, answers: Answers, given: Sequence[int]) -> Iterator[str]:
    """Values that are only passed on are no decisions."""
    for node in (one for root in condition.parts for one in widest(root, answers)):
        if names_in(node) == {answers.variable} and any(map(is_truth, node.walk())):
            outcomes = answers.outcomes(node)
            if len({str(outcomes[number]) for number in given}) > 1:
                yield node.text
