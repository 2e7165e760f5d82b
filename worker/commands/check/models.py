"""Checks that the models of waiting steps can be read from the engine; otherwise the steps are not fully checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from worker.commands.check.finding import Finding, of_error
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.line import CALL_SECONDS
from worker.steps.bpmn.definition import DefinitionFault, steps_in
from worker.words import look_names as names
from worker.words.causes import in_words, name_of
from worker.words.model_rights import cure, key_of
from worker.words.phrase import Phrase, joined, unchanged

MOST_READ = 20
TOLD = unchanged("{id}: {words}")


def models_of(engine: Engine, topics: Collection[str]) -> Iterator[Finding]:
    """One finding for all models; none if no step of our topics is in the engine."""
    try:
        ids = sorted({id_ for topic in topics for id_ in engine.definitions_waiting(topic)})[:MOST_READ]
    except EngineError as error:
        yield of_error(names.MODELS, error, essential=False)
        return
    unread = {id_: fault for id_ in ids if (fault := _fault_of(engine, id_))}
    if ids:
        yield Finding(
            names.MODELS,
            good=not unread,
            seen=_told(unread) or unchanged(", ".join(sorted({key_of(id_) for id_ in ids}))),
            cure=_cures(unread),
            essential=False,
        )


def _fault_of(engine: Engine, definition_id: str) -> Exception | None:
    try:
        steps_in(engine.definition_xml(definition_id, timeout=CALL_SECONDS))
    except (EngineError, DefinitionFault) as error:
        return error
    return None


def _told(unread: dict[str, Exception]) -> Phrase:
    return joined("; ", (TOLD.format(id=id_, words=in_words(error)) for id_, error in unread.items()))


def _cures(unread: dict[str, Exception]) -> Phrase:
    return joined("; ", (cure(id_, name_of(error)) for id_, error in unread.items()))
