"""A reason that is written down is shown with its cure, as the log tells it: in `status` and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bitrix.causes import Cause, Trouble
from bitrix.errors import ChannelFault, Doubtful
from bitrix.methods import ADD
from tests.support.builders import DONE, draft, fetched, open_ledger, owed_for
from tests.support.page_facts import ABOUT, facts
from tests.support.workshop import Workshop
from worker.commands.status import status_of, table
from worker.engine.errors import EngineDenied
from worker.ledger import Ledger
from worker.monitoring.page_view import view_of
from worker.tasks.begun_creates import begun_creates
from worker.words.begun_creates import said_of
from worker.words.causes import cure_of, in_words, name_of
from worker.words.phrase import Language


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def shown(ledger: Ledger, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """The text of `status`, and reason with cure of each item on the page."""
    page = view_of(facts(view=ledger.views.read()), ABOUT, language)
    items = [(item.reason, item.cure) for group in page.groups for item in group.items]
    return table(status_of(ledger, language=language), language), items


LANGUAGES: list[Language] = ["ru", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_outcome_that_the_engine_refuses(ledger: Ledger, language: Language) -> None:
    error = EngineDenied("complete", "no", cause=Cause.ENGINE_RIGHTS)
    ledger.created(fetched("a"), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger, "a"), 30.0, "no rights", cause=name_of(error))
    cure = cure_of("engine_rights", "engine").in_(language)
    text, items = shown(ledger, language)
    assert f"no rights. {cure}" in text
    assert items == [("no rights", cure)]
    [row] = status_of(ledger, language=language)["waiting"]
    assert (row["reason"], row["cause"], row["cure"]) == ("no rights", "engine_rights", cure)


@pytest.mark.parametrize("retry_in", [60.0, None])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synchronisation_that_the_portal_refuses(ledger: Ledger, language: Language, retry_in: float | None) -> None:
    error = ChannelFault("x", "ERROR_METHOD_NOT_FOUND", "no", cause=Cause.METHOD_MISSING)
    ledger.created(fetched("a"), None, 42, DONE, adopted=False)
    ledger.settlements.settled(owed_for(ledger, "a"))
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "no method", retry_in=retry_in, cause=name_of(error))
    cure = cure_of("method_missing", "portal").in_(language)
    text, items = shown(ledger, language)
    assert f"no method. {cure}" in text
    assert items == [("no method", cure)]
    found = status_of(ledger, language=language)
    [row] = found["parked"] if retry_in is None else found["waiting"]
    assert (row["cause"], row["cure"]) == ("method_missing", cure)


def test_what_the_portal_has_said_to_a_create_is_on_the_page(tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    shop.portal.add_script = [Doubtful(ADD, "http_500", "the number is missing", cause=Cause.UNCLEAR)]
    shop.desk.begin(shop.hand())
    view = shop.ledger.views.read()
    page = view_of(facts(view=view, creates=begun_creates(shop)), ABOUT, "en")
    [[item]] = [group.items for group in page.groups]
    assert "the number is missing" in item.reason
    assert "; the worker looks for its marker at " in item.reason
    assert item.cure == cure_of("unclear", "portal").en != ""
    shop.ledger.close()


@pytest.mark.parametrize("written", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_is_shown_in_the_language_of_the_reader_whatever_the_log_was_written_in(
    ledger: Ledger, written: Language, language: Language
) -> None:
    """A page in Russian quoted English reasons: the ledger keeps them in the language of the log."""
    portal = in_words(Trouble("portal", Cause.GATEWAY, ADD, "b24.example:443", "502 Bad Gateway", status=502, size=50))
    engine = in_words(Trouble("engine", Cause.INSTANCE_SUSPENDED, "complete", "camunda:8080", "ENGINE-03043"))
    model = in_words(Trouble("engine", Cause.ENGINE_RIGHTS, "process-definition/xml", "camunda:8080", "no READ"))
    row = ledger.begin_create(fetched("doubted"), draft(fetched("doubted")), None)
    ledger.doubtful(row, portal.in_(written), counts=True, cause="gateway")
    ledger.created(fetched("refused"), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger, "refused"), 30.0, engine.in_(written), cause="instance_suspended")
    for number, name in enumerate(("late", "parked"), 43):
        ledger.created(fetched(name), None, number, DONE, adopted=False)
        ledger.settlements.settled(owed_for(ledger, name))
        [sync] = ledger.syncs.take(1)
        retry_in = 60.0 if name == "late" else None
        ledger.syncs.failed(sync, portal.in_(written), retry_in=retry_in, cause="gateway")
    ledger.models.unread("order:1", model.in_(written), "engine_rights")
    said, (_, items) = portal.in_(language), shown(ledger, language)
    assert sorted(reason for reason, _ in items) == sorted(
        [said, said, said_of(portal.in_(language), None).in_(language), engine.in_(language), model.in_(language)]
    )
    found = status_of(ledger, language=language)
    told = [
        row.get("reason", row.get("error")) for name in ("waiting", "parked", "unread_models") for row in found[name]
    ]
    assert sorted(told) == sorted(reason for reason, _ in items)
    lines = view_of(facts(view=ledger.views.read()), ABOUT, language).tasks
    assert lines
    assert {line.reason for line in lines.lines if line.reason} == {said, engine.in_(language)}


def test_a_cause_is_forgotten_with_its_reason(ledger: Ledger) -> None:
    ledger.created(fetched("a"), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger, "a"), 30.0, "no rights", cause="engine_rights")
    row = ledger.known(["a"])["a"]
    ledger.arm(fetched("a"), row, DONE)
    assert [(task.error, task.cause) for task in ledger.views.read().newest] == [(None, None)]


@pytest.mark.parametrize("name", [None, "", "of_a_later_version"])
def test_a_cause_that_is_not_known_has_no_cure(name: str | None) -> None:
    assert not cure_of(name, "portal")
