"""Errors and escalations that nothing catches, and events that wait for some that nothing raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import found

CONFIG = "topics: {bitrix_create_task: {wait: {declined: 'error:DECLINED', answers: {ДА: ok, НЕТ: 'error:NO'}}}}"
SILENT = "topics: {bitrix_create_task: {}}"
OURS = '<serviceTask id="Task_Create" type="external" topic="bitrix_create_task">{}</serviceTask>'
CODES = "".join(
    f'<{kind} id="{code}" {kind}Code="{code}"/>' for kind in ("error", "escalation") for code in ("NO", "no", "STOP")
)
KINDS = ("error_uncaught", "escalation_uncaught", "error_of_step_never", "error_never", "escalation_never")


def model(inside: str, beside: str = "", *, step: str = OURS.format("")) -> str:
    return (
        f'<definitions>{CODES}<process id="p"><startEvent id="s"/><subProcess id="z"><startEvent id="z_s"/>{step}'
        f"{inside}</subProcess>{beside}</process></definitions>"
    )


def event(kind: str, code: str = "", *, of: str = "error", at: str = "") -> str:
    attached = f' attachedToRef="{at}"' if at else ""
    reference = f' {of}Ref="{code}"' if code else ""
    return f'<{kind} id="{kind}_{code}"{attached}><{of}EventDefinition{reference}/></{kind}>'


def handler(code: str, *, of: str = "error") -> str:
    return f'<subProcess id="handler" triggeredByEvent="true">{event("startEvent", code, of=of)}</subProcess>'


def told(xml: str, folder: Path, config: str = CONFIG) -> dict[str, str]:
    return {kind: seen for kind, (seen, _) in found(xml, folder, config).items() if kind in KINDS}


ENDS, ESCALATES = event("endEvent", "STOP"), event("intermediateThrowEvent", "STOP", of="escalation")


@pytest.mark.parametrize(
    ("xml", "kinds"),
    [
        (model(ENDS), ["error_uncaught"]),
        (model(ENDS, event("boundaryEvent", "STOP", at="z")), []),
        (model(ENDS, event("boundaryEvent", at="z")), []),
        (model(ENDS + handler("STOP")), []),
        (model(ENDS, handler("STOP")), []),
        (model(ENDS, event("boundaryEvent", "STOP", at="z", of="escalation")), ["error_uncaught", "escalation_never"]),
        (model(event("endEvent", "no"), event("boundaryEvent", "NO", at="z")), ["error_uncaught"]),
        (model("", ENDS), []),
        (model(ESCALATES), ["escalation_uncaught"]),
        (model(ESCALATES, event("boundaryEvent", "STOP", at="z", of="escalation")), []),
        (model("", ESCALATES), []),
    ],
)
def test_what_is_thrown_in_a_sub_process_and_caught_nowhere(xml: str, kinds: list[str], tmp_path: Path) -> None:
    assert sorted(told(xml, tmp_path)) == kinds


@pytest.mark.parametrize(
    ("code", "config", "given"),
    [
        ("NO", CONFIG, None),
        ("DECLINED", CONFIG, None),
        ("", CONFIG, None),
        (
            "no",
            CONFIG,
            "an error no of the step Task_Create, and the settings of its topic give these codes: DECLINED, NO",
        ),
        ("NO", SILENT, "an error NO of the step Task_Create, and the settings of its topic give these codes: none"),
        (
            "",
            SILENT,
            "an error with any code of the step Task_Create, and the settings of its topic give these codes: none",
        ),
    ],
)
def test_an_event_at_a_step_of_ours_for_an_error_that_its_topic_does_not_give(
    code: str, config: str, given: str | None, tmp_path: Path
) -> None:
    seen = told(model(event("boundaryEvent", code, at="Task_Create")), tmp_path, config).get("error_of_step_never", "")
    assert (given in seen) if given else not seen


def test_a_step_that_the_model_or_code_of_its_own_lets_fail_is_not_judged(tmp_path: Path) -> None:
    given = '<extensionElements><errorEventDefinition errorRef="STOP" expression="${true}"/></extensionElements>'
    listens = '<extensionElements><executionListener event="end" class="a.B"/></extensionElements>'
    for step, code in ((given, "STOP"), (listens, "no")):
        xml = model(event("boundaryEvent", code, at="Task_Create"), step=OURS.format(step))
        assert told(xml, tmp_path) == {}


FOREIGN = '<serviceTask id="b" type="external" topic="others"/>'


@pytest.mark.parametrize(
    ("inside", "of", "code", "never"),
    [
        ("", "error", "STOP", True),
        ("", "error", "NO", False),
        ("", "error", "", False),
        (ENDS, "error", "STOP", False),
        (FOREIGN, "error", "STOP", False),
        ('<scriptTask id="b"/>', "error", "STOP", False),
        ('<userTask id="b"/>', "error", "STOP", False),
        ('<callActivity id="b"/>', "error", "STOP", False),
        ('<endEvent id="b"><messageEventDefinition class="a.B"/></endEvent>', "error", "STOP", False),
        ('<task id="b"/><receiveTask id="c"/>', "error", "STOP", True),
        ("", "escalation", "STOP", True),
        ("", "escalation", "", True),
        (ESCALATES, "escalation", "STOP", False),
        (ESCALATES, "escalation", "no", True),
    ],
)
def test_an_event_around_a_sub_process_in_which_nothing_raises_its_code(
    inside: str, of: str, code: str, never: bool, tmp_path: Path
) -> None:
    for xml in (model(inside, event("boundaryEvent", code, at="z", of=of)), model(inside + handler(code, of=of))):
        assert (f"{of}_never" in told(xml, tmp_path)) is never
