"""Models that an editor or a hand has left unfinished: the engines refuse each, and `check --model` says why."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.models import definitions

ASK = '<bpmn:serviceTask id="Ask" camunda:type="external" camunda:topic="{key}"/>'
AROUND = '<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">'
SOUND = '<bpmn:startEvent id="start"/>' + ASK + '<bpmn:endEvent id="end"/>'
START = '<bpmn:startEvent id="start"/>'
FIRST = '<bpmn:sequenceFlow id="first" sourceRef="start" targetRef="{to}"/>'
CONDITION = "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">${{Ask == '{}'}}</bpmn:conditionExpression>"
YES, NO = (CONDITION.format(one) for one in ("ok", "no"))


def model(content: str, root: str = "") -> str:
    """A format string with one field, `key`."""
    return definitions(f"{root}{AROUND}{content}</bpmn:process>")


def _flow(source: str, target: str, condition: str = "") -> str:
    ends = f'sourceRef="{source}" targetRef="{target}"'
    escaped = condition.replace("{", "{{").replace("}", "}}")
    return f'<bpmn:sequenceFlow id="{source}_{target}" {ends}>{escaped}</bpmn:sequenceFlow>'


def _gateway(flows: str, default: str = "") -> str:
    said = f'default="{default}"' if default else ""
    ends = "".join(f'<bpmn:endEvent id="e{number}"/>' for number in (1, 2, 3))
    return model(
        SOUND + _flow("start", "Ask") + _flow("Ask", "g") + f'<bpmn:exclusiveGateway id="g" {said}/>' + flows + ends
    )


def _event(
    kind: str, tag: str = "intermediateCatchEvent", inside: str = "", attributes: str = "", more: str = ""
) -> str:
    definition = f"<bpmn:{kind}EventDefinition {attributes}>{inside}</bpmn:{kind}EventDefinition>" if kind else ""
    return f'<bpmn:{tag} id="x" {more}>{definition}</bpmn:{tag}>'


def _beside(content: str, root: str = "") -> str:
    return model(SOUND + _flow("start", "Ask") + _flow("Ask", "end") + content, root)


def _many(inside: str, attributes: str = "") -> str:
    loop = f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{inside}</bpmn:multiInstanceLoopCharacteristics>"
    return f'<bpmn:userTask id="x">{loop}</bpmn:userTask>'


def _sub(content: str, more: str = "") -> str:
    return f'<bpmn:subProcess id="sub" {more}>{content}</bpmn:subProcess>'


AT_ASK = 'attachedToRef="Ask"'
EVENTS = 'triggeredByEvent="true"'
DURATION = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>'
MESSAGE = '<bpmn:message id="m" name="m_{key}"/>'
REFUSED: Mapping[str, tuple[str, list[tuple[str, str]]]] = {
    "a script task without script": (
        _beside('<bpmn:scriptTask id="x" scriptFormat="groovy"/>'),
        [("x", "lacking")],
    ),
    "an id twice": (_beside('<bpmn:task id="Ask"/>'), [("Ask", "same_id")]),
    "an id of a flow twice": (_beside(_flow("Ask", "end")), [("Ask_end", "same_id")]),
    "an empty id": (_beside('<bpmn:task id=""/>'), [("{key}", "empty_id")]),
    "an empty id of a message": (_beside("", '<bpmn:message id="" name="m_{key}"/>'), [("?", "empty_id")]),
    "an id with a blank": (_beside('<bpmn:task id="to do"/>'), [("to do", "bad_id")]),
    "an id that begins with a digit": (_beside('<bpmn:task id="1st"/>'), [("1st", "bad_id")]),
    "a flow to nowhere": (_beside(_flow("Ask", "nowhere")), [("Ask_nowhere", "no_such")]),
    "a flow from nowhere": (_beside(_flow("nowhere", "end")), [("nowhere_end", "no_such")]),
    "a flow into a sub-process": (
        _beside(_sub('<bpmn:startEvent id="in"/><bpmn:task id="x"/>') + _flow("Ask", "x")),
        [("Ask_x", "flow_outside")],
    ),
    "a flow to a data object": (
        _beside('<bpmn:dataObject id="d"/>' + _flow("Ask", "d")),
        [("Ask_d", "flow_outside")],
    ),
    "a default flow that is not there": (
        _gateway(_flow("g", "e1", YES) + _flow("g", "e2", NO), "none"),
        [("g", "no_such")],
    ),
    "a default flow with a condition": (
        _gateway(_flow("g", "e1", YES) + _flow("g", "e2", NO), "g_e2"),
        [("g", "default_asks")],
    ),
    "the only flow has a condition": (_gateway(_flow("g", "e1", YES)), [("g", "only_flow_asks")]),
    "two flows without a condition": (
        _gateway(_flow("g", "e1", YES) + _flow("g", "e2") + _flow("g", "e3")),
        [("g", "several_plain")],
    ),
    "a gateway without a way on": (_gateway(""), [("g", "lacking")]),
    "a boundary event at nothing": (
        _beside(_event("timer", "boundaryEvent", DURATION, more='attachedToRef="none"')),
        [("x", "no_such")],
    ),
    "a boundary event without a step": (_beside(_event("timer", "boundaryEvent", DURATION)), [("x", "lacking")]),
    "a boundary event of no type": (_beside(_event("", "boundaryEvent", more=AT_ASK)), [("x", "lacking")]),
    "a catch event of no type": (_beside(_event("")), [("x", "lacking")]),
    "an event without a message": (_beside(_event("message")), [("x", "lacking")]),
    "an event with an unknown message": (
        _beside(_event("message", "boundaryEvent", attributes='messageRef="none"', more=AT_ASK)),
        [("x", "no_such")],
    ),
    "a message without a name": (
        _beside(_event("message", attributes='messageRef="m"'), '<bpmn:message id="m"/>'),
        [("x", "nameless")],
    ),
    "a receive task with an unknown message": (
        _beside('<bpmn:receiveTask id="x" messageRef="none"/>'),
        [("x", "no_such")],
    ),
    "a throw event without a signal": (_beside(_event("signal", "intermediateThrowEvent")), [("x", "lacking")]),
    "an event with an unknown signal": (_beside(_event("signal", attributes='signalRef="none"')), [("x", "no_such")]),
    "an end event without an error": (_beside(_event("error", "endEvent")), [("x", "lacking")]),
    "an end event with an error without a code": (
        _beside(_event("error", "endEvent", attributes='errorRef="m"'), '<bpmn:error id="m"/>'),
        [("x", "nameless")],
    ),
    "an end event without an escalation": (_beside(_event("escalation", "endEvent")), [("x", "lacking")]),
    "an escalation event at an external task": (
        _beside(_event("escalation", "boundaryEvent", more=AT_ASK)),
        [("x", "misplaced")],
    ),
    "a timer without a time": (_beside(_event("timer")), [("x", "lacking")]),
    "a conditional event without a condition": (_beside(_event("conditional")), [("x", "lacking")]),
    "a cancel event outside of a transaction": (_beside(_event("cancel", "endEvent")), [("x", "misplaced")]),
    "two start events": (_beside('<bpmn:startEvent id="again"/>'), [("{key}", "several_starts")]),
    "a plain start event beside a timer": (
        _beside(_event("timer", "startEvent", DURATION)),
        [("{key}", "several_starts")],
    ),
    "no start event": (model(ASK), [("{key}", "lacking")]),
    "a sub-process without a start event": (_beside(_sub('<bpmn:task id="x"/>')), [("sub", "lacking")]),
    "two start events in a sub-process": (
        _beside(_sub('<bpmn:startEvent id="in"/><bpmn:startEvent id="too"/>')),
        [("sub", "several_starts")],
    ),
    "a start event of a message in a plain sub-process": (
        _beside(_sub(_event("message", "startEvent", attributes='messageRef="m"')), MESSAGE),
        [("x", "misplaced")],
    ),
    "a plain start event in an event sub-process": (
        _beside(_sub('<bpmn:startEvent id="x"/>', EVENTS)),
        [("x", "misplaced")],
    ),
    "a flow to an event sub-process": (
        _beside(_sub(_event("timer", "startEvent", DURATION), EVENTS) + _flow("Ask", "sub")),
        [("Ask_sub", "misplaced")],
    ),
    "a flow to what compensates": (
        _beside('<bpmn:task id="x" isForCompensation="true"/>' + _flow("Ask", "x")),
        [("Ask_x", "misplaced")],
    ),
    "a receive task behind an event-based gateway": (
        _beside('<bpmn:eventBasedGateway id="g"/>' + '<bpmn:receiveTask id="x"/>' + _flow("g", "x")),
        [("g_x", "misplaced")],
    ),
    "another flow to an event behind an event-based gateway": (
        _beside(
            '<bpmn:eventBasedGateway id="g"/>' + _event("timer", inside=DURATION) + _flow("g", "x") + _flow("Ask", "x")
        ),
        [("Ask_x", "misplaced")],
    ),
    "a call of nothing": (_beside('<bpmn:callActivity id="x"/>'), [("x", "lacking")]),
    "a service task that does nothing": (_beside('<bpmn:serviceTask id="x"/>'), [("x", "lacking")]),
    "a send task that does nothing": (_beside('<bpmn:sendTask id="x"/>'), [("x", "lacking")]),
    "a decision without a table": (_beside('<bpmn:businessRuleTask id="x"/>'), [("x", "lacking")]),
    "an external task without a topic": (
        _beside('<bpmn:serviceTask id="x" camunda:type="external"/>'),
        [("x", "no_topic"), ("x", "never_begins")],
    ),
    "many instances of nothing": (_beside(_many("")), [("x", "lacking")]),
    "an element of no list": (
        _beside(_many("<bpmn:loopCardinality>2</bpmn:loopCardinality>", 'camunda:elementVariable="one"')),
        [("x", "lacking")],
    ),
}
"""By what is wrong: the model, and what is found in it (the element, and the kind)."""
DEPLOYED: Mapping[str, str] = {
    "plain": _beside(""),
    "an id in extensions twice": _beside(
        '<bpmn:task id="x"><bpmn:extensionElements><camunda:properties><camunda:property id="Ask" name="a" value="1"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:task>"
    ),
    "a Cyrillic id": _beside('<bpmn:task id="Шаг-1.а_б"/>'),
    "one flow without a condition": _gateway(_flow("g", "e1", YES) + _flow("g", "e2")),
    "a throw event without a message": _beside(_event("message", "intermediateThrowEvent")),
    "a receive task without a message": _beside('<bpmn:receiveTask id="x"/>'),
    "an error event for any error": _beside(_event("error", "boundaryEvent", more=AT_ASK)),
    "an unknown error is its own code": _beside(_event("error", "endEvent", attributes='errorRef="none"')),
    "a start event of a message beside a plain one": _beside(
        _event("message", "startEvent", attributes='messageRef="m"'), MESSAGE
    ),
    "a transaction without a start event": _beside('<bpmn:transaction id="t"><bpmn:task id="x"/></bpmn:transaction>'),
    "a cancel event in a transaction": _beside(
        '<bpmn:transaction id="t"><bpmn:startEvent id="in"/>' + _event("cancel", "endEvent") + "</bpmn:transaction>"
        '<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>'
    ),
    "an escalation event at a user task": _beside(
        '<bpmn:userTask id="u"/>' + _event("escalation", "boundaryEvent", more='attachedToRef="u"')
    ),
    "a call of a case": _beside('<bpmn:callActivity id="x" camunda:caseRef="c"/>'),
    "a call of an empty name": _beside('<bpmn:callActivity id="x" calledElement=""/>'),
    "a script task with an empty script": _beside('<bpmn:scriptTask id="x"><bpmn:script/></bpmn:scriptTask>'),
    "many instances of a list": _beside(_many("", 'camunda:collection="all" camunda:elementVariable="one"')),
    "whatever is in a process that is not executable": definitions(
        AROUND
        + SOUND
        + _flow("start", "Ask")
        + '</bpmn:process><bpmn:process id="{key}_o" isExecutable="false"><bpmn:serviceTask id="x"/>'
        + _event("").replace("x", "y")
        + _flow("x", "y")
        + "</bpmn:process>"
    ),
}
"""The neighbours of these that engines deploy, and of which nothing is found."""
