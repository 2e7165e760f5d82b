"""The charts of the status page: only of what has happened, with their axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from worker.ledger import Counted
from worker.monitoring.page_model import HEIGHT, WIDTH, Chart
from worker.words.page import WORDS, span
from worker.words.phrase import Language, table_in

CHARTED = (
    Counted.TASKS_FAILED,
    Counted.TASKS_FETCHED,
    Counted.WAITING_FETCHED,
    Counted.TASKS_CREATED,
    Counted.TASKS_COMPLETED,
    Counted.SYNC_REQUESTS_SENT,
)
MINUTE = 60.0
ROUND = (1, 2, 4, 6, 10)
"""What the top of an axis may begin with, so that its middle is a whole number or 0.5."""

Rates = Mapping[str, Sequence[float]]


def charts(rates: Rates, words: Mapping[str, str]) -> list[Chart]:
    """A chart of each counter that has grown."""
    return [_chart(name, rates[name], words) for name in CHARTED if any(rates.get(name, ()))]


def charted(cover: float, language: Language) -> tuple[str, str]:
    """The title of the charts, and where their horizontal axis begins: an hour ago, or at the start of this run.

    `cover`: the seconds that they cover. After a restart an empty chart looked like an hour without work.
    """
    words = table_in(language, WORDS)
    if cover >= WIDTH * MINUTE - MINUTE:
        return words["rates"], words["before_now"].format(span=span(WIDTH * MINUTE, language))
    return words["since_start"].format(span=span(cover, language)), words["at_start"]


def _chart(name: str, values: Sequence[float], words: Mapping[str, str]) -> Chart:
    highest, wide = max(values), max(len(values), 1)
    top = top_of(highest)
    step = WIDTH / wide
    bars = [
        (round(place * step, 3), round(HEIGHT - height, 2), round(height, 2))
        for place, value in enumerate(values)
        if (height := max(value / top * HEIGHT, 0.6) if value else 0.0)
    ]
    total, peak = _number(sum(values)), _number(highest)
    label = words["chart"].format(name=words[name], total=total, peak=peak)
    bad = name == Counted.TASKS_FAILED
    return Chart(words[name], label, total, _number(top), _number(top / 2), bars, round(step * 0.8, 3), bad)


def top_of(highest: float) -> float:
    """The end of an axis: a round number that is not below the highest value."""
    power = 10.0 ** math.floor(math.log10(max(highest, 1.0)))
    return next(power * factor for factor in ROUND if power * factor >= highest)


def _number(value: float) -> str:
    return f"{round(value):,}".replace(",", "\u202f") if value >= 10 or value == int(value) else f"{value:.1f}"
