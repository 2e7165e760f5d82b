"""What a person is told of a pause besides its cause: that a restart is due, what really waits, and what goes on."""

from __future__ import annotations

import pytest

from bitrix.causes import Cause, Side, Trouble
from worker.monitoring.headline import Condition, headline
from worker.monitoring.health import HealthCheck
from worker.monitoring.pauses import in_full, is_beside, pauses_in
from worker.runtime import clock
from worker.runtime.pause import Pause, pause_for
from worker.words.brief_causes import brief
from worker.words.codes import PartName
from worker.words.pauses import PARTS, RESTART
from worker.words.phrase import LANGUAGES, Language

COUNTS = {"backlog": 5, "inHand": 2, "waiting": 7, "outcomes": 0, "syncs": 3}


def paused(cause: Cause, part: PartName | None = None, side: Side = "portal") -> Pause:
    return pause_for(side, Trouble(side, cause, said="4/7: #3, #9"), since=clock.boottime(), part=part)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (Cause.WEBHOOK_UNKNOWN, True),
        (Cause.REFUSED, True),
        (Cause.TASKS_GONE, True),
        (Cause.LIMIT, True),
        (Cause.DISK_FULL, False),
        (Cause.SCOPE_MISSING, False),
    ],
)
def test_a_cure_that_names_a_setting_says_that_it_takes_a_restart(cause: Cause, told: bool, language: Language) -> None:
    """Somebody set the new webhook and waited: the page said that work resumes once it is fixed."""
    assert (RESTART.in_(language) in in_full(paused(cause), COUNTS).in_(language)) is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_tells_only_what_waits_for_it(language: Language) -> None:
    """Four of seven tasks were gone, and the page said that seven steps wait."""
    whole, gone, syncs = (
        in_full(paused(Cause.TASKS_GONE, part), COUNTS).in_(language)
        for part in (None, PartName.GONE_TASKS, PartName.SYNCS)
    )
    assert {number for number in "5273" if f": {number}" in whole} == {*"5273"}
    assert "4/7: #3, #9" in gone
    assert {number for number in "527" if f": {number}" in gone} == set()
    assert syncs.endswith(": 3")
    assert ": 7" not in syncs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", [part for part in PartName if part is not PartName.FETCH])
def test_a_part_does_not_promise_that_the_rest_goes_on_while_a_side_is_down(part: PartName, language: Language) -> None:
    pause = paused(Cause.METHOD_MISSING, part)
    assert PARTS[part].in_(language) in in_full(pause, COUNTS).in_(language)
    beside = in_full(pause, COUNTS, beside=True).in_(language)
    assert beside.startswith(pause.reason.in_(language))
    assert "/readyz" not in beside


@pytest.mark.parametrize("cause", [Cause.LEDGER_REPLACED, Cause.LEDGER_DAMAGED])
def test_a_harmed_ledger_is_told_before_a_side_for_which_people_restart(cause: Cause) -> None:
    """Webhook and ledger were lost at once: whoever followed the first advice restarted without the ledger."""
    webhook, ledger = paused(Cause.WEBHOOK_UNKNOWN), paused(cause)
    checks = [HealthCheck(side, good=False, pause=pause) for side, pause in (("portal", webhook), ("ledger", ledger))]
    assert pauses_in([*checks, HealthCheck("engine", good=True)]) == [ledger, webhook]


@pytest.mark.parametrize("cause", [Cause.DISK_FULL, Cause.LEDGER_NEWER, Cause.LEDGER_LOCKED])
@pytest.mark.parametrize("side", ["engine", "portal"])
def test_of_two_sides_the_ledger_is_told_first_on_page_and_in_the_headline(cause: Cause, side: Side) -> None:
    """Whoever follows the other advice first, and restarts, has no worker: it does not start without its ledger."""
    ledger, other = paused(cause, side="ledger"), paused(Cause.NO_ANSWER, side=side)
    checks = [HealthCheck(one.side, good=False, pause=one) for one in (other, ledger)]
    assert pauses_in(checks) == [ledger, other]
    causes: dict[str, str | None] = {one.side: one.cause for one in (other, ledger)}
    _, said = headline(Condition(wrong=[side, "ledger"], causes=causes))
    briefs = [brief(one, causes[one]).en for one in ("ledger", side)]
    assert f"Paused: {', '.join(briefs)}" in said.en


def test_a_part_says_that_the_rest_goes_on_only_if_nothing_else_is_paused() -> None:
    """Answers could not be read, and the line about synchronisations said that tasks are completed."""
    syncs, answers, clock_set, side = (
        paused(Cause.METHOD_MISSING, PartName.SYNCS),
        paused(Cause.NO_WITNESS, PartName.ANSWERS),
        paused(Cause.CLOCK_JUMPED, PartName.CLOCK),
        paused(Cause.WEBHOOK_UNKNOWN),
    )
    for others, beside in (([], False), ([answers], True), ([clock_set], False), ([side], True)):
        assert is_beside(syncs, [syncs, *others]) is beside
