from __future__ import annotations

from typing import Any

import pytest

from bitrix.questionnaires import Questionnaire
from tests.support.builders import fetched, questionnaires
from tests.support.fakes import Events, NoLocals
from worker.config.settings import TopicSettings, WaitSettings
from worker.mapping.mapper import Mapper
from worker.model import BpmnError, ClosedTask, Complete, Ending, Failure, Settlement
from worker.outbox.retries import RetryPlan
from worker.waiting.conclusions import Conclusions

TOPIC = "bitrix_create_task"


class Bitrix:
    default_responsible_id = 1
    default_priority = 1
    max_description_length = 1000


def answers_of(answer: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer or ()


class Acts:
    """The ledger: `codes` of the questionnaires that were added."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def lasting(self, external_task_id: str, kind: str) -> list[dict[str, Any]]:
        assert (external_task_id, kind) == ("task-1", "questionnaires")
        return [{"codes": list(self.codes)}] if self.codes else []


def conclude(
    ending: Ending = Ending.COMPLETED,
    answer: str | tuple[str, ...] | None = None,
    *,
    expects: bool = False,
    result: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    loops: tuple[int, ...] = (),
    hidden: str | None = None,
    told: tuple[Questionnaire, ...] | None = None,
    events: Events | None = None,
    acts: Acts | None = None,
    **wait: Any,
) -> Settlement:
    topics = {TOPIC: TopicSettings(result=result or {}, wait=WaitSettings(**wait))}
    mapper = Mapper(topics, Bitrix(), portal_task_url=lambda id_, _: f"https://p/{id_}", language="en")
    closed = ClosedTask(
        9,
        "https://p/9",
        ending,
        7,
        "2026-03-01T10:00:00+03:00",
        answers_of(answer),
        "Signed",
        (),
        {"UF_SUM": "5"},
        told,
    )
    locals_ = NoLocals()
    locals_.place = hidden
    conclusions = Conclusions(
        topics, mapper, RetryPlan({TOPIC: 3}), locals_=locals_, acts=acts or Acts(), telemetry=events or Events()
    )
    return conclusions.of(fetched(variables=variables or {}, loops=loops), closed, expects_answer=expects)


def plain(settlement: Settlement) -> dict[str, Any]:
    assert isinstance(settlement, Complete | BpmnError)
    return {name: raw["value"] for name, raw in settlement.variables.items()}


def incident(settlement: Settlement) -> str:
    assert isinstance(settlement, Failure)
    assert settlement.retries == 0
    return settlement.message


def test_an_answer_that_a_local_variable_would_take_is_an_incident_that_names_it() -> None:
    told = incident(conclude(answer="НЕТ", expects=True, hidden="Around"))
    assert "In the engine Around has a local variable Task_Create" in told
    assert "“НЕТ”" in told
    declined = conclude(Ending.DECLINED, expects=True, hidden="Around", declined="complete")
    assert "local variable" in incident(declined), "else the answer of the round before would stand"
    assert plain(conclude(result={"id": "{{ task.id }}"}, hidden="Around")) == {"id": 9}, "nobody was asked"


ORDER = questionnaires(("ORDER", "APPROVED", "boolean", "true"), ("ORDER", "COUNT", "integer", None))
VARIABLES = {"Task_Create_ORDER_APPROVED": True, "Task_Create_ORDER_COUNT": None}


def test_the_answers_of_questionnaires_complete_the_step_beside_answer_and_result() -> None:
    told = plain(conclude(answer="ДА", expects=True, result={"id": "{{ task.id }}"}, told=ORDER))
    assert told == {"id": 9, "Task_Create": "ok", **VARIABLES}
    error = conclude(answer="НЕТ", expects=True, result={"id": "1"}, told=ORDER, answers={"НЕТ": "error:NO"})
    assert isinstance(error, BpmnError)
    assert plain(error).items() >= VARIABLES.items()
    declined = conclude(Ending.DECLINED, result={"id": "1"}, told=ORDER, declined="complete")
    assert plain(declined).items() >= VARIABLES.items()


def test_a_result_that_the_topic_names_goes_before_an_answer_of_a_questionnaire() -> None:
    told = plain(conclude(result={"Task_Create_ORDER_APPROVED": "{{ task.id }}"}, told=ORDER))
    assert told["Task_Create_ORDER_APPROVED"] == 9


def test_each_instance_of_a_loop_leaves_the_answers_of_its_questionnaires() -> None:
    told = plain(conclude(result={"id": "1"}, told=ORDER, loops=(0, 2)))
    numbered = {f"{name}_0_2": value for name, value in VARIABLES.items()}
    assert told.items() >= (VARIABLES | numbered).items()
    assert "Task_Create_Task_Create_ORDER_APPROVED_0_2" not in told


def test_an_answer_of_a_questionnaire_that_a_local_variable_would_take_is_an_incident() -> None:
    told = incident(conclude(told=ORDER, hidden="Around"))
    assert "Around has a local variable Task_Create_ORDER_APPROVED" in told


def test_an_answer_that_is_neither_yes_nor_no_is_never_a_no() -> None:
    failure = conclude(told=questionnaires(("ORDER", "APPROVED", "boolean", "perhaps")))
    assert isinstance(failure, Failure)
    assert "Task_Create_ORDER_APPROVED" in failure.message
    assert "perhaps" in failure.message


def test_questions_without_a_variable_and_equal_codes_are_told() -> None:
    events = Events()
    told = questionnaires(
        ("", "A", "string", "x"), ("Q", "", "string", "x"), ("Q", "B", "string", "1"), ("Q", "B", "string", "2")
    )
    assert plain(conclude(result={"id": "1"}, told=told, events=events)) == {"id": "1", "Task_Create_Q_B": "2"}
    assert events.facts("questionnaire.unnamed")["questions"] == "Title of : Name of A, Title of Q: Name of "
    assert events.facts("questionnaire.repeated")["variables"] == "Task_Create_Q_B"


def test_each_instance_of_a_loop_leaves_variables_of_its_own() -> None:
    told = plain(conclude(answer="НЕТ", expects=True, result={"id": "{{ task.id }}"}, loops=(0, 2)))
    plain_ones = {"id": 9, "Task_Create": "no"}
    numbered = {f"{name}_0_2": value for name, value in plain_ones.items()}
    assert told == plain_ones | numbered | {f"Task_Create_{name}": value for name, value in numbered.items()}


def test_several_answers_are_asked_about_and_never_guessed() -> None:
    told = incident(conclude(answer=("ДА", "НЕТ"), expects=True))
    assert "ДА, НЕТ" in told
    assert "task 9" in told
    assert "not multiple" in told


def test_a_template_sees_all_that_was_chosen() -> None:
    assert plain(conclude(answer=("ДА", "НЕТ"), result={"all": "{{ task.answer }}"})) == {"all": "ДА, НЕТ"}
    assert plain(conclude(result={"all": "{{ task.answer }}"})) == {"all": None}


def test_a_closed_task_completes_its_step_with_what_the_topic_asks() -> None:
    result = {
        "how": "{{ task.status }}",
        "who": "{{ task.closed_by }}",
        "when": "{{ task.closed_at }}",
        "text": "{{ task.result }}",
        "sum": "{{ task.fields.UF_SUM | int }}",
    }
    assert plain(conclude(result=result)) == {
        "how": "completed",
        "who": 7,
        "when": "2026-03-01T10:00:00+03:00",
        "text": "Signed",
        "sum": 5,
    }


@pytest.mark.parametrize(("answer", "value"), [("ДА", "ok"), ("да", "ok"), (" Нет ", "no")])
def test_the_old_answers_work_out_of_the_box(answer: str, value: str) -> None:
    assert plain(conclude(answer=answer, expects=True))["Task_Create"] == value


def test_a_step_that_expects_no_answer_gets_none() -> None:
    assert plain(conclude(answer="ДА")) == {"bitrixTaskId": 9, "bitrixTaskUrl": "https://p/9"}


@pytest.mark.parametrize("answer", ["ДОРАБОТАТЬ", "45", "Д", "ДАНЕТ"])
def test_an_answer_outside_the_map_is_an_incident_and_never_a_no(answer: str) -> None:
    told = incident(conclude(answer=answer, expects=True))
    assert answer in told
    assert "ДА, НЕТ" in told


def test_a_task_closed_without_an_answer_is_an_incident() -> None:
    assert "without an answer" in incident(conclude(expects=True))


def test_an_answer_may_be_a_bpmn_error_and_the_variable_another() -> None:
    answers = {"Yes": 1, "No": "error:REFUSED"}
    assert plain(conclude(answer="yes", expects=True, answers=answers, answer_variable="verdict"))["verdict"] == 1
    refused = conclude(answer="No", expects=True, answers=answers)
    assert isinstance(refused, BpmnError)
    assert (refused.code, plain(refused)["bitrixTaskId"]) == ("REFUSED", 9)


@pytest.mark.parametrize(
    ("ending", "setting"),
    [(Ending.DECLINED, "declined"), (Ending.DELETED, "deleted"), (Ending.RETURNED, "returned")],
)
def test_other_endings_are_what_the_topic_says(ending: Ending, setting: str) -> None:
    def by(outcome: str) -> Settlement:
        wait: dict[str, Any] = {setting: outcome}
        return conclude(ending, **wait)

    error = by("error:GONE")
    assert isinstance(error, BpmnError)
    assert error.code == "GONE"
    assert plain(by("complete"))["bitrixTaskId"] == 9
    assert setting in incident(by("incident"))


@pytest.mark.parametrize(
    ("ending", "setting"),
    [(Ending.DECLINED, "declined"), (Ending.DELETED, "deleted"), (Ending.RETURNED, "returned")],
)
@pytest.mark.parametrize("outcome", ["complete", "error:GONE"])
def test_an_end_without_an_answer_leaves_none_of_the_round_before(ending: Ending, setting: str, outcome: str) -> None:
    wait: dict[str, Any] = {setting: outcome}
    told = plain(conclude(ending, "ДА", expects=True, loops=(1,), **wait))
    assert (told["Task_Create"], told["Task_Create_1"]) == (None, None)
    assert "Task_Create" not in plain(conclude(ending, **wait))


def test_what_a_bpmn_error_says_can_be_printed_by_every_reader_of_the_ledger() -> None:
    answers: dict[str, Any] = {"НЕТ\x1b[2J": "error:REFUSED"}
    told = conclude(answer="НЕТ\x1b[2J", expects=True, answers=answers)
    assert isinstance(told, BpmnError)
    assert told.message == "НЕТ\\u001b[2J"


def test_an_answer_that_is_an_error_leaves_no_older_answer() -> None:
    answers = {"ДА": "ok", "НЕТ": "error:REFUSED"}
    assert plain(conclude(answer="НЕТ", expects=True, answers=answers))["Task_Create"] is None


def test_declined_and_deleted_are_incidents_by_default() -> None:
    assert incident(conclude(Ending.DECLINED, "ДА", expects=True))
    assert incident(conclude(Ending.DELETED, expects=True))


def test_a_fault_of_the_result_template_costs_a_try() -> None:
    failure = conclude(result={"x": "{{ absent }}"})
    assert isinstance(failure, Failure)
    assert failure.retries == 2


def test_a_fault_of_the_ending_names_the_closed_task_and_the_cure() -> None:
    """Whoever reads it in Cockpit knows no other number: the step has not set its result yet."""
    settlement = conclude(told=questionnaires(("Q", "A", "boolean", "perhaps")))
    assert isinstance(settlement, Failure)
    assert "“Name of A” must be yes or no" in settlement.message
    assert "closed task 9. Fix the cause, then raise the retries in Cockpit." in settlement.message


@pytest.mark.parametrize(
    ("shown", "gone"), [([], "BUDGET, ORDER"), (["ORDER"], "BUDGET"), (["BUDGET", "ORDER", "OTHER"], None)]
)
def test_a_questionnaire_that_people_have_deleted_is_an_incident_that_names_it(
    shown: list[str], gone: str | None
) -> None:
    told = tuple(Questionnaire(code, code, (), {}) for code in shown)
    ended = conclude(told=told, acts=Acts("ORDER", "BUDGET"))
    if gone is None:
        assert isinstance(ended, Complete)
    else:
        assert f"the closed task 9 has lost questionnaires that were added to it: {gone}. " in incident(ended)


def test_a_portal_without_questionnaires_asks_the_ledger_for_none() -> None:
    assert isinstance(conclude(told=None, acts=Acts("ORDER")), Complete)
