"""A process of the old installation: templates on the portal, a questionnaire whose answer a gateway reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.portal import Portal
from tests.support.models import definitions
from tests.support.portal_templates import Row, question, questionnaire, template

INITIATOR, HEAD, COLLECTOR, BUYER = 42, 7, 106, 1
BEFORE = ("Activity_docs", "Activity_price")
APPROVE = "Activity_approve"
ANSWER = f"{APPROVE}_ORDER_APPROVED"
CHECKLISTS = {"Before": ["Compare prices", "Ask the lawyer"], "After": ["Tell the supplier"]}
FILE = "rules.pdf"
DAY = 86_400
STEP = """<bpmn:serviceTask id="{id}" name="{name}" camunda:type="external" camunda:topic="{topic}"/>"""
MODEL = """  <bpmn:process id="{key}" name="Order" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:parallelGateway id="fork"/>
    <bpmn:parallelGateway id="join"/>
    {steps}
    <bpmn:exclusiveGateway id="approved" default="to_no"/>
    <bpmn:serviceTask id="Activity_yes" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="Activity_no" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="fork"/>
    <bpmn:sequenceFlow id="f1" sourceRef="fork" targetRef="Activity_docs"/>
    <bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="Activity_price"/>
    <bpmn:sequenceFlow id="f3" sourceRef="Activity_docs" targetRef="join"/>
    <bpmn:sequenceFlow id="f4" sourceRef="Activity_price" targetRef="join"/>
    <bpmn:sequenceFlow id="f5" sourceRef="join" targetRef="Activity_approve"/>
    <bpmn:sequenceFlow id="f6" sourceRef="Activity_approve" targetRef="approved"/>
    <bpmn:sequenceFlow id="to_yes" sourceRef="approved" targetRef="Activity_yes">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{{answer} == true}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="to_no" sourceRef="approved" targetRef="Activity_no"/>
    <bpmn:sequenceFlow id="f7" sourceRef="Activity_yes" targetRef="end"/>
    <bpmn:sequenceFlow id="f8" sourceRef="Activity_no" targetRef="end"/>
  </bpmn:process>
"""


def model(key: str) -> str:
    """Two steps side by side, then the approval, then a gateway; `key` is its topic too."""
    names = {
        "Activity_docs": "Collect the documents",
        "Activity_price": "Check the price",
        APPROVE: "Approve the order",
    }
    steps = "\n    ".join(STEP.format(id=id_, name=name, topic=key) for id_, name in names.items())
    return definitions(MODEL.format(key=key, steps=steps, answer=ANSWER))


def fill_portal(portal: Portal, key: str, before: Sequence[str] = BEFORE) -> None:
    """The diagram of this process with the templates of its steps. `before`: the predecessors of the approval."""
    rules = portal.store.disk.write(FILE, b"rules")
    docs = template(3330, people=[("R", COLLECTOR)], TITLE="Documents")
    price = template(3331, people=[("R", BUYER)], TITLE="Price")
    approve = template(
        3333,
        people=[],
        members=[{"TYPE": "R", "USER_ID": None, "ACCESS_CODE": "DR2"}],
        tags=["orders"],
        questionnaires=[questionnaire("ORDER", question("APPROVED", "boolean"), title="Order")],
        checklists=[*_checklists()],
        files=[{"ID": 501, "OBJECT_ID": rules, "NAME": FILE, "URL": "https://portal.example/?token=t"}],
        TITLE="Approve",
        DEADLINE_AFTER=str(DAY),
        RESPONSIBLE_USE_SUPERVISOR="Y",
    )
    portal.content.set_up({"on": True, "supervisors": {INITIATOR: HEAD}})
    diagrams = portal.content.diagrams
    diagrams.step(key, "Activity_docs", docs)
    diagrams.step(key, "Activity_price", price)
    diagrams.step(key, APPROVE, approve, predecessors=before)


def _checklists() -> list[Row]:
    rows: list[Row] = []
    for title, items in CHECKLISTS.items():
        root = 10 * (len(rows) + 1)
        rows.append({"item": {"ID": root, "TITLE": title}, "tree": {"parent_id": root, "level": 0}})
        rows += [
            {"item": {"ID": root + number, "TITLE": item}, "tree": {"parent_id": root, "level": 1}}
            for number, item in enumerate(items, 1)
        ]
    return rows


def checklists_of(portal: Portal, task_id: int) -> dict[str, list[str]]:
    """Each checklist of a task with the titles of its items, in their order."""
    tree: dict[int, list[Any]] = {}
    for item in portal.store.checklist(task_id, 0):
        tree.setdefault(item.parent_id, []).append(item)
    return {root.title: [item.title for item in tree.get(root.id, ())] for root in tree.get(0, ())}
