"""Works out which names processes that are checked together bring to each other, by calls: no slips of other names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from worker.commands.check.model_sources import ProcessModel
from worker.commands.check.step import processes_checked
from worker.steps.bpmn.calls import Call
from worker.steps.findings.model import findings_of_names
from worker.steps.findings.served import Served
from worker.steps.findings.slipped_names import slipped_names
from worker.words import look_names as names
from worker.words.phrase import Phrase


class BroughtNames:
    """The names that other processes bring to each. `answers_left`: those that people answer in one, however deep."""

    def __init__(
        self,
        named: Collection[ProcessModel],
        served: Callable[[ProcessModel], Served],
        calls_of: Callable[[ProcessModel], Iterable[tuple[Call, ProcessModel]]],
        answers_left: Callable[[ProcessModel], Collection[str]],
    ) -> None:
        self._named = named
        self._served = served
        self._calls_of = calls_of
        self._answers_left = answers_left
        self._slipped = dict[ProcessModel, Collection[str]]()

    def made_good(self) -> Iterator[tuple[Phrase, Phrase]]:
        """What would be told of a model by itself as a slip: the element, and what would be seen of it."""
        for model in self._named:
            served, brought = self._served(model), self._brought(model)
            for process in processes_checked(served) if brought else ():
                left = [*findings_of_names(process, served, brought=brought)]
                for one in (one for one in findings_of_names(process, served) if one not in left):
                    yield names.element(model.label, served.kinds[one.at], one.at), one.seen

    def slipped(self, model: ProcessModel) -> Collection[str]:
        """The names that are told of a model as slips."""
        if model not in self._slipped:
            served, brought = self._served(model), self._brought(model)
            told = processes_checked(served) if model in self._named else ()
            slips = (one for process in told for one in slipped_names(process, served, brought=brought))
            self._slipped[model] = {one.name for one in slips}
        return self._slipped[model]

    def _brought(self, model: ProcessModel) -> set[str]:
        """What callers pass to a process, and what it gets back.

        Where a call takes all variables, these are also those that others bring to its other side.
        """
        todo, seen, found = [model], set[ProcessModel](), set[str]()
        while todo:
            if (one := todo.pop()) in seen:
                continue
            seen.add(one)
            for caller, call in self._callers_of(one):
                found |= {*call.passed, *(self._served(caller).sets() if call.passes_all else ())}
                todo += [caller] if call.passes_all else []
            for call, called in self._calls_of(one):
                found |= {*self._answers_left(called), *(self._served(called).outlasting() if call.all else ())}
                todo += [called] if call.all else []
        return found

    def _callers_of(self, model: ProcessModel) -> Iterator[tuple[ProcessModel, Call]]:
        calls = ((caller, call, called) for caller in self._named for call, called in self._calls_of(caller))
        yield from ((caller, call) for caller, call, called in calls if called == model)
