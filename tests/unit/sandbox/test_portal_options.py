"""What a task of the stand-in is switched to: as strict, and as silent, as a real portal."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal.records import SWITCHES, Refused
from sandbox.portal.table import Table


def stored(**fields: Any) -> dict[str, Any]:
    portal = Table()
    portal.flows[4] = 42
    added = portal.add({"TITLE": "T", "RESPONSIBLE_ID": 7} | fields)
    names = ["UF_CRM_TASK", "SE_PARAMETER", "STAGE_ID", "FLOW_ID", "TIME_ESTIMATE", "RESPONSIBLE_ID", *SWITCHES]
    return dict(portal.get(added["id"], names)["task"])


@pytest.mark.parametrize(("said", "kept"), [("Y", "Y"), ("N", "N"), ("y", "N"), (True, "N"), (1, "N"), ("true", "N")])
def test_only_exactly_y_is_a_yes(said: object, kept: str) -> None:
    assert stored(TASK_CONTROL=said)["taskControl"] == kept


def test_parameters_are_read_back_and_what_is_none_is_dropped() -> None:
    said = [{"CODE": 3, "VALUE": "Y"}, {"CODE": "1", "VALUE": True}, {"CODE": 9, "VALUE": "Y"}, "x"]
    assert stored(SE_PARAMETER=said)["seParameter"] == [{"CODE": 3, "VALUE": "Y"}, {"CODE": 1, "VALUE": "N"}]
    assert stored(SE_PARAMETER="Y")["seParameter"] == []


def test_a_flow_gives_its_task_to_somebody_unless_the_task_names_one() -> None:
    assert stored(FLOW_ID=4, RESPONSIBLE_ID=None)["responsibleId"] == "42"
    assert stored(FLOW_ID=4)["responsibleId"] == "7"
    with pytest.raises(Refused, match="Поток"):
        stored(FLOW_ID=5)
    with pytest.raises(Refused, match="Ответственный"):
        stored(RESPONSIBLE_ID=None)


def test_crm_records_are_a_list_that_only_shows_when_it_is_asked_for() -> None:
    assert stored(UF_CRM_TASK=["D_10", "deal:10"])["ufCrmTask"] == ["D_10"]
    assert stored(UF_CRM_TASK="D_10")["ufCrmTask"] == []
    portal = Table()
    assert "ufCrmTask" not in portal.add({"TITLE": "T", "RESPONSIBLE_ID": 7, "UF_CRM_TASK": ["D_10"]})
