"""Every step that the protocol, the parties and the faults allow, as the product takes them (docs/rules.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.model.world import ATTEMPTS, ENGINE, FIRST, HOLD, LOCK, OUTAGE, SERVER, SKEW, Rules, Worker, World

Step = tuple[str, World, bool]
"""What happened, the world after it, and whether it was a fault."""
NAMES = ("A", "B")
IN_HAND = ("unclear", "clear", "ready", "sent", "doubt", "made", "failing")


def steps(world: World, rules: Rules) -> Iterator[Step]:
    """All steps from this world."""
    for label, after, fault in _all(world, rules):
        if not fault:
            yield label, after, False
        elif world.faults:
            yield label, after._replace(faults=world.faults - 1), True


def _all(world: World, rules: Rules) -> Iterator[Step]:
    for i, worker in enumerate(world.workers):
        name = NAMES[i]
        if worker.mode == "off":
            if world.faults:
                yield from _ledger_faults(world, i, name)
            yield f"{name} starts", _started(world, i, rules), False
            continue
        yield from _fetching(world, i, name, rules)
        yield from _working(world, i, name, rules)
        yield from _keeping(world, i, name, rules)
        if world.faults:  # else they would be thought out for nothing
            yield f"{name} is killed", _off(world, i, rules), True
            yield from _stopping(world, i, name, rules)
    yield from _portal(world)
    if not world.listed:
        yield "the list catches up", world._replace(listed=True), False
    yield from _late_failure(world)
    yield "a tick passes", _ticked(world), False


def _locked(ticks: int, rules: Rules) -> int:
    """The lock that is asked for, where `ticks` are to be counted on: a node that is ahead sees it expire earlier."""
    return ticks + SKEW if rules.p11_distance_of_clocks else ticks


# --- the process ---


def _off(world: World, i: int, rules: Rules) -> World:
    flying = _given_up(world, i, rules)
    late = None if world.late and world.late[0] == i else world.late  # named in guarantees.md
    blank = {"mode": "off", "belief": 0, "wait": 0, "young": 0, "locked_at_start": False, "ours": False}
    return world._replace(flying=flying, late=late).work(i, **blank)


def _started(world: World, i: int, rules: Rules) -> World:
    worker = world.workers[i]
    held = world.holder == i and world.lock > 0 and not world.ended
    after = world.work(i, mode="idle", young=HOLD, locked_at_start=held)
    if not held or worker.row in ("created", "settled"):
        return after
    if not rules.p7_patience_after_a_start:
        return after._replace(lock=0).work(i, young=0, locked_at_start=False)  # given back at once
    return after._replace(lock=_locked(HOLD, rules))


def _ledger_faults(world: World, i: int, name: str) -> Iterator[Step]:
    worker = world.workers[i]
    if worker.row != "none":
        yield f"{name}'s ledger is lost", world.work(i, row="none", owes=False, spent=0), True
    if worker.row not in ("none", "rejected") and world.failed_before:
        yield f"{name}'s ledger is restored from before", world.work(i, row="rejected", owes=True, spent=0), True


def _stopping(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    mode = world.workers[i].mode
    if world.holder != i or world.lock == 0 or world.ended:
        return
    if mode in ("sent", "doubt"):
        left = _locked(HOLD, rules) if rules.p6_no_short_lock_under_a_send else 0
        yield f"{name} is stopped with a create under way", _off(world._replace(lock=left), i, rules), True
    elif mode == "made":
        distance = SKEW if rules.p11_distance_of_clocks else 0
        young = world.age < FIRST + distance and rules.p10_no_young_step_given_back
        left = _locked(FIRST + distance, rules) if young else 0
        yield f"{name} is stopped while its step waits", _off(world._replace(lock=left), i, rules), True


# --- fetching ---


def _fetching(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker = world.workers[i]
    if not world.ended and world.lock == 0:
        yield from _handed_out(world, i, name, rules)
        yield f"{name}'s fetch locks the task, its answer is lost", _taken(world, i, rules), True
    elif not world.ended and world.lock <= SKEW and worker.mode == "idle" and world.holder != i:
        yield f"{name} fetches the task from a node that is ahead", _in_hand(_taken(world, i, rules), i, rules), False
    if worker.mode == "idle" and world.holder == i and world.lock > 0 and not world.ended:
        rowless = worker.row == "none" and not worker.locked_at_start
        if rowless:
            yield f"{name} finds the task locked for itself and gives it back", world._replace(lock=0), False
        if worker.row == "created" and worker.locked_at_start:
            yield f"{name} goes on with its step under the lock it had", world.work(i, mode="made"), False


def _taken(world: World, i: int, rules: Rules) -> World:
    return world._replace(holder=i, lock=_locked(LOCK, rules))


def _handed_out(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker, taken = world.workers[i], _taken(world, i, rules)
    if worker.mode == "idle":
        yield f"{name} fetches the task", _in_hand(taken, i, rules), False
        if FIRST <= world.age < FIRST + SKEW:
            behind = _in_hand(taken._replace(age=world.age - SKEW), i, rules)._replace(age=world.age)
            yield f"{name} fetches the task from a node that is behind", behind, False
    elif worker.mode == "cooling" and not rules.p9_one_call_at_a_time:
        yield f"{name} fetches the task again", _in_hand(taken, i, rules), False
    elif worker.mode in ("clear", "ready"):
        if rules.p3_unbroken_lock:
            yield f"{name} is handed its task again", _let_go(taken, i), False
        else:
            yield f"{name} is handed its task again and goes on", taken.work(i, belief=LOCK), False
    elif worker.mode in ("sent", "doubt", "made"):
        yield f"{name} is handed its task again", taken.work(i, belief=LOCK), False


def _in_hand(world: World, i: int, rules: Rules) -> World:
    worker = world.workers[i]
    world = world.work(i, belief=LOCK, owes=False)
    match worker.row:
        case "none":
            surely = world.age < FIRST and not world.failed_before and not worker.locked_at_start
            first = surely or not rules.p1_surely_first
            return world.work(i, mode="clear" if first else "unclear")
        case "creating":
            wait = HOLD if worker.ours else worker.young
            return world.work(i, mode="doubt", wait=wait if rules.p5_wait_out_a_doubt else 0)
        case "created" | "settled":
            return world.work(i, mode="made", row="created")
        case _:
            return world.work(i, mode="unclear")


def _let_go(world: World, i: int) -> World:
    return world.work(i, mode="idle", belief=0, wait=0)


def _given_back(world: World, i: int) -> World:
    if world.holder == i and world.lock > 0:
        world = world._replace(lock=0)
    return _let_go(world, i)


# --- the way of the task ---


def _working(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker = world.workers[i]
    work = _WORK.get(worker.mode)
    if work and worker.wait == 0:
        yield from work(world, i, name, rules)


def _idle(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    """What is still owed is told, also by a worker that has been restarted."""
    worker = world.workers[i]
    if worker.row == "created" and not world.ended:
        yield from _complete(world, i, name, rules)
    elif worker.owes and (worker.young == 0 or not rules.p7_patience_after_a_start):
        yield f"{name} takes up the failure that it owes", world.work(i, mode="failing"), False


def _clear(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    spent = world.workers[i].spent
    failing = world.work(i, mode="failing", row="rejected", owes=True)
    if rules.p8_crash_limit and spent >= ATTEMPTS:
        yield f"{name} asks a person", failing, False
    else:
        intent = world.work(i, mode="ready", row="creating", ours=True, spent=min(spent + 1, ATTEMPTS + 1))
        yield f"{name} writes down its intent", intent, False
    if not world.failed_before:
        yield f"{name} finds a fault in the variables", failing.work(i, spent=0), True


def _sent(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    flying = _given_up(world, i, rules)
    wait = HOLD if rules.p5_wait_out_a_doubt else 0
    doubt = world._replace(flying=flying).work(i, mode="doubt", wait=wait)
    yield f"{name} gets no clear answer to its create", doubt, True


def _cooling(world: World, i: int, name: str, _: Rules) -> Iterator[Step]:
    yield f"{name} is done with the unanswered failure", _let_go(world, i), False


def _look_up(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    if world.tasks and world.listed:
        yield f"{name} looks up: found", world.work(i, mode="made", row="created"), False
    elif _absence_counts(world, rules):
        yield f"{name} looks up: absent", world.work(i, mode="clear"), False
    if rules.p2_unproven_is_not_absent:
        yield f"{name} looks up without success and gives back", _given_back(world, i), True
    else:
        yield f"{name} looks up without success and reads that as absent", world.work(i, mode="clear"), True


def _absence_counts(world: World, rules: Rules) -> bool:
    return world.listed or not rules.p12_witness_as_young


def _send(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker = world.workers[i]
    held = world.holder == i and world.lock > 0
    unbroken = worker.belief > 0 or not rules.p3_unbroken_lock
    if not unbroken:
        yield f"{name} sees that its lock is broken", _not_executed(world, i, given_back=False), False
        return
    flown = tuple(sorted((*world.flying, (i, SERVER, True))))
    if worker.belief > HOLD or not rules.p4_lock_outlives_the_create:
        yield f"{name} sends the create", world._replace(flying=flown).work(i, mode="sent"), False
    elif held:
        renewed = world._replace(lock=_locked(LOCK, rules), flying=flown).work(i, mode="sent", belief=LOCK)
        yield f"{name} extends its lock and sends the create", renewed, False
    else:
        yield f"{name} cannot extend its lock", _not_executed(world, i, given_back=False), False


def _given_up(world: World, i: int, rules: Rules) -> tuple[tuple[int, int, bool], ...]:
    """Nobody waits for the create of worker `i` any more; a kernel that is not told so may deliver it later."""
    longer = 0 if rules.p4_given_up_is_dead else OUTAGE
    return tuple(
        (sender, left + longer, False) if waits and sender == i else (sender, left, waits)
        for sender, left, waits in world.flying
    )


def _not_executed(world: World, i: int, *, given_back: bool) -> World:
    worker = world.workers[i]
    spent = max(worker.spent - 1, 0)
    world = world.work(i, row="rejected" if spent else "none", spent=spent)
    return _given_back(world, i) if given_back else _let_go(world, i)


def _doubt_ends(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker = world.workers[i]
    if worker.belief == 0 and rules.p3_unbroken_lock:
        yield f"{name} sees that its lock is broken", _let_go(world, i), False
    elif world.tasks and world.listed:
        yield f"{name} looks up after the doubt: found", world.work(i, mode="made", row="created"), False
    elif _absence_counts(world, rules):
        yield f"{name} looks up after the doubt: absent", world.work(i, mode="clear"), False


def _complete(world: World, i: int, name: str, _: Rules) -> Iterator[Step]:
    if world.done:
        yield f"{name} learns that the task is gone", _let_go(world, i).work(i, row="settled"), False
    elif world.holder == i:
        done = world._replace(done=True)
        yield f"{name} completes the task", _let_go(done, i).work(i, row="settled"), False
        yield f"{name} completes the task, the answer is lost", done, True
    else:
        yield f"{name} learns that another holds the task", _let_go(world, i).work(i, row="settled"), False


def _fail(world: World, i: int, name: str, _: Rules) -> Iterator[Step]:
    final = world.workers[i].spent > 0
    if world.holder != i:
        yield f"{name} learns that another holds the task", _let_go(world, i).work(i, owes=False), False
        return
    told = world._replace(lock=0, failed_before=True, incident=world.incident or final)
    heard = {"owes": False, "spent": 0}
    yield f"{name} reports the failure", _let_go(told, i).work(i, **heard), False
    cooling = {"mode": "cooling", "wait": ENGINE + 1, "belief": 0}
    if world.late is None:
        yield f"{name} reports the failure, unanswered", world._replace(late=(i, ENGINE)).work(i, **cooling), True
    yield f"{name} reports the failure, the answer is lost", told.work(i, **cooling), True


_WORK: Mapping[str, Callable[[World, int, str, Rules], Iterator[Step]]] = {
    "idle": _idle,
    "unclear": _look_up,
    "clear": _clear,
    "ready": _send,
    "sent": _sent,
    "doubt": _doubt_ends,
    "made": _complete,
    "failing": _fail,
    "cooling": _cooling,
}


# --- the parties ---


def _keeping(world: World, i: int, name: str, rules: Rules) -> Iterator[Step]:
    worker = world.workers[i]
    if worker.mode not in IN_HAND or worker.mode in ("made", "failing") or worker.belief in (0, LOCK):
        return
    if world.holder == i and world.lock > 0:
        yield f"{name} extends its lock", world._replace(lock=_locked(LOCK, rules)).work(i, belief=LOCK), False


def _portal(world: World) -> Iterator[Step]:
    for number, (sender, _, waits) in enumerate(world.flying):
        rest = world.flying[:number] + world.flying[number + 1 :]
        landed = world._replace(flying=rest, tasks=world.tasks + 1, listed=False)
        name = NAMES[sender]
        if waits:
            yield f"{name}'s create is executed and answered", landed.work(sender, mode="made", row="created"), False
            refused = _not_executed(world._replace(flying=rest), sender, given_back=True)
            yield f"{name}'s create is refused for now", refused, True
        else:
            yield f"{name}'s create is executed, nobody hears of it", landed, False
            yield f"{name}'s create is never executed", world._replace(flying=rest), False


def _late_failure(world: World) -> Iterator[Step]:
    if world.late is None:
        return
    sender, _ = world.late
    after = world._replace(late=None)
    if world.holder == sender and not world.ended:
        yield f"{NAMES[sender]}'s failure is executed late", after._replace(lock=0, failed_before=True), False
    yield f"{NAMES[sender]}'s failure is lost", after, False


def _ticked(world: World) -> World:
    def tick(worker: Worker) -> Worker:
        return worker._replace(
            belief=max(worker.belief - 1, 0), wait=max(worker.wait - 1, 0), young=max(worker.young - 1, 0)
        )

    flying = tuple((sender, left - 1, waits) for sender, left, waits in world.flying if left > 0 or waits)
    # A create past its time is over on the server; a sender that still waits gets no answer to it.
    over = [sender for sender, left, waits in world.flying if left == 0 and waits]
    flying = tuple(one for one in flying if one[1] >= 0)
    late = (world.late[0], world.late[1] - 1) if world.late and world.late[1] > 0 else None
    after = world._replace(
        workers=tuple(tick(worker) for worker in world.workers),
        lock=max(world.lock - 1, 0),
        age=min(world.age + 1, FIRST + SKEW),
        flying=flying,
        late=late,
    )
    for sender in over:
        after = after.work(sender, mode="doubt", wait=HOLD)
    return after
