"""The limiter's decisions against a model of the portal's limits, in virtual time."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, pairwise

import pytest

from bitrix.limits.call_queue import CallQueue, Kind, Ticket
from bitrix.limits.concurrency import Concurrency
from bitrix.limits.operating_time import Cost
from bitrix.limits.presets import PRESETS, Limits
from sandbox.portal.limits import TOO_COSTLY, CloudLimits

ADD, SYNC, LIST = "tasks.task.add", "imena.camunda.sync", "tasks.task.list"
COST = {ADD: 0.934, SYNC: 0.4, LIST: 0.02}
hours = pytest.mark.no_cover
"""Hours of virtual time: counting their lines costs four times what they cost. The other tests reach the same."""
KIND = {ADD: Kind.CREATE, SYNC: Kind.BACKGROUND, LIST: Kind.URGENT}


def portal_of(limits: Limits) -> CloudLimits:
    return CloudLimits(
        requests_per_second=limits.requests_per_second or 0.0,
        burst=limits.burst,
        operating_seconds=limits.operating_seconds or math.inf,
        window_seconds=limits.window_seconds,
        costs=COST,
    )


class World:
    """Tickets that wait, calls on their way, and one clock for both sides."""

    def __init__(self, limits: Limits, *, share: float = 1.0, workers: int = 1) -> None:
        self.now = 1000.0
        self.portal = portal_of(limits)
        own = Limits(limits.requests_per_second, limits.burst, limits.operating_seconds, share=share)
        self.sides = [CallQueue(own, self.now) for _ in range(workers)]
        self.done: Counter[str] = Counter()
        self.sent_at: list[float] = []
        self.arrives = _at_once
        """When the portal gets what is sent at a time."""
        self._on_their_way: list[tuple[float, int, int, Ticket]] = []
        self._returning: list[tuple[float, int, int, Ticket, Cost | None]] = []
        self._number = 0

    def restart(self, limits: Limits) -> None:
        """Another run in place of this one, which knows nothing of what the portal has counted so far."""
        self.now += 2.0
        self._on_their_way.clear()
        self._returning.clear()
        self.sides = [CallQueue(limits, self.now)]

    def run(self, seconds: float, wish: Iterator[str], *, at_once: int) -> None:
        """Keep `at_once` tickets of each side waiting for so long."""
        self.run_all(seconds, [(wish, at_once)])

    def run_all(self, seconds: float, wishes: Sequence[tuple[Iterator[str], int]]) -> None:
        """The same, of several wishes at the same time."""
        until = self.now + seconds
        open_: list[list[Ticket]] = [[] for _ in self.sides]
        of_wish = {id(wish): [0] * len(self.sides) for wish, _ in wishes}
        while self.now < until:
            step = until - self.now
            for number, side in enumerate(self.sides):
                for wish, at_once in wishes:
                    while of_wish[id(wish)][number] < at_once:
                        method = next(wish)
                        ticket = Ticket(method, KIND[method], wake=partial(_one_less, of_wish[id(wish)], number))
                        of_wish[id(wish)][number] += 1
                        open_[number].append(ticket)
                        side.ask(ticket)
                wait = side.grant(self.now)
                step = min(step, wait if wait is not None else step)
                for ticket in [one for one in open_[number] if one.granted]:
                    open_[number].remove(ticket)
                    self._send(number, ticket)
            for coming in (self._on_their_way, self._returning):
                if coming:
                    step = min(step, coming[0][0] - self.now)
            self.now += max(step, 1e-4)
            self._arrive()
            self._return()

    def refused(self, queue: CallQueue, ticket: Ticket) -> None:
        if TOO_COSTLY in self.portal.refused:
            queue.method_refused(ticket.method, self.now, None)
        else:
            queue.too_fast()

    def _send(self, side: int, ticket: Ticket) -> None:
        self.sent_at.append(self.now)
        self._number += 1
        heapq.heappush(self._on_their_way, (self.arrives(self.now), self._number, side, ticket))
        self._arrive()

    def _arrive(self) -> None:
        while self._on_their_way and self._on_their_way[0][0] <= self.now:
            _, number, side, ticket = heapq.heappop(self._on_their_way)
            spent = self.portal.call(ticket.method, self.now)
            cost = None if isinstance(spent, str) else Cost(spent.seconds, COST[ticket.method], spent.reset_in)
            heapq.heappush(self._returning, (self.now + COST[ticket.method], number, side, ticket, cost))

    def _return(self) -> None:
        while self._returning and self._returning[0][0] <= self.now:
            _, _, side, ticket, cost = heapq.heappop(self._returning)
            queue = self.sides[side]
            queue.leave(ticket, self.now)
            if cost is None:
                self.refused(queue, ticket)
            else:
                self.done[ticket.method] += 1
                queue.answered(ticket, self.now, COST[ticket.method], cost)


def _at_once(sent: float) -> float:
    return sent


def _one_less(counts: list[int], number: int) -> None:
    counts[number] -= 1


def only(method: str) -> Iterator[str]:
    while True:
        yield method


def mixed(*methods: str) -> Iterator[str]:
    order = random.Random(1)
    while True:
        yield order.choice(methods)


@hours
@pytest.mark.parametrize("at_once", [1, 8, 50])
@hours
def test_a_backlog_uses_the_clouds_budget_without_hitting_it(at_once: int) -> None:
    """At one call after another the latency bounds it; else ninety per cent of what the limit allows."""
    world = World(PRESETS["cloud"])
    seconds = 6 * 3600.0
    world.run(seconds, only(ADD), at_once=at_once)
    assert not world.portal.refused
    ceiling = min(480.0 / 600.0 / COST[ADD], at_once / COST[ADD]) * seconds
    assert world.done[ADD] >= 0.9 * ceiling


def test_the_rest_of_a_budget_is_spread_not_spent_and_waited_for() -> None:
    world = World(PRESETS["cloud"])
    world.run(2 * 3600.0, only(ADD), at_once=50)
    assert max(after - before for before, after in pairwise(world.sent_at)) < 15.0


def test_cheap_calls_use_the_rate_without_hitting_it() -> None:
    world = World(PRESETS["cloud"])
    world.run(3600.0, only(LIST), at_once=20)
    assert not world.portal.refused
    assert world.done[LIST] >= 0.98 * 2.0 * 3600.0


@pytest.mark.parametrize("seconds", [3.0, 9.0])
def test_what_arrives_late_and_together_meets_no_limit(seconds: float) -> None:
    """A portal, a network or a machine that stood still: all that was sent meanwhile arrives in one moment."""
    world = World(Limits(requests_per_second=20.0, burst=50.0))
    world.arrives = lambda sent: sent if sent % 60.0 < 30.0 else max(sent, sent // 60.0 * 60.0 + 30.0 + seconds)
    world.run(600.0, mixed(LIST, SYNC), at_once=60)
    assert not world.portal.refused
    assert world.done.total() >= 0.98 * 20.0 * (600.0 - 10 * seconds)


def test_a_portal_that_takes_ten_seconds_is_called_as_fast_as_its_rate_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COST, ADD, 10.0)
    world = World(Limits(requests_per_second=2.0, burst=50.0))
    world.run(3600.0, only(ADD), at_once=50)
    assert not world.portal.refused
    assert world.done[ADD] >= 0.98 * 2.0 * 3600.0


def test_calls_that_hang_leave_room_for_others() -> None:
    """They have arrived, or never will."""
    queue = CallQueue(Limits(requests_per_second=2.0, burst=50.0), 0.0)
    creates, probe = [Ticket(ADD, Kind.CREATE) for _ in range(45)], Ticket(LIST, Kind.URGENT)
    for ticket in creates:
        queue.ask(ticket)
    queue.grant(60.0)
    queue.ask(probe)
    assert queue.grant(61.0) == pytest.approx(9.0)
    assert all(ticket.granted for ticket in creates)
    assert queue.grant(70.0) == pytest.approx(0.5)
    queue.grant(70.5)
    assert probe.granted


@hours
def test_creates_and_syncs_starve_neither_way() -> None:
    world = World(PRESETS["cloud-enterprise"])
    world.run(3600.0, mixed(ADD, SYNC, SYNC, SYNC), at_once=40)
    assert not world.portal.refused
    assert world.done[ADD] > 1000
    assert world.done[SYNC] > 1000


@hours
def test_syncs_take_no_execution_time_from_the_creates() -> None:
    """Creates that are due wait for their turn among the others: that wait must not add up."""
    world = World(PRESETS["cloud"])
    seconds = 2 * 3600.0
    world.run_all(seconds, [(only(ADD), 20), (only(SYNC), 8)])
    assert not world.portal.refused
    assert world.done[ADD] >= 0.9 * 480.0 / 600.0 / COST[ADD] * seconds
    assert world.done[ADD] + world.done[SYNC] >= 0.98 * 2.0 * seconds


def test_looks_at_waiting_tasks_and_syncs_starve_neither_way() -> None:
    """Both are in the background; with thousands of waiting tasks one look follows the other."""
    world = World(PRESETS["cloud"])
    kind = KIND | {LIST: Kind.BACKGROUND}
    queue = CallQueue(PRESETS["cloud"], world.now)
    for method in [LIST] * 300 + [SYNC] * 300:
        queue.ask(Ticket(method, kind[method], wake=partial(world.done.update, [method])))
    for _ in range(100):
        world.now += 1.0
        queue.grant(world.now)
    assert abs(world.done[LIST] - world.done[SYNC]) <= 10


@hours
def test_a_restart_under_a_backlog_meets_no_limit() -> None:
    """The portal's bucket and budget are as the run before has left them."""
    world = World(PRESETS["cloud"])
    for _ in range(3):
        world.run_all(1800.0, [(only(ADD), 20), (only(SYNC), 8)])
        world.restart(PRESETS["cloud"])
    world.run_all(600.0, [(only(ADD), 20), (only(SYNC), 8)])
    assert not world.portal.refused


def test_a_method_that_others_have_exhausted_is_asked_for_by_few() -> None:
    world = World(PRESETS["cloud"])
    while world.portal.call(ADD, world.now) != TOO_COSTLY:
        world.now += 0.5
    world.run(1200.0, only(ADD), at_once=40)
    assert world.portal.refused[TOO_COSTLY] < 20
    assert world.done[ADD] > 0.8 * 480.0 / 600.0 / COST[ADD] * 600.0


def test_a_short_backlog_is_not_spread_at_all() -> None:
    world = World(PRESETS["cloud"])
    world.run(60.0, only(ADD), at_once=50)
    assert world.done[ADD] > 100


@hours
def test_two_workers_split_one_webhook() -> None:
    world = World(PRESETS["cloud"], share=0.5, workers=2)
    seconds = 3 * 3600.0
    world.run(seconds, only(ADD), at_once=20)
    assert not world.portal.refused
    assert world.done[ADD] >= 0.8 * (480.0 / 600.0 / COST[ADD]) * seconds


def granted(queue: CallQueue, *methods: str, now: float = 0.0) -> list[str]:
    """In which order these get their turns, one after the other."""
    waiting = [Ticket(method, KIND[method]) for method in methods]
    for ticket in waiting:
        queue.ask(ticket)
    order: list[str] = []
    while waiting:
        queue.grant(now)
        ready = [ticket for ticket in waiting if ticket.granted]
        assert len(ready) <= 1
        for ticket in ready:
            order.append(ticket.method)
            waiting.remove(ticket)
            queue.leave(ticket, now)
        now += 1.0
    return order


def test_look_ups_go_first_then_creates_with_a_share_for_syncs() -> None:
    one_a_second = Limits(requests_per_second=1.0, burst=1.0)
    order = granted(CallQueue(one_a_second, 0.0), *[ADD] * 6, *[SYNC] * 4, *[LIST] * 2)
    assert order[:2] == [LIST, LIST]
    assert order[2] == ADD
    assert Counter(order[2:12])[SYNC] == 4
    assert SYNC in order[2:6]


def test_what_does_not_want_to_wait_leaves_the_queue() -> None:
    queue = CallQueue(Limits(requests_per_second=1.0, burst=3.0), 0.0)
    first, second = Ticket(ADD, Kind.CREATE), Ticket(ADD, Kind.CREATE)
    queue.ask(first)
    queue.ask(second)
    assert queue.grant(0.0) == pytest.approx(1.0)
    queue.withdraw(second)
    assert (first.granted, second.granted, queue.grant(5.0)) == (True, False, None)


def test_a_refused_method_rests_and_others_go_on() -> None:
    queue = CallQueue(PRESETS["cloud"], 0.0)
    queue.method_refused(ADD, 0.0, None)
    create, sync = Ticket(ADD, Kind.CREATE), Ticket(SYNC, Kind.BACKGROUND)
    queue.ask(create)
    queue.ask(sync)
    assert queue.grant(0.0) == pytest.approx(60.0)
    assert (create.granted, sync.granted) == (False, True)
    queue.grant(61.0)
    assert create.granted


def test_a_refused_method_rests_for_a_window_at_most() -> None:
    """Whoever waits in the line keeps its slot and its lock: a year is no time that a portal may name."""
    queue = CallQueue(PRESETS["cloud"], 0.0)
    queue.method_refused(ADD, 0.0, 365 * 86400.0)
    queue.ask(Ticket(ADD, Kind.CREATE))
    assert queue.grant(0.0) == pytest.approx(600.0)


def test_a_portal_that_says_too_fast_is_believed() -> None:
    queue = CallQueue(PRESETS["cloud"], 0.0)
    queue.too_fast()
    queue.ask(Ticket(LIST, Kind.URGENT))
    assert queue.grant(0.0) == pytest.approx(0.5)


# --- one number of calls at once ---


class Crowd:
    """Callers that keep asking, each for one call after another, of a portal without limits but slow to answer."""

    def __init__(self, concurrency: int, seconds: dict[str, float]) -> None:
        self.queue = CallQueue(Limits(concurrency=concurrency), 0.0)
        self.done: Counter[str] = Counter()
        self.most = 0
        self._seconds = seconds
        self._now = 0.0
        self._under_way: list[tuple[float, int, Ticket, Iterator[str]]] = []
        self._waiting: list[tuple[Ticket, Iterator[str]]] = []

    def add(self, callers: int, *methods: str) -> None:
        """So many, each of which calls these methods in turn and begins anew."""
        for _ in range(callers):
            self._ask(cycle(methods))

    def run(self, seconds: float) -> None:
        until = self._now + seconds
        self._grant()
        while self._under_way and self._under_way[0][0] <= until:
            self._now, _, ticket, methods = heapq.heappop(self._under_way)
            self.queue.leave(ticket, self._now)
            self.done[ticket.method] += 1
            self._ask(methods)
            self._grant()
        self._now = until

    def under_way(self, method: str) -> int:
        return sum(ticket.method == method for _, _, ticket, _ in self._under_way)

    def _ask(self, methods: Iterator[str]) -> None:
        method = next(methods)
        ticket = Ticket(method, KIND[method])
        self.queue.ask(ticket)
        self._waiting.append((ticket, methods))

    def _grant(self) -> None:
        self.queue.grant(self._now)
        for ticket, methods in [one for one in self._waiting if one[0].granted]:
            self._waiting.remove((ticket, methods))
            end = self._now + self._seconds[ticket.method]
            heapq.heappush(self._under_way, (end, id(ticket), ticket, methods))
        self.most = max(self.most, len(self._under_way))


@pytest.mark.parametrize("at_once", [1, 2, 8, 50])
def test_no_more_calls_than_the_one_number_whatever_they_are_for_and_no_slot_idle(at_once: int) -> None:
    crowd = Crowd(at_once, {ADD: 0.3, SYNC: 0.3, LIST: 0.1})
    crowd.add(60, LIST, ADD, SYNC)
    crowd.run(60.0)
    assert crowd.most == at_once
    busy = 0.3 * crowd.done[ADD] + 0.3 * crowd.done[SYNC] + 0.1 * crowd.done[LIST]
    assert busy >= 0.97 * at_once * 60.0
    assert all(crowd.done[method] for method in (ADD, SYNC, LIST))


@pytest.mark.parametrize(("at_once", "slower"), [(1, 1), (1, 7), (2, 1), (8, 1), (8, 4), (50, 1), (50, 2), (50, 6)])
def test_syncs_keep_up_with_creates_however_slow_the_module_is(at_once: int, slower: float) -> None:
    """Each has callers of its own, as many as there may be: only the turns keep them together."""
    crowd = Crowd(at_once, {ADD: 0.3, SYNC: 0.3 * slower})
    crowd.add(60, ADD)
    crowd.add(60, SYNC)
    crowd.run(100.0)
    assert abs(crowd.done[ADD] - crowd.done[SYNC]) <= max(0.05 * crowd.done[ADD], 2)
    assert 0.3 * crowd.done[ADD] + 0.3 * slower * crowd.done[SYNC] >= 0.97 * at_once * 100.0


@pytest.mark.parametrize("alone", [ADD, SYNC])
def test_one_kind_alone_has_the_number(alone: str) -> None:
    crowd = Crowd(50, {alone: 0.3})
    crowd.add(60, alone)
    crowd.run(60.0)
    assert crowd.done[alone] >= (1.0 if alone == ADD else 7 / 8) * 0.97 * 50 / 0.3 * 60.0


@pytest.mark.parametrize(("hangs", "works"), [(SYNC, ADD), (ADD, SYNC)])
def test_calls_that_hang_stop_no_calls_of_another_kind(hangs: str, works: str) -> None:
    crowd = Crowd(50, {hangs: 75.0, works: 0.3})
    crowd.add(60, works)
    crowd.run(1.0)
    crowd.add(60, hangs)
    crowd.run(60.0)
    assert crowd.under_way(hangs) == 44
    assert crowd.done[works] >= 0.9 * 6 / 0.3 * 60.0


def test_what_others_wait_for_goes_before_all_that_waits() -> None:
    crowd = Crowd(2, {ADD: 1.0, SYNC: 1.0, LIST: 1.0})
    crowd.add(20, ADD, SYNC)
    crowd.run(10.5)
    crowd.add(2, LIST)
    crowd.run(1.0)
    assert crowd.under_way(LIST) == 2


# --- concurrency ---


def test_concurrency_grows_while_answers_are_steady() -> None:
    concurrency = Concurrency(50)
    assert concurrency.allowed == 50
    while concurrency.allowed == 50:
        concurrency.overloaded()
    assert concurrency.allowed == 25
    for _ in range(1200):
        concurrency.answered(0.3)
    assert concurrency.allowed == 50


def test_it_shrinks_once_for_a_round_of_overload_and_grows_again() -> None:
    concurrency = Concurrency(64)
    for _ in range(100):
        concurrency.answered(0.3)
    for _ in range(30):
        concurrency.overloaded()
    assert concurrency.allowed == 32
    for _ in range(200):
        concurrency.overloaded()
    assert concurrency.allowed == 1
    for _ in range(3000):
        concurrency.answered(0.3)
    assert concurrency.allowed == 64


def test_a_sick_node_behind_a_balancer_is_no_overload() -> None:
    concurrency, nodes = Concurrency(32), random.Random(5)
    least = 32
    for _ in range(2000):
        if nodes.randrange(3) == 0:
            concurrency.overloaded()
        else:
            concurrency.answered(0.3)
        least = min(least, concurrency.allowed)
    assert concurrency.allowed >= 24
    assert least >= 8


def test_an_overload_is_noticed_within_a_dozen_calls() -> None:
    concurrency = Concurrency(32)
    for _ in range(100):
        concurrency.answered(0.3)
    for _ in range(12):
        concurrency.overloaded()
    assert concurrency.allowed == 16


def test_it_shrinks_while_the_portal_is_slower_than_usual_but_not_to_nothing() -> None:
    concurrency = Concurrency(50)
    for _ in range(100):
        concurrency.answered(0.3)
    for _ in range(300):
        concurrency.answered(3.0)
    assert 8 <= concurrency.allowed < 25


def test_a_portal_that_stays_slower_is_the_new_usual() -> None:
    concurrency = Concurrency(50)
    for _ in range(100):
        concurrency.answered(0.3)
    for _ in range(6000):
        concurrency.answered(1.0)
    assert concurrency.allowed == 50


def test_few_milliseconds_of_jitter_are_no_slowness() -> None:
    concurrency = Concurrency(50)
    for number in range(500):
        concurrency.answered(0.002 if number % 2 else 0.05)
    assert concurrency.allowed == 50
