"""The rows of the ledger in the output of `status`: what is parked, what waits, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from worker.commands.incidents import SHOWN, listed
from worker.commands.named_rows import name_of, since_of
from worker.ledger.seen import STAY
from worker.monitoring.alike import reason_in, spread
from worker.monitoring.noted import TROUBLES as NOTED_PARTS
from worker.words.phrase import Language, filled
from worker.words.printable import LONGEST_REASON, one_line

Row = Mapping[str, Any]


def counted_as(row: Row) -> str:
    """The name in the headline: an outcome that the engine will not take needs a person, others pass."""
    return "not_accepted" if row["kind"] == "unsettled" and row["cause"] in STAY else str(row["kind"])


def lines_of_the_ledger(status: Row, words: Mapping[str, str], language: Language) -> Iterator[str]:
    """The lines for a terminal, the most urgent first."""
    yield from _lines("parked", status, words, language)
    if status["parked"]:
        yield words["cure"]
    yield from _lines("waiting", status, words, language)
    yield from _lines("given_up", status, words, language)
    if any(status[name] for name in ("waiting", "parked", "given_up")) or listed(status["incidents"]):
        yield words["explain"]
    yield from (_line("unread", row, words, language) for row in status["unread_models"] or ())


def _lines(name: str, status: Row, words: Mapping[str, str], language: Language) -> Iterator[str]:
    """At most `SHOWN`, one for each reason before a second for any."""
    rows = status[name] or ()
    yield from (_line(name, row, words, language) for row in spread(rows, _reason, SHOWN))
    if len(rows) > SHOWN:
        yield words["more"].format(count=len(rows) - SHOWN)


def _reason(row: Row) -> object:
    said = row.get("reason") or row.get("error") or ""
    return row.get("kind"), reason_in(said, row.get("processDefinitionKey"), row.get("activity"))


def _line(name: str, row: Row, words: Mapping[str, str], language: Language) -> str:
    why = {key: one_line(row[key] or "", LONGEST_REASON) for key in ("reason", "error") if key in row}
    if (kind := row.get("kind")) in ("doubtful", "late"):
        why["reason"] = words[kind].format(reason=why["reason"])
    name = "noted" if row.get("kind") in NOTED_PARTS else name
    facts = {"what": name_of(row, language), "since": since_of(row["since"], language)}
    return filled(f"{words[name]}. {{cure}}" if row.get("cure") else words[name], {**row, **why, **facts})
