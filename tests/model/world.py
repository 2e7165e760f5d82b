"""The world of one external task, small enough to be searched completely: two workers, an engine, a portal, time.

Time runs in ticks. A create is executed within `SERVER` ticks of its sending, or never; locks and waits are measured
as the product measures them (`HOLD` = server maximum and margin). Everything that can go wrong spends from a budget
of faults; everything else may happen in any order, at any speed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

SERVER = 1
"""Ticks after its sending in which a create may still be executed."""
OUTAGE = 3
"""Ticks for which a kernel goes on sending what nobody waits for any more, where it is not told to stop."""
HOLD = 2
LOCK = 5
"""Ticks of a fresh lock that may be counted on: more than two HOLDs."""
SKEW = 1
"""How far the clocks of the engine's nodes may be apart."""
ENGINE = 1
"""Ticks in which the engine may still execute a call that it has not answered."""
FIRST = 1
"""A task locked at this age or later is not surely first."""
ATTEMPTS = 2


class Rules(NamedTuple):
    """The rules of the protocol; one switched off is what the search must find out."""

    p1_surely_first: bool = True
    p2_unproven_is_not_absent: bool = True
    p3_unbroken_lock: bool = True
    p4_lock_outlives_the_create: bool = True
    p4_given_up_is_dead: bool = True
    p5_wait_out_a_doubt: bool = True
    p6_no_short_lock_under_a_send: bool = True
    p7_patience_after_a_start: bool = True
    p8_crash_limit: bool = True
    p9_one_call_at_a_time: bool = True
    p10_no_young_step_given_back: bool = True
    p11_distance_of_clocks: bool = True
    p12_witness_as_young: bool = True

    def without(self, name: str) -> Rules:
        return self._replace(**{name: False})


class Worker(NamedTuple):
    """One worker. What a crash loses is `mode` … `locked_at_start`; `row` … `spent` is its ledger.

    `mode`: off, idle, unclear (to be looked up), clear (proven absent, or surely first), ready (intent on disk),
    sent, doubt, made (to be completed), failing, cooling (an unanswered failure may still be executed).
    `belief`: ticks for which it counts on the lock. `wait`: ticks of a doubt or of cooling still to sit out.
    `young`: ticks until it is surely older than whatever an earlier run has sent. `ours`: this run wrote the row.
    `owes`: a failure that the engine has not heard of. `spent`: attempts that count towards the limit.
    """

    mode: str = "idle"
    belief: int = 0
    wait: int = 0
    young: int = 0
    locked_at_start: bool = False
    row: str = "none"
    owes: bool = False
    ours: bool = True
    spent: int = 0


class World(NamedTuple):
    """`holder`, `lock`: whose id the engine has noted, and for how many ticks. `listed`: the list of the portal, a
    replica, has come to what `tasks` says: a young witness shows it. `flying`: creates under way, as
    (sender, ticks left, sender still waits). `late`: a failure that the engine may still execute, as (sender, ticks).
    """

    workers: tuple[Worker, ...] = (Worker(), Worker())
    holder: int = -1
    lock: int = 0
    age: int = 0
    failed_before: bool = False
    done: bool = False
    incident: bool = False
    tasks: int = 0
    listed: bool = True
    flying: tuple[tuple[int, int, bool], ...] = ()
    late: tuple[int, int] | None = None
    faults: int = 3

    def work(self, i: int, **changes: Any) -> World:
        """The world with worker `i` changed."""
        workers = list(self.workers)
        workers[i] = workers[i]._replace(**changes)
        return self._replace(workers=tuple(workers))

    @property
    def ended(self) -> bool:
        """Nothing more is to be done by the workers: completed, or a person has been asked."""
        return self.done or self.incident
