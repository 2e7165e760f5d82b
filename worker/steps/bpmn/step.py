"""The records that say what the model says about a step and the scopes around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from worker.steps.bpmn.expressions import Node, expressions_in
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import Ways
from worker.steps.bpmn.raised import Raised


@dataclass(frozen=True, slots=True)
class Loop:
    """How an activity repeats. `multi` False: a standard loop, which the engine ignores."""

    sequential: bool
    multi: bool = True
    element_variable: str | None = None
    """The variable in which each instance gets its element; None if the loop has none."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The local variables of an activity, and which of them outlive it."""

    inputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Its input parameters, each with the words in its value. They end with the activity, and so does everything
    written into them."""
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Its output parameters, each with the words in its value."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """The values of the input parameters without an expression or a script: texts, and lists and maps of them. None for
    a blank one, as the engine makes it."""
    read_by_listeners: frozenset[str] = frozenset()
    """Words in its end listeners, which still see its local variables."""
    written: frozenset[str] = frozenset()
    """Variables that its end listeners set to a value of something else, or remove."""

    @property
    def handed_on(self) -> frozenset[str]:
        """Words in everything that runs when it ends: output parameters and end listeners."""
        return self.read_by_listeners.union(*self.outputs.values())

    @property
    def overwritten(self) -> frozenset[str]:
        """Output parameters whose value does not mention the variable of the same name."""
        return frozenset(name for name, words in self.outputs.items() if name not in words)


class Level(NamedTuple):
    """Variables as near to a step as each other. `of`: the id of the element that has them."""

    of: str
    names: Collection[str]
    constants: Mapping[str, Any]
    """As in `Variables`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The process or a sub-process around a step. `loop` None: it runs once."""

    id: str
    kind: str
    loop: Loop | None = None
    own: Variables = field(default_factory=Variables)
    inside: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """For each word, how many elements inside mention it. The scope's own parameters, listeners and loop do not
    count."""
    outside: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the rest of the model and for the scope's own loop: neither sees the scope's local variables."""
    around: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the scope's own parameters and listeners."""
    name: str | None = None
    runs: bool = True
    """False: a process that is not executable, so that the engine does not deploy it."""


class Condition(NamedTuple):
    """A condition of a flow, a loop or an event, or another text with expressions."""

    text: str
    parts: tuple[Node, ...]
    """The expressions in it, up to one that cannot be parsed."""
    at: str = ""
    """The id of the element that evaluates it: the source of the flow, the activity that repeats, the event, whatever
    has the parameter or listener."""
    single: bool = True
    """It is one expression and nothing else."""
    ends_loop: bool = False
    """It is the `completionCondition` of a multi-instance."""


class Read(NamedTuple):
    """A variable that the engine reads by its name."""

    name: str
    at: str
    """The id of what stands in the flow and reads it, or contains what does; for a flow's condition, its source."""
    parameter: str = ""
    """The input parameter of a step in whose value it is read; empty: it is read elsewhere."""


class Written(NamedTuple):
    """A variable that a listener or a service call sets to a value of something else, or removes."""

    name: str
    at: str
    """The id of the element, or of the flow."""
    event: str | None
    """Of the listener; None: it has none."""


@dataclass(frozen=True, slots=True)
class Model:
    """What the whole definition says: one record for all its steps."""

    sets: frozenset[str] = frozenset()
    """Names of the variables that any element sets."""
    setters: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    """The ids of the elements that set each of them, but for those of loops."""
    made: tuple[tuple[str, Node], ...] = ()
    """The variables that only one element sets, by an expression, with that expression."""
    fixed: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """The variables that elements set to fixed values only, with these values."""
    conditions: tuple[Condition, ...] = ()
    """The expressions of all flows, loops and conditional events."""
    others: tuple[Condition, ...] = ()
    """All other expressions: of parameters, listeners, timers, service calls and attributes."""
    written: tuple[Written, ...] = ()
    reads: tuple[Read, ...] = ()
    ways: Ways = field(default_factory=Ways, compare=False)
    literal_conditions: tuple[str, ...] = ()
    """The conditions that are no expression, so that the engine takes them for no boolean."""
    in_code: frozenset[str] = frozenset()
    """Words in scripts, listeners and service expressions, which may set any variable."""
    raised: Raised = field(default_factory=Raised, compare=False)
    hanging: tuple[ModelFinding, ...] = field(default=(), compare=False)
    """The gateways at which a process waits for ever."""
    unnamed: frozenset[str] = frozenset()
    """Ids of the elements, other than external tasks, that may set variables which the model does not name; an empty
    one stands for a process."""


@dataclass(frozen=True, slots=True)
class Step:
    """One activity as modelled.

    `scopes`: what surrounds it, nearest first, the process last. `caught`: error codes that a boundary event or an
    event sub-process around it catches within this definition; None in it stands for any code. If another process calls
    this one, that process may catch further errors.
    """

    id: str
    name: str | None
    kind: str = ""
    """Its element in BPMN, such as `serviceTask`."""
    model: Model = field(default_factory=Model)
    own: Variables = field(default_factory=Variables)
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of each input parameter whose value is no script, list or map."""
    mentioned: frozenset[str] = frozenset()
    """Words in its own expressions and scripts: the engine reads the variables of these names."""
    around: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """For each word, how many of its own parameters and listeners mention it."""
    at_once: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the conditions that the engine evaluates in the transaction of its completion."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Its extension properties."""
    nameless: tuple[str, ...] = ()
    """Extension properties without a name, by id or value: the engine fails every fetch that would hand them out."""
    elsewhere: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """What stands in places that the engine hands out to no worker, by place: extension properties of the process,
    pool, lanes and sub-processes around the step, of flows into it, of its boundary events, event definitions and loop;
    its field injections; and properties in Camunda 8's form."""
    loop: Loop | None = None
    scopes: tuple[Scope, ...] = ()
    caught: frozenset[str | None] = frozenset()
    topic: str | None = None
    """The topic of an external task; None for other elements."""
    external: bool = False
    """Its `type` is external: without that the engine ignores the topic."""
    twice: tuple[str, ...] = ()
    """What it says twice with different values: `properties.NAME`, `inputParameters.NAME`."""
    beside: frozenset[str] = frozenset()
    """Ids of elements that may be active at the same time, in other branches of a fork."""
    doubled: tuple[str, ...] = ()
    """Ids of the step and the sub-processes around it that may be active twice at once, nearest first."""
    repeated: tuple[str, ...] = ()
    """Ids of the step and the sub-processes around it to which flows lead back, nearest first."""
    compensates: bool = False
    """It is a compensation handler."""
    retry_cycle: str | None = None
    """Its `failedJobRetryTimeCycle`, if the engine has no job of this step to which it applies."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its input parameters."""
        return tuple(self.own.inputs)

    @property
    def read_at_begin(self) -> list[Node]:
        """The expressions that the engine evaluates when the step begins: those of its input parameters."""
        return [root for text in self.texts.values() for root in expressions_in(text)]

    @property
    def process(self) -> str:
        """The id of the process that it is in; empty if there is none."""
        return self.scopes[-1].id if self.scopes else ""

    @property
    def levels(self) -> tuple[Level, ...]:
        """Its local variables, then those of each sub-process around it, nearest first.

        The parameters come before the loop's element variable, which they hide. A process has neither.
        """
        around = [(self.id, self.own, self.loop), *((one.id, one.own, one.loop) for one in self.scopes[:-1])]
        return tuple(
            level
            for of, own, loop in around
            for level in (
                Level(of, own.inputs, own.constants),
                Level(of, [loop.element_variable] if loop and loop.element_variable else (), {}),
            )
        )

    @property
    def near(self) -> tuple[Collection[str], ...]:
        """The names at each of its `levels`."""
        return tuple(level.names for level in self.levels)

    def catches(self, code: str) -> bool:
        """Whether an event in this definition catches a BPMN error with this code."""
        return code in self.caught or None in self.caught

    @property
    def loops(self) -> tuple[tuple[str, Loop], ...]:
        """The loops that multiply this step, by id: its own and those of the sub-processes around it, nearest first."""
        around = [(self.id, self.loop), *((scope.id, scope.loop) for scope in self.scopes)]
        return tuple((id_, loop) for id_, loop in around if loop is not None)
