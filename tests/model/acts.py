"""The acts of one created task, searched completely: two workers with ledgers of their own, an engine, a portal, time.

The Bitrix24 task exists, and one act of it is left. `blind`: its kind cannot be looked up, as a comment. Time, locks
and faults are those of `tests.model.world`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.model.world import HOLD, LOCK, SERVER

NAMES = ("A", "B")
Step = tuple[str, "Scene", bool]
IN_HAND = ("due", "clear", "begun", "sent", "doubt")


class ActRules(NamedTuple):
    """The rules of acts; one switched off is what the search must find out."""

    a1_begun_on_disk: bool = True
    a2_wait_out_a_doubt: bool = True
    a3_look_before_repeating: bool = True
    a4_lock_outlives_the_act: bool = True
    a5_look_unless_fresh: bool = True
    a6_unbroken_lock: bool = True
    a7_a_lost_row_counts_as_begun: bool = True

    def without(self, name: str) -> ActRules:
        return self._replace(**{name: False})


class Doer(NamedTuple):
    """One worker. `mode`: off, idle, due (to be looked up), clear (to be sent), begun, sent, doubt, over.

    `row`: what its ledger says of the act: none, due, begun, done. `belief`, `wait`: as in `tests.model.world`.
    """

    mode: str = "idle"
    row: str = "none"
    belief: int = 0
    wait: int = 0


class Scene(NamedTuple):
    """`parts`: how often the portal has executed the act. `flying`: (sender, ticks left, sender still waits)."""

    doers: tuple[Doer, ...] = (Doer("clear", "due", LOCK), Doer())
    holder: int = 0
    lock: int = LOCK
    parts: int = 0
    flying: tuple[tuple[int, int, bool], ...] = ()
    done: bool = False
    blind: bool = False
    faults: int = 2

    def do(self, i: int, **changes: Any) -> Scene:
        doers = list(self.doers)
        doers[i] = doers[i]._replace(**changes)
        return self._replace(doers=tuple(doers))

    @property
    def ended(self) -> bool:
        return self.done


def wrong(scene: Scene) -> str:
    """What must not be."""
    if scene.parts > 1:
        return "a part twice"
    return "completed without a part" if scene.done and not scene.parts and not scene.blind else ""


def steps(scene: Scene, rules: ActRules) -> Iterator[Step]:
    """All steps from this scene."""
    for label, after, fault in _all(scene, rules):
        if not fault:
            yield label, after, False
        elif scene.faults:
            yield label, after._replace(faults=scene.faults - 1), True


def _all(scene: Scene, rules: ActRules) -> Iterator[Step]:
    for i, doer in enumerate(scene.doers):
        name = NAMES[i]
        if doer.mode == "off":
            yield f"{name} starts", scene.do(i, mode="idle"), False
            if doer.row != "none":
                yield f"{name}'s ledger is lost", scene.do(i, row="none"), True
            continue
        if doer.mode == "idle" and scene.lock == 0 and not scene.done:
            taken = scene._replace(holder=i, lock=LOCK).do(i, belief=LOCK)
            yield f"{name} fetches the step, its task exists", _in_hand(taken, i, rules), False
        if doer.wait == 0 and (work := _WORK.get(doer.mode)):
            yield from work(scene, i, name, rules)
        if doer.mode in IN_HAND and 0 < doer.belief < LOCK and scene.holder == i and scene.lock > 0:
            yield f"{name} extends its lock", scene._replace(lock=LOCK).do(i, belief=LOCK), False
        yield f"{name} is killed", _given_up(scene, i).do(i, mode="off", belief=0, wait=0), True
    yield from _portal(scene)
    yield "a tick passes", _ticked(scene), False


def _in_hand(scene: Scene, i: int, rules: ActRules) -> Scene:
    row = scene.doers[i].row
    if row == "none":
        row = "begun" if rules.a7_a_lost_row_counts_as_begun else "due"
        scene = scene.do(i, row=row)
    match row:
        case "begun":
            return scene.do(i, mode="doubt", wait=HOLD if rules.a2_wait_out_a_doubt else 0)
        case "done":
            return scene.do(i, mode="over")
        case _:
            return scene.do(i, mode="due" if rules.a5_look_unless_fresh and not scene.blind else "clear")


def _let_go(scene: Scene, i: int, **row: str) -> Scene:
    return scene.do(i, mode="idle", belief=0, wait=0, **row)


def _given_up(scene: Scene, i: int) -> Scene:
    left = tuple((sender, ticks, waits and sender != i) for sender, ticks, waits in scene.flying)
    return scene._replace(flying=left)


def _due(scene: Scene, i: int, name: str, _: ActRules) -> Iterator[Step]:
    if scene.parts:
        yield f"{name} looks: it is there", scene.do(i, mode="over", row="done"), False
    else:
        yield f"{name} looks: it is not there", scene.do(i, mode="clear"), False


def _clear(scene: Scene, i: int, name: str, rules: ActRules) -> Iterator[Step]:
    row = "begun" if rules.a1_begun_on_disk else scene.doers[i].row
    yield f"{name} writes down that the act begins", scene.do(i, mode="begun", row=row), False


def _begun(scene: Scene, i: int, name: str, rules: ActRules) -> Iterator[Step]:
    belief = scene.doers[i].belief
    if not belief and rules.a6_unbroken_lock:
        yield f"{name} sees that its lock is broken", _let_go(scene, i, row="due"), False
        return
    flown = tuple(sorted((*scene.flying, (i, SERVER, True))))
    if belief > HOLD or not rules.a4_lock_outlives_the_act or not rules.a6_unbroken_lock:
        yield f"{name} sends the act", scene._replace(flying=flown).do(i, mode="sent"), False
    elif scene.holder == i and scene.lock > 0:
        renewed = scene._replace(lock=LOCK, flying=flown).do(i, mode="sent", belief=LOCK)
        yield f"{name} extends its lock and sends the act", renewed, False
    else:
        yield f"{name} cannot extend its lock", _let_go(scene, i, row="due"), False


def _sent(scene: Scene, i: int, name: str, rules: ActRules) -> Iterator[Step]:
    wait = HOLD if rules.a2_wait_out_a_doubt else 0
    yield f"{name} gets no clear answer to its act", _given_up(scene, i).do(i, mode="doubt", wait=wait), True


def _doubt(scene: Scene, i: int, name: str, rules: ActRules) -> Iterator[Step]:
    if not scene.doers[i].belief and rules.a6_unbroken_lock:
        yield f"{name} sees that its lock is broken", _let_go(scene, i), False
    elif not rules.a3_look_before_repeating:
        yield f"{name} repeats the act without a look", scene.do(i, mode="clear"), False
    elif scene.blind:
        yield f"{name} tells that nobody can look", scene.do(i, mode="over", row="done"), False
    else:
        yield from _due(scene, i, name, rules)


def _over(scene: Scene, i: int, name: str, _: ActRules) -> Iterator[Step]:
    if scene.done:
        yield f"{name} learns that the step is gone", _let_go(scene, i), False
    elif scene.holder == i:
        yield f"{name} completes the step", _let_go(scene._replace(done=True), i), False
    else:
        yield f"{name} learns that another holds the step", _let_go(scene, i), False


_WORK: Mapping[str, Callable[[Scene, int, str, ActRules], Iterator[Step]]] = {
    "due": _due,
    "clear": _clear,
    "begun": _begun,
    "sent": _sent,
    "doubt": _doubt,
    "over": _over,
}


def _portal(scene: Scene) -> Iterator[Step]:
    for number, (sender, _, waits) in enumerate(scene.flying):
        rest = scene.flying[:number] + scene.flying[number + 1 :]
        landed, name = scene._replace(flying=rest, parts=scene.parts + 1), NAMES[sender]
        if waits:
            yield f"{name}'s act is executed and answered", landed.do(sender, mode="over", row="done"), False
            refused = scene._replace(flying=rest).do(sender, mode="clear", row="due")
            yield f"{name}'s act is refused for now", refused, True
        else:
            yield f"{name}'s act is executed, nobody hears of it", landed, False
            yield f"{name}'s act is never executed", scene._replace(flying=rest), False


def _ticked(scene: Scene) -> Scene:
    doers = tuple(doer._replace(belief=max(doer.belief - 1, 0), wait=max(doer.wait - 1, 0)) for doer in scene.doers)
    flying = tuple((sender, ticks - 1, waits) for sender, ticks, waits in scene.flying if ticks > 0)
    after = scene._replace(doers=doers, lock=max(scene.lock - 1, 0), flying=flying)
    for sender in [sender for sender, ticks, waits in scene.flying if ticks == 0 and waits]:
        after = after.do(sender, mode="doubt", wait=HOLD)  # it ended on the server, and no answer comes
    return after
