"""The tables of docs/performance.md and docs/performance.ru.md: their rows, and the lines that a run fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from worker.words.phrase import LANGUAGES, Language, Phrase

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[Language, Path] = {"en": DOCS / "performance.md", "ru": DOCS / "performance.ru.md"}
LATENCIES = (0.0, 0.05, 0.3, 0.9)
"""Of the portal, in seconds: the columns of two tables."""
LONG = 10_000
"""Tasks of the long run, of whose first tenth the memory is told too."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name in the pages' marks, its head, and its rows by the name that the bench gives them."""

    name: str
    head: Sequence[Phrase]
    rows: Mapping[str, Phrase]

    def head_in(self, language: Language) -> str:
        return _line([one.in_(language) for one in self.head])

    def found_in(self, text: str) -> re.Match[str]:
        """Its lines in a page, in the first group."""
        found = re.search(rf"<!-- bench:{self.name} -->\n((?:\|.*\n)*)", text)
        assert found, f"no table {self.name}"
        return found


def same(text: str) -> Phrase:
    """What needs no translation."""
    return Phrase(text, text)


def command(part: str) -> Phrase:
    return same(f"`make bench BENCH={part}`")


_COLUMNS = (
    Phrase("портал отвечает через 0 мс", "portal answers after 0 ms"),
    *(Phrase(f"{seconds * 1000:.0f} мс", f"{seconds * 1000:.0f} ms") for seconds in LATENCIES[1:]),
)
RUN = Table(
    "run",
    (Phrase("запуск", "run"), Phrase("значение", "value")),
    {
        "cores": Phrase("ядра", "cores"),
        "write": Phrase("одна запись на диск журнала", "one write to the disk of the ledger"),
        "ceiling": Phrase(
            "сам движок: выборка и завершение без портала", "engine alone: fetch and complete, no portal"
        ),
        "versions": Phrase("версии", "versions"),
        "repeats": Phrase("повторы каждого измерения скорости", "repeats of each measurement of speed"),
    },
)
RATIOS = Table(
    "ratios",
    (Phrase("этот воркер ÷ другой, задач в секунду", "this worker ÷ the other, tasks per second"), *_COLUMNS),
    {
        "ours, variables: all": Phrase("он же с `variables: all`", "itself with `variables: all`"),
        "requests floor": Phrase(
            "`requests` и одна запись на диск, больше ничего", "`requests` and one write to the disk, nothing else"
        ),
        "Python library": Phrase(
            "библиотека на Python, её собственный воркер", "Python client library, its own worker"
        ),
        "JavaScript, 50 ms": Phrase(
            "клиент на JavaScript, интервал по умолчанию 50 мс", "JavaScript client, default interval of 50 ms"
        ),
        "JavaScript, 25 ms": Phrase("клиент на JavaScript, настроен на 25 мс", "JavaScript client, tuned to 25 ms"),
        "Java, pool of 32": Phrase("клиент на Java, пул из 32", "Java client, pool of 32"),
    },
)
SHIPPED = Table(
    "shipped",
    (Phrase("этот воркер, задано только `max_in_flight: 50`", "this worker, only `max_in_flight: 50` set"), *_COLUMNS),
    {
        "creates": Phrase("созданий в секунду", "creates per second"),
        "syncs": Phrase("синхронизаций в секунду", "synchronisations per second"),
        "share": Phrase(
            "доля предела его запросов: создания, синхронизации",
            "share of its requests' limit: creates, synchronisations",
        ),
        "peer": Phrase("то же у настроенного клиента на JavaScript", "the same of the tuned JavaScript client"),
        "lag": Phrase("ответ на создание → синхронизация, p95", "answer to a create → its synchronisation, p95"),
        "behind": Phrase("синхронизаций осталось при последнем создании", "synchronisations left at the last create"),
        "idle": Phrase("процессор простаивает", "CPU idle"),
    },
)
FIGURES = Table(
    "figures",
    (
        Phrase("показатель этого воркера", "figure of this worker"),
        Phrase("значение", "value"),
        Phrase("команда", "command"),
    ),
    {
        "latency": Phrase(
            "запуск экземпляра → создание на портале, воркер простаивал",
            "instance started → create at the portal, idle worker",
        ),
        "requests": Phrase("запросов на одну задачу", "requests for one task"),
        "writes": Phrase("записей на диск на одну задачу под нагрузкой", "disk writes for one task under load"),
        "memory": Phrase("память после 1000 и 10 000 задач", "memory after 1,000 and 10,000 tasks"),
        "idle": Phrase("процессор без работы", "CPU when idle"),
        "slots": Phrase(
            "одна задача при 1 в работе ÷ при 128 в работе, процессор",
            "one task with 1 in flight ÷ with 128 in flight, CPU",
        ),
        "topics": Phrase(
            "одна задача при 50 топиках ÷ при одном, процессор", "one task with 50 topics ÷ with one, CPU"
        ),
        "ledger": Phrase(
            "одна задача с 1 000 000 строк с итогом в журнале ÷ с новым журналом, процессор",
            "one task with 1,000,000 settled rows in the ledger ÷ with a new ledger, CPU",
        ),
        "flapping": Phrase(
            "портал, у которого не удаётся каждый третий вызов ÷ тот же портал без сбоев, должно быть больше 0.33",
            "a portal whose every third call fails ÷ the same portal without failures, must stay above 0.33",
        ),
    },
)
WAITING = Table(
    "waiting",
    (
        Phrase("шаги, которые ждут людей", "steps that wait for people"),
        Phrase("10 000", "10,000"),
        Phrase("100 000", "100,000"),
    ),
    {
        "by_change": Phrase(
            "вызовов портала в минуту, когда ничего не меняется", "portal calls a minute when nothing changes"
        ),
        "at_all": Phrase("то же с `waiting.full_look_minutes: 0`", "the same with `waiting.full_look_minutes: 0`"),
        "ratio": Phrase("второе ÷ первое", "the second ÷ the first"),
        "engine": Phrase("вызовов движка в минуту", "engine calls a minute"),
        "cpu": Phrase("процессор воркера, доля одного ядра", "the worker's CPU, of one core"),
        "memory": Phrase("память воркера", "the worker's memory"),
        "polled": Phrase("закрытие задачи → завершение шага", "close of a task → completion of its step"),
        "told": Phrase("то же с исходящим вебхуком портала", "the same with the portal's outgoing webhook"),
        "again": Phrase("перезапуск после kill → все шаги снова ждут", "restart after a kill → all steps wait again"),
        "released": Phrase("остановка; шагов осталось заблокировано", "stop; steps that stay locked"),
        "page": Phrase("страница воркера", "the worker's page"),
        "status": Phrase("`status`", "`status`"),
    },
)
TABLES = (RUN, RATIOS, SHIPPED, FIGURES, WAITING)


@dataclass(frozen=True, slots=True)
class Findings:
    """The rows that a run has measured; `doubts`: why they must not go into the pages."""

    rows: dict[tuple[str, str], Sequence[Phrase]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def add(self, table: Table, row: str, *cells: Phrase) -> None:
        assert row in table.rows, row
        assert len(cells) == len(table.head) - 1, (row, cells)
        self.rows[table.name, row] = cells

    def lines(self, table: Table, language: Language) -> Iterator[str]:
        for row, label in table.rows.items():
            if cells := self.rows.get((table.name, row)):
                yield _line([label.in_(language), *(cell.in_(language) for cell in cells)])

    def put(self, text: str, language: Language) -> str:
        """The page with these rows in the place of those it had."""
        for table in TABLES:
            fresh = {_label(line): line for line in self.lines(table, language)}
            found = table.found_in(text)
            lines = [fresh.pop(_label(line), line) for line in found[1].splitlines()]
            assert not fresh, f"the page has no row for {', '.join(fresh)}"
            text = text[: found.start(1)] + "".join(f"{line}\n" for line in lines) + text[found.end(1) :]
        return text

    def print(self) -> None:
        """All rows as the pages have them."""
        for language in LANGUAGES:
            print(f"\n{PAGES[language].relative_to(DOCS.parent)}")
            for table in TABLES:
                if lines := list(self.lines(table, language)):
                    print(table.head_in(language), _ruler(table), *lines, "", sep="\n")

    def write(self) -> None:
        for language, page in PAGES.items():
            page.write_text(self.put(page.read_text(encoding="utf-8"), language), encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ruler(table: Table) -> str:
    return f"|---|{'---:|' * (len(table.head) - 1)}"


def _label(line: str) -> str:
    return line.split(" | ", 1)[0]
