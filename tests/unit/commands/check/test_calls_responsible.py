"""`check --model` of a caller with what it calls: who is responsible, where only the caller names the person."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.cli import main

MODEL = """<definitions><process id="{id}" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>{parts}
</process></definitions>"""
STEP = '<serviceTask id="Ask" type="external" topic="bitrix_create_task"/><sequenceFlow sourceRef="s" targetRef="Ask"/>'
CALL = """<callActivity id="{id}" calledElement="{called}"><extensionElements>{given}</extensionElements></callActivity>
<sequenceFlow sourceRef="s" targetRef="{id}"/>"""
GIVEN, OTHER, ALL = (
    '<in source="buyer" target="responsibleId"/>',
    '<in source="buyer" target="buyer"/>',
    '<in variables="all"/>',
)
NAMED = '<inputOutput><inputParameter name="responsible_id">7</inputParameter></inputOutput>'
IN_FORM = """<userTask id="U"><extensionElements><formData><formField id="responsibleId"/></formData>
</extensionElements></userTask>"""
IN_CODE = '<executionListener class="a.B"/>'

pytestmark = pytest.mark.usefixtures("nothing_set")


def checked(folder: Path, **models: str) -> list[str]:
    """The arguments of `check` with models of these parts, by the key of each."""
    for key, parts in models.items():
        (folder / f"{key}.bpmn").write_text(MODEL.format(id=key, parts=parts), encoding="utf-8")
    return ["check", "--model", *(str(folder / f"{key}.bpmn") for key in models)]


def call(given: str, called: str = "kid", *, id_: str = "Call") -> str:
    return CALL.format(id=id_, called=called, given=given)


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ({}, True),
        ({"top": call(GIVEN)}, False),
        ({"top": call(OTHER)}, True),
        ({"top": call("")}, True),
        ({"top": call(GIVEN), "second": call(OTHER)}, True),
        ({"top": call(GIVEN) + call(OTHER, id_="More")}, True),
        ({"top": call(ALL)}, True),
        ({"top": IN_FORM + call(ALL)}, False),
        ({"top": IN_FORM + call(OTHER)}, True),
        ({"top": call(ALL + NAMED)}, False),
        ({"top": call(ALL + IN_CODE)}, False),
        ({"top": call(GIVEN, "mid"), "mid": call(ALL)}, False),
        ({"top": call(OTHER, "mid"), "mid": call(ALL)}, True),
        ({"top": call(GIVEN, "mid"), "mid": call(ALL) + call(ALL, "top", id_="Back")}, False),
        ({"top": call(ALL, "mid"), "mid": call(ALL) + call(ALL, "top", id_="Back")}, True),
    ],
)
def test_a_person_whom_each_caller_names_is_not_missing(
    models: dict[str, str], told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(checked(tmp_path, **models, kid=STEP)) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if "name the responsible person" in line]
    assert [line.startswith("WARN model kid.bpmn, step Ask: ") for line in said] == [True] * told


def test_a_process_that_calls_itself_is_begun_by_somebody_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(checked(tmp_path, kid=STEP + call(GIVEN))) == 0
    assert "name the responsible person" in capsys.readouterr().out
