"""A process played with every answer: where it waits for ever, what is active twice, and what is read unset."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import AT_ASK, OURS, THEIRS, TIMER, model
from tests.unit.steps.findings.test_model import ASKS, all_found
from worker.steps.findings import played as played_module

STOP = '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
ENDS = "</timerEventDefinition></boundaryEvent>"
ASKED = "".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("B", "C", "D"))
FORK = ("s pf", "pf A", "pf B")
EACH_ITS_END = (*FORK, "A xa", "xa pj ? A == 'ok'", "xa ea *", "B xb", "xb pj ? B == 'ok'", "xb eb *", "pj b", "b e")
THREE = ("s pf", "pf A", "pf B", "pf C", "C pj", *EACH_ITS_END[3:])
BACK = ("s xm", "xm pf", *FORK[1:], "A xa", "xa pj ? A == 'ok'", "xa b *", "b xm", "B pj", "pj c", "c e")
ALL = ("s A", "A xi", "xi if ? A == 'ok'", "xi e3 *", "if B ? x", "if C ? y", "if e1 *", "B xm", "C xm", "xm b", "b e")
BEHIND_TIMER = ("s A", "A xg", "t D", "D xg", "xg yes ? A == 'ok' || D == 'ok'", "xg no *")
MIXED = (*FORK, "A pj", "B pj", "pj xg", "xg yes ? A == 'ok' && B == 'ok'", "xg no ? A == 'no' && B == 'no'")
CAUGHT = '<boundaryEvent id="c" attachedToRef="B"><errorEventDefinition errorRef="NO"/></boundaryEvent>'
SUB = (
    '<subProcess id="sub"><startEvent id="in"/><parallelGateway id="pi"/>{}<endEvent id="raises">'
    '<errorEventDefinition errorRef="NO"/></endEvent><sequenceFlow id="i1" sourceRef="in" targetRef="pi"/>'
    '<sequenceFlow id="i2" sourceRef="pi" targetRef="B"/><sequenceFlow id="i3" sourceRef="pi" targetRef="C"/>'
    '<exclusiveGateway id="xi" default="i6"/><sequenceFlow id="i4" sourceRef="B" targetRef="xi"/>'
    '<sequenceFlow id="i5" sourceRef="xi" targetRef="raises"><conditionExpression>${{B == \'no\'}}'
    '</conditionExpression></sequenceFlow><sequenceFlow id="i6" sourceRef="xi" targetRef="pk"/>'
    '<sequenceFlow id="i7" sourceRef="C" targetRef="pk"/><parallelGateway id="pk"/></subProcess>'
    '<boundaryEvent id="caught" attachedToRef="sub"><errorEventDefinition errorRef="NO"/></boundaryEvent>'
)


def told(xml: str, folder: Path, config: str = "") -> list[str]:
    kinds = ("waits_after", "awaits_after", "active_twice", "unset_after", "stuck_after")
    seen = [one.placed.en.replace("Task_Create", "A") for one in all_found(xml, folder, config) if one.kind in kinds]
    return [one.replace("if it goes like this: ", "").partition(", then ")[0] for one in seen]


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        (EACH_ITS_END, ["pj: B: ok, A: no"]),
        (THREE, ["pj: B: ok, C: ok, A: no"]),
        (BACK, ["B: A: no"]),
        (ALL, ["b: A: ok, B: ok, C: ok"]),
        (MIXED, ["xg: B: ok, A: no"]),
        ((*MIXED[:-1], "xg no ? A == 'no' || B == 'no'"), []),
        ((*MIXED[:-1], "xg no *"), []),
        ((*MIXED[:-1], "xg no ? A == 'no' && x > 1"), ["xg: B: no, A: ok"]),
        ((*MIXED[:-1], "xg no ? x > 1"), []),
        (("s A", "A B", "B xg", *MIXED[-2:]), ["xg: A: ok, B: no"]),
        (("s A", "A B", "B ig", "ig yes ? A == 'ok' && B == 'ok'", "ig no ? A == 'no'"), ["ig: A: ok, B: no"]),
    ],
)
def test_answers_that_let_a_process_go_astray_are_told(flows: tuple[str, ...], said: list[str], tmp_path: Path) -> None:
    assert [sorted(one.split(", ")) for one in told(model(*flows, more=ASKED), tmp_path)] == [
        sorted(one.split(", ")) for one in said
    ]


TO_ITS_END = (
    *FORK,
    "A xa",
    "xa pj ? A == 'ok'",
    "xa C *",
    "B xb",
    "xb pj ? B == 'ok'",
    "xb C *",
    "pj b",
    "b e",
    "C stop",
)


@pytest.mark.parametrize(
    ("flows", "at", "cure"),
    [
        (BACK, "B", "join the branches by a gateway"),
        (TO_ITS_END, "C", "let the first branch end the others before this step: put the branches into a sub-process"),
    ],
)
def test_the_way_out_of_two_tasks_leaves_the_model_as_it_is_meant(
    flows: tuple[str, ...], at: str, cure: str, tmp_path: Path
) -> None:
    """A join before what ends the process would wait for the branch that was meant to be ended."""
    found = all_found(model(*flows, more=ASKED + (STOP if at == "C" else "")), tmp_path)
    [told_] = [one for one in found if one.kind == "active_twice"]
    assert told_.at == at
    assert told_.cure.en.startswith(cure)


REWORKED = ("A pj", "B pj", "pj xg", "xg yes ? A == 'ok'", "xg C *")
PAST_IT = ("s xm", "xm pf", *FORK[1:], *EACH_ITS_END[3:-2], "pj xg", "xg xm ? x", "xg b *", "b e")


@pytest.mark.parametrize(
    ("flows", "cure"),
    [
        (EACH_ITS_END, "join the branches first"),
        (PAST_IT, "join the branches first"),
        ((*FORK, *REWORKED, "C A"), "lead the flow that comes back to an exclusive gateway before the split"),
        (("s xm", "xm pf", *FORK[1:], *REWORKED, "C xm"), None),
    ],
)
def test_what_comes_back_to_one_branch_belongs_before_the_split(
    flows: tuple[str, ...], cure: str | None, tmp_path: Path
) -> None:
    found = [one for one in all_found(model(*flows, more=ASKED), tmp_path) if one.kind == "waits_after"]
    assert [one.cure.en.startswith(cure or "") for one in found] == ([] if cure is None else [True])


def test_an_inclusive_gateway_is_looked_at_only_when_a_branch_comes(tmp_path: Path) -> None:
    """The other order goes on: the engine sees at the last one that nothing else comes."""
    flows = (*FORK, "A xa", "xa ij ? A == 'ok'", "xa ea *", "B ij", "ij b", "b e")
    assert told(model(*flows, more=ASKED), tmp_path) == ["ij: B: ok, A: no"]


def test_what_only_an_event_sets_is_told_for_the_way_without_the_event(tmp_path: Path) -> None:
    [said] = told(model(*BEHIND_TIMER, more=ASKED + AT_ASK), tmp_path)
    assert said == "xg: A: no"


def test_a_parameter_that_reads_what_only_an_event_sets_is_told_too(tmp_path: Path) -> None:
    reads = OURS.format(id="b", asks="", more='<inputParameter name="description">${D}</inputParameter>')
    [said] = told(model("s A", "A b", "t D", "D b", "b e", more=ASKED + AT_ASK + reads), tmp_path)
    assert said == "b: A: ok"


def test_an_event_that_ends_a_step_is_among_what_happened(tmp_path: Path) -> None:
    at_b = TIMER.format("B", "", ENDS)
    flows = (*FORK, "A xa", "xa b ? A == 'ok'", "xa ea *", "B e", "t b", "b e2")
    [said] = told(model(*flows, more=ASKED + at_b), tmp_path)
    assert sorted(said.removeprefix("b: ").split(", ")) == ["A: ok", "t"]


def test_what_another_finding_tells_is_not_told_twice(tmp_path: Path) -> None:
    past = ("s A", "A pf", "pf B", "pf C", "B xb", "xb pj ? A == 'ok'", "xb eb *", "C pj", "pj e")
    assert told(model(*past, more=ASKED), tmp_path) == []


@pytest.mark.parametrize(
    "flows",
    [
        (*FORK, "A pj", "B pj", "pj xg", "xg b ? A == 'ok' && B == 'ok'", "xg pf *", "b e"),
        (*FORK, "A xa", "xa pj ? A == 'ok'", "xa stop *", "B xb", "xb pj ? B == 'ok'", "xb stop *", "pj b", "b e"),
        ("s if", "if A ? x", "if B ? y", "if e1 *", "A ij", "B ij", "ij b", "b e"),
        (*FORK, "A xa", "xa ij ? A == 'ok'", "xa stop *", "B ij", "ij b", "b e"),
        (*FORK, "A xa", "xa A ? A == 'no'", "xa pj *", "B xb", "xb B ? B == 'no'", "xb pj *", "pj b", "b e"),
        ("s A", "A xg", "xg pf ? A == 'ok'", "xg e1 *", "pf B", "pf C", "B pj", "C pj", "pj e"),
        ("s pf", "pf A", "pf theirs", "A pj", "theirs pj", "pj e"),
        ("s A", "A if", "if B ? A == 'ok'", "if C ? A == 'no'", "B xm", "C xm", "xm b", "b e"),
    ],
)
def test_processes_that_come_to_their_end_are_not_told(flows: tuple[str, ...], tmp_path: Path) -> None:
    assert told(model(*flows, more=ASKED + STOP + THEIRS), tmp_path) == []


def test_decisions_by_the_same_variable_are_not_taken_for_free(tmp_path: Path) -> None:
    tied = ("s A", "A xd", "xd xp ? x > 1", "xd pf *", "pf B", "pf C", "B xb", "xb pj ? x < 2", "xb e2 *")
    assert told(model(*tied, "C pj", "xp e3", "pj e", more=ASKED), tmp_path) == []


def test_an_error_that_ends_the_sub_process_ends_the_wait_in_it(tmp_path: Path) -> None:
    inside = SUB.format("".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("B", "C")))
    assert told(model("s A", "A sub", "sub e", "caught b", "b e2", more=inside), tmp_path) == []
    uncaught = inside.replace('<errorEventDefinition errorRef="NO"/></endEvent>', "</endEvent>")
    [said] = told(model("s A", "A sub", "sub e", "caught b", "b e2", more=uncaught), tmp_path)
    assert sorted(said.removeprefix("pk: ").split(", ")[-2:]) == ["B: no", "C: ok"]


@pytest.mark.parametrize(("event", "said"), [("", []), (CAUGHT, ["pj: B: error:NO, A: ok"])])
def test_an_answer_that_is_an_error_leads_to_what_catches_it(event: str, said: list[str], tmp_path: Path) -> None:
    stops = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, СТОП: 'error:NO'}}}}"
    flows = (*FORK, "A xa", "xa pj ? A == 'ok'", "xa ea *", "B pj", "pj e", *(["c e2"] if event else []))
    seen = told(model(*flows, more=ASKED + event), tmp_path, stops)
    assert [sorted(one.split(", ")) for one in seen] == [sorted(one.split(", ")) for one in said]


def test_a_wait_that_an_event_sub_process_may_end_is_not_told(tmp_path: Path) -> None:
    ends = (
        '<subProcess id="late" triggeredByEvent="true"><startEvent id="after"><timerEventDefinition><timeDuration>P9D'
        "</timeDuration></timerEventDefinition></startEvent></subProcess>"
    )
    assert told(model(*EACH_ITS_END, more=ASKED + ends), tmp_path) == []


def test_a_process_with_too_many_ways_says_that_it_was_not_tried_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = model(*EACH_ITS_END, more=ASKED)
    assert [one.kind for one in all_found(xml, tmp_path) if one.kind == "unplayed"] == []
    monkeypatch.setattr(played_module, "_MOST_STATES", 5)
    [said] = [one.seen.en for one in all_found(xml, tmp_path) if one.kind == "unplayed"]
    assert said.endswith("in its first 5 states only")


AWAITS = (
    '<intermediateCatchEvent id="ce"><conditionalEventDefinition><condition>${{{}}}</condition>'
    "</conditionalEventDefinition></intermediateCatchEvent>"
)
BESIDE = ("s pf", "pf A", "pf ce", "A pj", "ce pj", "pj e")
BY_EVENT = (
    '<eventBasedGateway id="be"/><intermediateCatchEvent id="te"><timerEventDefinition/></intermediateCatchEvent>'
)
LATE = (
    '<subProcess id="late" triggeredByEvent="true"><startEvent id="after" isInterrupting="false">'
    "<messageEventDefinition/></startEvent></subProcess>"
)


@pytest.mark.parametrize(
    ("flows", "condition", "more", "said"),
    [
        (BESIDE, "A == 'ok'", "", ["ce: A: no"]),
        (("s A", "A ce", "ce e"), "A == 'ok'", "", ["ce: A: no"]),
        (("s ce", "ce A", "A e"), "A == 'ok'", "", ["ce: right after the start"]),
        (BESIDE, "A == 'ok' || A == 'no'", "", []),
        (BESIDE, "x > 1", "", []),
        (BESIDE, "A == 'ok'", LATE, []),
        (("s pf", "pf A", "A xa", "xa A ? A == 'no'", "xa pj *", "pf ce", "ce pj", "pj e"), "A == 'ok'", "", []),
        (("s A", "A be", "be ce", "be te", "ce e", "te e1"), "A == 'ok'", BY_EVENT, []),
    ],
)
def test_an_event_whose_condition_nothing_makes_true_any_more_is_told(
    flows: tuple[str, ...], condition: str, more: str, said: list[str], tmp_path: Path
) -> None:
    assert told(model(*flows, more=AWAITS.format(condition) + more), tmp_path) == said


def test_a_cancel_leads_on_behind_its_transaction(tmp_path: Path) -> None:
    inside = "".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("B", "C"))
    cancels = SUB.replace('<errorEventDefinition errorRef="NO"/>', "<cancelEventDefinition/>").format(inside)
    flows, more = ("s A", "A sub", "sub e", "caught ce", "ce e2"), AWAITS.format("B == 'ok'")
    [said] = [
        one
        for one in told(model(*flows, more=cancels.replace("subProcess", "transaction") + more), tmp_path)
        if "ce" in one
    ]
    assert sorted(said.removeprefix("ce: ").split(", ")) == ["A: ok", "B: no"]


HANDLER = (
    '<boundaryEvent id="undone" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
    '<association id="a" sourceRef="undone" targetRef="B" associationDirection="One"/>'
)
UNDO = HANDLER + ASKED.replace('<serviceTask id="B"', '<serviceTask id="B" isForCompensation="true"')
THROWS = '<intermediateThrowEvent id="undoing"><compensateEventDefinition{}/></intermediateThrowEvent>'
INNER = (
    '<subProcess id="sub"><startEvent id="in"/><sequenceFlow id="i1" sourceRef="in" targetRef="A"/>'
    '<sequenceFlow id="i2" sourceRef="A" targetRef="D"/>{}</subProcess>'
    '<boundaryEvent id="t" attachedToRef="sub"><timerEventDefinition/></boundaryEvent>'
)
BEHIND = ("C xc", "xc undoing ? C == 'no'", "xc e *", "undoing xg", "xg yes ? B == 'ok'", "xg no *")
SKIPPED = ("s xs", "xs A ? n > 1", "xs C *", "A C", *BEHIND)


def of_sub_process(timer: str) -> str:
    """`A`, then D, in a sub-process. `timer`: where its timer leads."""
    xml = model("s sub", "sub C", f"t {timer}", *BEHIND, "no e", more=UNDO + THROWS.format("") + INNER)
    start = xml.index('<serviceTask id="Task_Create"')
    end = xml.index("</serviceTask>", start) + len("</serviceTask>")
    handler = xml[xml.index('<boundaryEvent id="undone"') : xml.index('<serviceTask id="C"')]
    return xml[:start] + xml[end:].replace(handler, "").replace("{}", xml[start:end] + handler)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (model(*SKIPPED, more=UNDO + THROWS.format("")), ["xg: C: no"]),
        (model("s A", "A C", *BEHIND, more=UNDO + THROWS.format(' activityRef="C"')), ["xg: A: ok, C: no"]),
        (of_sub_process("C"), ["xg: t, C: no"]),
        (model("s A", "A C", *BEHIND, more=UNDO + THROWS.format("")), []),
        (model("s A", "A C", *BEHIND, more=UNDO + THROWS.format(' activityRef="A"')), []),
        (of_sub_process("e"), []),
    ],
    ids=["skipped", "of another step", "broken off", "of all", "of the step", "in a sub-process"],
)
def test_a_compensation_asks_only_where_the_step_that_it_undoes_has_ended(
    xml: str, said: list[str], tmp_path: Path
) -> None:
    assert told(xml, tmp_path) == said
