"""The metrics for Prometheus: counters of the ledger, work in hand, durations. `docs/metrics.md` lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from worker.ledger import Counted, Ledger
from worker.monitoring.engine_load import EngineLoad
from worker.monitoring.ledger_look import LedgerLook
from worker.monitoring.statistics import RATE, with_rate
from worker.runtime.gate import Gate
from worker.runtime.timings import HistogramSnapshot, Timings

PREFIX = "bitrix_worker_"
RATE_HELP = "Percentage of sent among sent and failed synchronisations, since the ledger was made."


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of this process, read at each scrape. `rises`: it is a counter that starts at 0 with the process."""

    name: str
    about: str
    read: Callable[[], float]
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What the threads of each kind do. Times in seconds.

    `steps`: how long the longest step has taken so far. `stuck`: how many threads hang. `since_round`: time since the
    last complete round of `watch` or `sweep`, and since the last accepted synchronisation. `round_every`: the intended
    interval of such rounds.
    """

    steps: Mapping[str, float]
    stuck: Mapping[str, int]
    since_round: Mapping[str, float]
    round_every: Mapping[str, float]


class Metrics(Collector):
    """Reads everything at each scrape. What cannot be read is missing from that scrape.

    A scrape must be short: Prometheus discards a late one as a whole, and with it the metrics that would explain the
    delay. So no side is asked while its gate is closed, and the ledger only through `look`.

    `gates`: by side, the ledger's among them. `readings`: figures of this process. `engine_load`: external tasks that
    wait at the engine. `budgets`: by portal method, the seconds of execution that it may still use. `work`: what the
    threads do. `paused`: by the name of a part of the work, for how long it has been paused, in seconds; else 0.
    `needs`: how much needs a person, by the names of the headline.
    """

    def __init__(
        self,
        ledger: Ledger,
        gates: Mapping[str, Gate],
        readings: Sequence[Reading],
        *,
        look: LedgerLook,
        engine_load: Callable[[], EngineLoad],
        budgets: Callable[[], Mapping[str, float]],
        timings: Timings,
        work: Callable[[], Work],
        paused: Callable[[], Mapping[str, float]],
        needs: Callable[[], Mapping[str, int]],
    ) -> None:
        self._ledger = ledger
        self._look = look
        self._gates = gates
        self._readings = readings
        self._engine_load = engine_load
        self._budgets = budgets
        self._timings = timings
        self._work = work
        self._paused = paused
        self._needs = needs

    def registry(self) -> CollectorRegistry:
        """A registry that holds only these metrics."""
        registry = CollectorRegistry()
        registry.register(self)
        return registry

    def describe(self) -> list[Metric]:
        """Describe nothing, so that registering reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        for reading in self._readings:
            family = CounterMetricFamily if reading.rises else GaugeMetricFamily
            yield family(PREFIX + reading.name, reading.about, value=reading.read())
        well = GaugeMetricFamily(f"{PREFIX}side_well", "1 while this side is well", labels=["side"])
        for side, gate in self._gates.items():
            well.add_metric([side], float(gate.works))
        yield well
        pauses = CounterMetricFamily(f"{PREFIX}pauses", "pauses of this side since the start", labels=["side"])
        for side, gate in self._gates.items():
            pauses.add_metric([side], gate.pauses)
        yield pauses
        paused = GaugeMetricFamily(
            f"{PREFIX}part_paused_seconds", "for how long a part of the work has been paused; else 0", labels=["part"]
        )
        for part, seconds in self._paused().items():
            paused.add_metric([part], seconds)
        yield paused
        needs = GaugeMetricFamily(f"{PREFIX}needs", "what needs a person, as the page counts it", labels=["kind"])
        for kind, count in self._needs().items():
            needs.add_metric([kind], count)
        yield needs
        left = GaugeMetricFamily(
            f"{PREFIX}operating_budget_left_seconds", "execution time that a method may still cost", labels=["method"]
        )
        for method, seconds in self._budgets().items():
            left.add_metric([method], seconds)
        yield left
        yield from self._of_the_threads()
        yield from self._of_the_timings()
        yield from self._of_the_ledger()
        yield from self._of_the_engine()

    def _of_the_threads(self) -> Iterator[Metric]:
        work = self._work()
        stuck = {name: work.stuck.get(name, 0) for name in work.steps}
        families: Mapping[str, tuple[str, Mapping[str, float]]] = {
            "step_seconds": ("how long the longest step of these threads has been going on", work.steps),
            "stuck": ("threads that hang: only a restart helps", stuck),
            "since_round_seconds": ("since the last look, or accepted synchronisation, or the start", work.since_round),
            "round_every_seconds": ("how often there should be a look", work.round_every),
        }
        for name, (words, values) in families.items():
            family = GaugeMetricFamily(PREFIX + name, words, labels=["name"])
            for label, value in values.items():
                family.add_metric([label], value)
            yield family

    def _of_the_ledger(self) -> Iterator[Metric]:
        if not self._gates["ledger"].is_open:
            return
        found = self._look.ask(lambda: (self._ledger.counters(), self._ledger.census(), self._ledger.syncs.oldest()))
        if found is None:
            return
        counts, census, oldest = found
        statistics = with_rate(counts)
        for counter in Counted:
            yield CounterMetricFamily(PREFIX + counter, counter.about, value=statistics[counter])
        yield GaugeMetricFamily(PREFIX + RATE, RATE_HELP, value=statistics[RATE])
        rows = GaugeMetricFamily(f"{PREFIX}ledger_rows", "rows of the ledger", labels=["state"])
        for state, count in census.items():
            rows.add_metric([state], count)
        yield rows
        yield GaugeMetricFamily(f"{PREFIX}parked", "syncs that wait for a person", value=census["syncs_parked"])
        age = max(self._ledger.now() - oldest, 0.0) if oldest else 0.0
        yield GaugeMetricFamily(f"{PREFIX}oldest_sync_seconds", "age of the oldest sync that is owed", value=age)

    def _of_the_engine(self) -> Iterator[Metric]:
        load = self._engine_load()
        families = (
            ("backlog", "External tasks that wait at the engine for a worker.", load.backlog),
            ("incidents", "External tasks without retries: they wait at the engine for a person.", load.incidents),
        )
        for name, about, counts in families:
            family = GaugeMetricFamily(PREFIX + name, about, labels=["topic"])
            for topic, count in counts.items():
                family.add_metric([topic], count)
            yield family

    def _of_the_timings(self) -> Iterator[Metric]:
        timings = self._timings
        yield _histogram("portal_call", "one call to the portal", "method", timings.portal_calls())
        yield _histogram("engine_call", "one fetch, or one outcome told to the engine", "call", timings.engine_calls())
        sent = CounterMetricFamily(PREFIX + "engine_calls", "calls to the engine, repeated ones too", labels=["call"])
        for call, count in timings.engine_calls_sent().items():
            sent.add_metric([call], count)
        yield sent
        ways = (
            ("fetch_to_create", "from the fetch until the create was answered", timings.to_created),
            ("fetch_to_complete", "from the fetch until the completion was accepted", timings.to_completed),
        )
        for name, words, histogram in ways:
            yield _histogram(name, words, None, {"": histogram.read()})


def _histogram(
    name: str, words: str, label: str | None, snapshots: Mapping[str, HistogramSnapshot]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(f"{PREFIX}{name}_duration_seconds", words, labels=[label] if label else [])
    for value, snapshot in snapshots.items():
        family.add_metric([value] if label else [], snapshot.cumulative, snapshot.seconds)
    return family
