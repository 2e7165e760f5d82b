from __future__ import annotations

import re
import threading

import pytest

from bitrix import causes
from bitrix.causes import Cause
from bitrix.errors import ChannelFault, Doubtful, NotExecuted, PortalError
from bitrix.methods import LIST
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker.engine.errors import EngineDenied
from worker.runtime import clock
from worker.runtime.gate import Gate, Gates
from worker.runtime.probe import Probe
from worker.runtime.standstill import Standstill
from worker.words.codes import PartName
from worker.words.log.telling import text_of, with_facts
from worker.words.phrase import NOTHING


class Sick(Exception):
    pass


class Side:
    def __init__(self) -> None:
        self.sick = False
        self.probes = 0

    def probe(self) -> None:
        self.probes += 1
        if self.sick:
            raise Sick("still ill")


def probe_of(side: Side, events: Events) -> Probe:
    return Probe(Gate("portal", events), side.probe, Sick)


def test_a_closed_gate_opens_by_its_own_probe() -> None:
    side, events = Side(), Events()
    probe = probe_of(side, events)
    gate = probe.gate
    gate.close("away", retry_after=0.0)
    assert probe.try_to_open()
    assert gate.is_open
    assert events.names() == ["fetch.paused", "fetch.resumed"]


def test_an_idle_side_is_probed_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    side, events = Side(), Events()
    probe = probe_of(side, events)
    gate = probe.gate
    side.sick = True
    now = clock.boottime()
    for seconds, probes, is_open in ((29.0, 0, True), (31.0, 1, False), (90.0, 1, False)):
        monkeypatch.setattr(clock, "boottime", lambda: now + seconds)  # noqa: B023 - used in this very round
        probe.confirm()
        assert (side.probes, gate.is_open) == (probes, is_open)
    assert events.names() == ["fetch.paused"]


def test_a_side_that_is_asked_anyway_is_probed_only_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    side, events = Side(), Events()
    gate = Gate("engine", events)
    probe = Probe(gate, side.probe, Sick, when_idle=False)
    side.sick = True
    now = clock.boottime()
    monkeypatch.setattr(clock, "boottime", lambda: now + 3600.0)
    probe.one_round()
    assert gate.is_open, "it is not even probed"
    gate.doubt()
    gate.well()
    monkeypatch.setattr(clock, "boottime", lambda: now + 3700.0)
    probe.one_round()
    assert gate.is_open, "another call was answered"
    gate.doubt()
    probe.one_round()
    assert (side.probes, gate.is_open) == (1, False)


def test_a_doubt_beside_answers_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose next activity fails must not cost a probe each time."""
    side = Side()
    probe = Probe(Gate("engine", Events()), side.probe, Sick, when_idle=False)
    now = clock.boottime()
    monkeypatch.setattr(clock, "boottime", lambda: now)
    probe.gate.well()
    probe.gate.doubt()
    for seconds, probes in ((4.0, 0), (6.0, 1), (12.0, 1)):
        monkeypatch.setattr(clock, "boottime", lambda: now + seconds)  # noqa: B023 - used in this very round
        probe.one_round()
        assert side.probes == probes


def test_a_new_cause_takes_the_place_of_one_on_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page went on to advise about a proxy that had answered 502, while the engine's database was away."""
    side, gate = Side(), Gate("engine", Events())
    probe = Probe(gate, side.probe, Sick, when_idle=False)
    gate.close("a proxy", retry_after=0.0, awaits="fetchAndLock")
    assert probe.try_to_open()
    assert gate.pause
    assert gate.pause.on_trial
    side.sick = True
    now = clock.boottime()
    gate.doubt()
    monkeypatch.setattr(clock, "boottime", lambda: now + 6.0)
    probe.one_round()
    assert not gate.is_open
    assert "still ill" in gate.why.en


def test_a_side_that_never_answered_has_not_answered_since_the_start() -> None:
    gate = Gate("portal", Events())
    assert gate.since_well() is None
    gate.close("no answer")
    assert gate.since_well() is None
    gate.well()
    assert gate.since_well() is not None


def test_a_side_that_has_just_answered_is_not_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    side = Side()
    probe = probe_of(side, Events())
    gate = probe.gate
    now = clock.boottime()
    monkeypatch.setattr(clock, "boottime", lambda: now + 20.0)
    gate.well()
    monkeypatch.setattr(clock, "boottime", lambda: now + 40.0)
    probe.confirm()
    monkeypatch.setattr(clock, "boottime", lambda: now + 60.0)
    probe.confirm()
    probe.confirm()
    assert side.probes == 1


def test_a_side_that_answers_is_probed_all_the_same_for_what_its_answers_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook's owner was no administrator any more: every call went well, and nobody was told."""
    side = Side()
    gate = probe_of(side, Events()).gate
    probe = Probe(gate, side.probe, Sick, every=60.0)
    now = clock.boottime()
    for seconds in (20.0, 40.0, 61.0, 80.0, 100.0):
        monkeypatch.setattr(clock, "boottime", lambda: now + seconds)  # noqa: B023 - used in this very round
        gate.well()
        side.sick = seconds > 60
        probe.confirm()
        assert gate.is_open == (seconds < 60)
    assert side.probes == 1


def test_an_open_gate_is_asked_with_less_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the rights of a portal that had just begun to hang waited for all of its time-out, the page green."""
    asked: list[str] = []
    gate, now = probe_of(Side(), Events()).gate, still_clock(monkeypatch)
    probe = Probe(gate, lambda: asked.append("look"), Sick, glance=lambda: asked.append("glance"), every=60.0)
    gate.well()
    for seconds, silent in ((31.0, True), (31.0, True), (61.0, False)):
        now[0] += seconds
        if not silent:
            gate.well()
        probe.confirm()
    gate.close("away", retry_after=0.0)
    probe.try_to_open()
    assert asked == ["glance", "glance", "glance", "look"]


def test_a_side_that_answers_other_calls_may_take_its_time_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not paused for it, and next time it gets that time."""
    asked: list[str] = []

    def glance() -> None:
        asked.append("glance")
        raise NotExecuted("profile", "read_timeout", cause=Cause.NO_ANSWER)

    gate, now = probe_of(Side(), Events()).gate, still_clock(monkeypatch)
    probe = Probe(gate, lambda: asked.append("look"), PortalError, glance=glance, every=60.0)
    for _ in range(3):
        now[0] += 61.0
        gate.well()
        probe.confirm()
    assert asked == ["glance", "look", "glance"]
    assert gate.works
    now[0] += 31.0
    probe.confirm()
    assert not gate.is_open, "silent since"


def test_a_silent_side_that_is_known_to_be_slow_is_asked_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    slow = [True, False]
    gate, now = probe_of(Side(), Events()).gate, still_clock(monkeypatch)
    look, glance = (lambda: asked.append("look")), (lambda: asked.append("glance"))
    probe = Probe(gate, look, Sick, glance=glance, is_slow=lambda: slow.pop(0))
    for _ in range(2):
        now[0] += 31.0
        probe.confirm()
    assert asked == ["look", "glance"]


@pytest.mark.parametrize(("side", "most"), [("engine", 30.0), ("portal", 30.0), ("ledger", 5.0)])
def test_a_ledger_that_works_again_is_noticed_within_seconds(
    monkeypatch: pytest.MonkeyPatch, side: causes.Side, most: float
) -> None:
    """Its disk had room again and tasks were completed, and for half a minute the page said `0 MB free`."""
    now, events = still_clock(monkeypatch), Events()
    gate, asked = Gate(side, events), Side()
    asked.sick = True
    probe = Probe(gate, asked.probe, Sick)
    gate.close("full")
    waits = []
    for _ in range(12):
        waits.append(gate.seconds_to_probe())
        now[0] += waits[-1]
        assert not probe.try_to_open()
    assert most / 2 <= max(waits) <= most


@pytest.mark.parametrize(
    ("cause", "answered", "stays"),
    [(Cause.NO_ANSWER, True, True), (Cause.NO_ANSWER, False, False), (Cause.GATEWAY, True, False)],
)
def test_a_glance_without_an_answer_proves_nothing_of_a_side_that_answered_meanwhile(
    monkeypatch: pytest.MonkeyPatch, cause: Cause, answered: bool, stays: bool
) -> None:
    gate, now = Gate("portal", Events()), still_clock(monkeypatch)
    gate.well()
    now[0] += 31.0

    def glance() -> None:
        now[0] += 10.0
        if answered:
            gate.well("tasks.task.list")
        now[0] += 5.0
        raise Doubtful("profile", "", cause=cause)

    Probe(gate, glance, PortalError, glance=glance).confirm()
    assert gate.works is stays


@pytest.mark.parametrize(
    ("cause", "since"),
    [(Cause.NO_ANSWER, 100.0), (Cause.CONNECT_TIMEOUT, 100.0), (Cause.REFUSED, 175.0), (Cause.GATEWAY, 175.0)],
)
def test_a_side_that_times_out_has_not_worked_since_its_last_answer(
    cause: Cause, since: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page told the first time-out as the beginning, when the portal had been silent for a minute and a half."""
    now = still_clock(monkeypatch)
    began, gate = now[0], Gate("portal", Events())
    now[0] += 100.0
    gate.well()
    now[0] += 75.0
    gate.close(PortalError(LIST, "no_answer", cause=cause))
    now[0] += 5.0
    gate.still_closed(PortalError(LIST, "no_answer", cause=cause), 1)
    assert gate.pause is not None
    assert gate.pause.since - began == since


def test_a_side_that_has_never_answered_is_silent_since_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    now = still_clock(monkeypatch)
    began, gate = now[0], Gate("portal", Events())
    gate.close_for_first_probe()
    now[0] += 75.0
    gate.still_closed(PortalError(LIST, "no_answer", cause=Cause.NO_ANSWER), 0)
    assert gate.pause is not None
    assert gate.pause.since == began


def test_no_probe_before_its_time() -> None:
    side = Side()
    probe = probe_of(side, Events())
    gate = probe.gate
    gate.close("limit", retry_after=60.0)
    assert not probe.try_to_open()
    assert side.probes == 0
    assert 59 < gate.seconds_to_probe() <= 60


def test_a_failing_probe_waits_longer_each_time() -> None:
    side = Side()
    side.sick = True
    probe = probe_of(side, Events())
    gate = probe.gate
    gate.close("away", retry_after=0.0)
    waits = []
    for _ in range(8):
        gate._not_before = 0.0
        assert not probe.try_to_open()
        waits.append(gate.seconds_to_probe())
    assert gate.reason == "still ill"
    assert waits[-1] > waits[0]
    assert max(waits) <= 30.0


def test_closing_again_says_nothing_new_and_does_not_shorten_the_wait() -> None:
    events = Events()
    probe = probe_of(Side(), events)
    gate = probe.gate
    gate.close("limit", retry_after=60.0)
    gate.close("limit too", retry_after=0.0)
    assert events.names() == ["fetch.paused"]
    assert gate.seconds_to_probe() > 59


def test_an_open_gate_is_not_probed() -> None:
    side = Side()
    assert probe_of(side, Events()).try_to_open()
    assert side.probes == 0


def test_an_outage_of_days_is_still_probed() -> None:
    side = Side()
    side.sick = True
    probe = probe_of(side, Events())
    gate = probe.gate
    gate.close("away")
    gate._tries = 100_000
    for _ in range(3):
        gate._not_before = 0.0
        assert not probe.try_to_open()
    assert side.probes == 3


@pytest.mark.parametrize("named", [3600.0, 1e9])
def test_a_long_pause_that_a_side_has_named_is_believed_up_to_a_bound(named: float) -> None:
    probe = probe_of(Side(), Events())
    gate = probe.gate
    gate.close("limit", retry_after=named)
    assert 299 < gate.seconds_to_probe() <= 300


def test_a_pause_is_told_once_then_each_minute_with_its_count_and_its_end_with_its_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side, events, now = Side(), Events(), still_clock(monkeypatch)
    side.sick = True
    probe = probe_of(side, events)
    began = now[0]
    probe.gate.close("away")
    while now[0] < began + 185:  # a check comes at most 30 s after its minute
        probe.try_to_open()
        now[0] += 0.5
    told = [(name, facts.get("count")) for name, facts in events.seen if name != "fetch.probed"]
    assert [name for name, _ in told[:3]] == ["fetch.paused", "fetch.still_paused", "fetch.still_paused"]
    assert len(told) <= 4, "at most once in a minute"
    pause = probe.gate.pause
    assert pause is not None
    assert told[1][1] < told[2][1] <= pause.tries == events.names().count("fetch.probed")  # type: ignore[operator]
    side.sick = False
    now[0] += 60
    probe.try_to_open()
    name, facts = events.seen[-1]
    assert (name, facts["seconds"]) == ("fetch.resumed", 245.0)
    assert str(facts["lasted"]) == "4 min"


def test_a_pause_that_is_checked_seldom_is_told_each_minute_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that hangs holds each check for longer than a minute."""
    events, now = Events(), still_clock(monkeypatch)
    gate = probe_of(Side(), events).gate
    gate.remind()
    gate.close("hangs")
    for _ in range(20):
        now[0] += 10
        gate.remind()
    assert events.names() == ["fetch.paused"] + ["fetch.still_paused"] * 3
    gate.open()
    now[0] += 100
    gate.remind()
    assert events.names()[-1] == "fetch.resumed"


def test_another_cause_is_told_at_once_as_the_same_pause() -> None:
    events = Events()
    gate = probe_of(Side(), events).gate
    for cause in (Cause.REFUSED, Cause.REFUSED, Cause.GATEWAY):
        gate.still_closed(PortalError("profile", "unreachable", cause=cause), 0)
    gate.open()
    told = [(name, facts) for name, facts in events.seen if name != "fetch.probed"]
    assert [name for name, _ in told] == ["fetch.paused", "fetch.still_paused", "fetch.resumed"]
    assert "refuses the connection" in str(told[0][1]["reason"])
    assert "maintenance" in str(told[1][1]["reason"])


def test_two_causes_that_take_turns_are_told_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A balancer with one server gone and one that is full told both again at each check."""
    events, now = Events(), still_clock(monkeypatch)
    gate = probe_of(Side(), events).gate
    for number in range(100):
        cause = (Cause.REFUSED, Cause.GATEWAY)[number % 2]
        gate.still_closed(PortalError("profile", "unreachable", cause=cause), 0)
        now[0] += 1
    told = [name for name in events.names() if name != "fetch.probed"]
    assert told == ["fetch.paused", "fetch.still_paused", "fetch.still_paused"], "each cause, then once a minute"


def words_of(events: Events, event: str) -> list[str]:
    return [with_facts(text_of(event).en, facts, "en") for name, facts in events.seen if name == event]


def test_two_sides_that_are_away_are_told_in_one_line_the_more_urgent_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their lines took turns, each with one cause, and the last of them was whichever was checked later."""
    events, now = Events(), still_clock(monkeypatch)
    gates = Gates(*(Gate(side, events) for side in ("engine", "portal", "ledger")))
    gates.know()
    for gate in (gates.portal, gates.engine):
        gate.close(PortalError("profile", "unreachable", cause=Cause.REFUSED))
    for _ in range(125):
        now[0] += 1
        for gate in gates:
            gate.remind()
    told = words_of(events, "fetch.still_paused")
    assert len(told) == 2
    assert all(line.startswith("Fetching is still paused (engine)") for line in told)
    assert all(". Besides, portal: " in line for line in told)
    gates.portal.close(PortalError("profile", "unreachable", cause=Cause.GATEWAY))
    gates.portal.remind()
    *_, last = words_of(events, "fetch.still_paused")
    assert last.startswith("Fetching is still paused (portal)"), "a new cause is told at once"
    gates.engine.open()
    [line] = words_of(events, "fetch.resumed")
    assert line.startswith("Fetching is still paused for another reason (portal), but this one is gone (engine)")
    now[0] += 60
    gates.portal.remind()
    *_, last = words_of(events, "fetch.still_paused")
    assert last.startswith("Fetching is still paused (portal)")
    assert "Besides" not in last
    gates.portal.open()
    *_, last = words_of(events, "fetch.resumed")
    assert last.startswith("Fetching has resumed (portal)")


def test_fetching_has_not_resumed_while_the_engine_hands_out_no_tasks() -> None:
    """The log said so one second after the engine had refused a fetch."""
    events = Events()
    gates = Gates(*(Gate(side, events) for side in ("engine", "portal", "ledger")))
    fetching, syncs = (Standstill("engine", part, events) for part in (PartName.FETCH, PartName.SYNCS))
    gates.know(fetching, syncs)
    fetching.begin("refused", seconds=1.0)
    syncs.begin("refused", seconds=1.0)
    gates.portal.close("away")
    gates.portal.open()
    [line] = words_of(events, "fetch.resumed")
    assert line.startswith("Fetching is still paused for another reason (engine), but this one is gone (portal)")
    fetching.end()
    gates.portal.close("away")
    gates.portal.open()
    assert words_of(events, "fetch.resumed")[-1].startswith("Fetching has resumed (portal)")


def test_a_call_that_fails_before_the_first_probe_does_not_hide_the_pause() -> None:
    """It had the pause, and the probe that failed after it was told as one that goes on: nothing said that it began."""
    events = Events()
    gate = probe_of(Side(), events).gate
    gate.close_for_first_probe()
    away = PortalError("profile", "unreachable", cause=Cause.REFUSED)
    gate.close(away)
    gate.still_closed(away, 0)
    gate.still_closed(away, 1)
    assert [name for name, _ in events.seen if name != "fetch.probed"] == ["fetch.paused"]


def test_a_pause_that_ends_before_anybody_was_told_is_not_told_as_ended() -> None:
    """One call of the first probe failed, and the next one showed that the side works."""
    events = Events()
    gate = probe_of(Side(), events).gate
    gate.close_for_first_probe()
    gate.close(PortalError("profile", "unreachable", cause=Cause.REFUSED))
    gate.open()
    assert gate.works
    assert events.seen == []


@pytest.mark.parametrize(
    ("cause", "words"),
    [(Cause.GATEWAY, "It may end without you"), (Cause.WEBHOOK_UNKNOWN, "It does not end without you")],
)
def test_each_line_of_a_pause_says_whether_it_ends_without_a_person(
    cause: Cause, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = still_clock(monkeypatch)
    events = Events()
    gate = probe_of(Side(), events).gate
    gate.close(PortalError("profile", "x", cause=cause))
    now[0] += 100
    gate.still_closed(PortalError("profile", "x", cause=cause), 0)
    said = [(name, with_facts(text_of(name).en, facts, "en")) for name, facts in events.seen if name != "fetch.probed"]
    assert [name for name, _ in said] == ["fetch.paused", "fetch.still_paused"]
    assert all(re.search(rf"\. {words}[.;] (?i:next check in|being checked now)", line) for _, line in said)


def test_a_check_that_is_under_way_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal hung, and the log said: next check in 0.0 s."""
    events, now = Events(), still_clock(monkeypatch)
    gate = probe_of(Side(), events).gate
    gate.close("hangs")
    now[0] += 100
    gate.remind()
    name, facts = events.seen[-1]
    assert with_facts(text_of(name).en, facts, "en").endswith("; being checked now")


def test_a_gate_on_trial_tells_what_decides_and_by_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each list was refused and each check answered; "being checked now" was told all the time, and 0.0 seconds."""
    events, now = Events(), still_clock(monkeypatch)
    probe = probe_of(Side(), events)
    gate = probe.gate
    gate.close(Doubtful(LIST, "INTERNAL_SERVER_ERROR", cause=Cause.GATEWAY), retry_after=0.0, awaits=LIST)
    assert probe.try_to_open()
    now[0] += 20
    pause = gate.pause
    assert pause is not None
    assert (pause.on_trial, pause.seconds_to_check) == (True, 40.0)
    now[0] += 41
    gate._told_at = 0.0
    gate.remind()
    name, facts = events.seen[-1]
    assert "the next such call decides, in" in with_facts(text_of(name).en, facts, "en")
    probe.try_to_open()
    assert gate.works


def test_a_new_pause_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = still_clock(monkeypatch)
    gate = probe_of(Side(), Events()).gate
    gate.close("away")
    gate.still_closed(Sick("away"), 0)
    gate.open()
    pauses = [gate.pause]
    now[0] += 100
    gate.close("away")
    pauses.append(gate.pause)
    assert [pause and (pause.since, pause.tries) for pause in pauses] == [None, (now[0], 0)]


def refuse(gate: Gate) -> None:
    gate.close(ChannelFault("tasks.task.list", "ACCESS_DENIED", status=403, cause=Cause.DENIED), awaits=LIST)


def test_a_refused_call_is_one_pause_until_that_very_call_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe's own calls succeed all the while, and so does whatever else is called."""
    side, events, now = Side(), Events(), still_clock(monkeypatch)
    probe = probe_of(side, events)
    gate, began, opened = probe.gate, now[0], 0
    while now[0] < began + 150:
        if probe.try_to_open():
            opened += 1
            gate.well("profile")
            refuse(gate)
        gate.well("profile")
        now[0] += 0.5
        assert not gate.works
    pause = gate.pause
    assert pause is not None
    assert (pause.since, pause.tries) == (began, opened - 1)
    assert opened < 20, "the waits between two tries grow"
    first, *others = events.names()
    assert (first, set(others)) == ("fetch.paused", {"fetch.still_paused"})
    assert len(others) <= 2, "at most one a minute"
    while not probe.try_to_open():
        now[0] += 0.5
    assert (gate.works, bool(gate.why)) == (False, True), "open, yet on trial"
    gate.well(LIST)
    assert (gate.works, gate.why) == (True, NOTHING)
    assert events.names()[-1] == "fetch.resumed"


def test_a_trial_ends_if_the_refused_call_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = still_clock(monkeypatch)
    probe = probe_of(Side(), Events())
    refuse(probe.gate)
    now[0] += 1
    for seconds, works in ((1, False), (58, False), (2, True)):
        probe.try_to_open()
        now[0] += seconds
        probe.try_to_open()
        assert probe.gate.works is works


def test_a_refusal_while_the_trial_ends_leaves_the_gate_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = probe_of(Side(), Events())
    gate, started = probe.gate, clock.boottime()
    refuse(gate)
    monkeypatch.setattr(clock, "boottime", lambda: started + 1)
    assert probe.try_to_open()
    refusing = threading.Thread(target=refuse, args=[gate])

    def long_after() -> float:
        """The trial has lasted long enough, and just now the call is refused again."""
        if not refusing.ident:
            refusing.start()
            refusing.join(0.3)  # ends at once if nothing holds it back
        return started + 100

    monkeypatch.setattr(clock, "boottime", long_after)
    gate.end_trial()
    refusing.join()
    assert not gate.is_open


def test_a_call_that_was_never_answered_is_not_awaited() -> None:
    probe = probe_of(Side(), Events())
    probe.gate.close(NotExecuted("tasks.task.list", "unreachable"), retry_after=0.0)
    assert probe.try_to_open()
    assert probe.gate.works


def test_what_is_awaited_outlasts_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    now = still_clock(monkeypatch)
    side = Side()
    probe = probe_of(side, Events())
    refuse(probe.gate)
    for side.sick in (True, False):
        now[0] += 60
        probe.try_to_open()
    assert probe.gate.is_open
    assert not probe.gate.works


def test_a_refused_password_is_tried_again_so_seldom_that_nobody_is_locked_out_in_a_night_shift() -> None:
    """Camunda locks a user after ten wrong passwords; the worker had used them up within two minutes."""
    refused = EngineDenied("external-task/count", "no", cause=Cause.ENGINE_LOGIN)
    gate = Gate("engine", Events())
    gate.close(refused)
    waits = [gate.seconds_to_probe()]
    for tries in range(1, 10):
        gate.still_closed(refused, tries)
        waits.append(gate.seconds_to_probe())
    assert 14.0 < waits[0] <= 30.0
    assert max(waits) <= 600.0
    assert sum(waits[:9]) > 1500.0, "before the tenth try, though each wait is the shortest"
