"""Which ends of calls pause the work, and which are one call's own."""

from __future__ import annotations

import threading

import pytest

from bitrix.errors import (
    UNREACHABLE,
    AccessDenied,
    ChannelFault,
    Doubtful,
    LookupUnproven,
    MethodMissing,
    NotExecuted,
    PortalError,
    RefusedInFront,
    Rejected,
)
from bitrix.methods import ADD, LIST, PROFILE, SCOPES
from tests.support.fakes import Events
from worker.engine.errors import AnswerTooLong, EngineBusy, EngineError, EngineUnreachable, LockLost, error_of
from worker.engine.wellbeing import EngineWellbeing, LedgerWellbeing, PortalWellbeing
from worker.runtime.gate import Gate
from worker.runtime.probe import Probe

SYNC = "imena.camunda.sync"


def gate() -> Gate:
    return Gate("portal", Events())


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (NotExecuted(ADD, UNREACHABLE), True),
        (NotExecuted(SYNC, UNREACHABLE), True),
        (NotExecuted("user.get", UNREACHABLE), True),
        (NotExecuted(ADD, "QUERY_LIMIT_EXCEEDED"), True),
        (NotExecuted(SYNC, "QUERY_LIMIT_EXCEEDED"), False),
        (ChannelFault(ADD, "INVALID_CREDENTIALS"), True),
        (RefusedInFront(LIST, "moved"), True),
        (RefusedInFront(ADD, "moved"), False),
        (MethodMissing(ADD, "ERROR_METHOD_NOT_FOUND"), True),
        (MethodMissing(SYNC, "ERROR_METHOD_NOT_FOUND"), False),
        (ChannelFault(SYNC, "insufficient_scope"), False),
        (ChannelFault("user.get", "insufficient_scope"), False),
        (MethodMissing("task.commentitem.add", "ERROR_METHOD_NOT_FOUND"), False),
        (AccessDenied(ADD, "ACCESS_DENIED"), False),
        (AccessDenied(PROFILE, "ACCESS_DENIED"), True),
        (AccessDenied(LIST, "ACCESS_DENIED"), True),
        (Doubtful(ADD, "http_502", status=502), False),
        (Doubtful(LIST, "http_502", status=502), True),
        (Doubtful(PROFILE, "no_answer"), True),
        (Doubtful(SCOPES, "no_answer"), True),
        (Doubtful(SYNC, "no_answer"), False),
        (LookupUnproven(LIST, "no_witness"), True),
        (Rejected(ADD, "ERROR_CORE"), False),
        (Rejected(LIST, "100"), False),
        (Rejected(PROFILE, "ERROR_CORE"), True),
        (Rejected(SCOPES, "ERROR_CORE"), True),
    ],
    ids=str,
)
def test_an_end_of_a_call_pauses_the_work_or_is_its_own(error: PortalError, pauses: bool) -> None:
    its = gate()
    PortalWellbeing(its).on_end(error.method, error)
    assert its.is_open is not pauses


def test_the_time_that_the_portal_names_is_waited_for_whatever_else_goes_well() -> None:
    its = gate()
    ear = PortalWellbeing(its)
    ear.on_end(ADD, NotExecuted(ADD, "OPERATION_TIME_LIMIT", retry_after=120.0))
    ear.on_end(LIST, None)
    assert 100.0 < its.seconds_to_probe() <= 120.0


def test_one_good_call_ends_a_pause_of_growing_waits() -> None:
    its = gate()
    ear = PortalWellbeing(its)
    for _ in range(8):
        its._wait("away")
    ear.on_end(LIST, Doubtful(LIST, "http_502", status=502))
    assert its.seconds_to_probe() > 0
    ear.on_end(PROFILE, None)
    assert its.seconds_to_probe() == 0
    assert Probe(its, lambda: None, PortalError).try_to_open()


def test_a_probe_that_fails_in_part_waits_longer_each_time() -> None:
    waits = []

    def probe() -> None:
        ear.on_end(PROFILE, None)
        raise ChannelFault(PROFILE, "not_admin")

    its = gate()
    side = Probe(its, probe, PortalError)
    ear = PortalWellbeing(its)
    its.close("not_admin", retry_after=0.0)
    for _ in range(6):
        its._not_before = 0.0
        assert not side.try_to_open()
        waits.append(its.seconds_to_probe())
    assert waits[-1] > 4 * waits[0]


HTML = "<html><h1>no</h1></html>"


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (EngineUnreachable("fetchAndLock", "no answer", doubtful=True), True),
        (EngineUnreachable("complete", "no answer", doubtful=True), True),
        (EngineUnreachable("count", "refused", doubtful=False), True),
        (error_of("version", 404, None, HTML), False),
        (error_of("external-task", 404, None, HTML), True),
        (error_of("fetchAndLock", 502, None, HTML), True),
        (error_of("extendLock", 401, None, ""), True),
        (error_of("complete", 413, None, HTML), False),
        (error_of("failure", 403, {"type": "AuthorizationException", "message": "no"}, ""), False),
        (error_of("history", 403, {"message": "no right to read"}, ""), False),
        (AnswerTooLong("fetchAndLock", "64 MB", doubtful=True), False),
        (EngineBusy("complete", "again"), False),
        (LockLost("extendLock", "gone", None), False),
    ],
    ids=str,
)
def test_an_end_of_a_call_to_the_engine_pauses_the_work_or_is_its_own(error: EngineError, pauses: bool) -> None:
    its = Gate("engine", Events())
    EngineWellbeing(its).on_end(error.call, error)
    assert its.is_open is not pauses


class Interrupted(Events):
    """While the first event is told, another thread is refused too; it ends now, or waits for its turn."""

    other: threading.Thread

    def emit(self, event: str, /, **facts: object) -> None:
        super().emit(event, **facts)
        if len(self.seen) == 1:
            self.other.start()
            self.other.join(0.2)


def test_a_ledger_that_refuses_two_threads_at_a_time_is_told_once() -> None:
    events = Interrupted()
    wellbeing = LedgerWellbeing(Gate("ledger", events), events)
    events.other = threading.Thread(target=wellbeing.unavailable, args=(RuntimeError("no answer"),))
    wellbeing.unavailable(RuntimeError("no answer"))
    events.other.join()
    assert events.names() == ["ledger.unavailable", "fetch.paused"]
