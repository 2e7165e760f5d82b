"""Facts of log events that have a code for programs and a text for people."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from worker.words.phrase import Phrase


class Code(StrEnum):
    """The value is the code for programs, `phrase` the text. Each member is written as `code, Russian, English`."""

    phrase: Phrase

    def __new__(cls, code: str, ru: str = "", en: str = "") -> Self:  # defaults: a look-up by value names no text
        member = str.__new__(cls, code)
        member._value_ = code
        member.phrase = Phrase(ru, en)
        return member


class SideName(Code):
    """A system that the worker depends on; in the order in which people are told what is wrong.

    The ledger before all: without it, a restart for another side fails or makes it worse.
    """

    LEDGER = "ledger", "журнал", "ledger"
    ENGINE = "engine", "движок", "engine"
    PORTAL = "portal", "портал", "portal"


class PartName(Code):
    """A part of the work that may be paused while its side works."""

    FETCH = "fetch", "получение задач", "fetching"
    SYNCS = "syncs", "синхронизации", "synchronisations"
    GONE_TASKS = "gone_tasks", "поиск удалённых задач", "the search for deleted tasks"
    GONE_STEPS = "gone_steps", "поиск отменённых шагов", "the search for cancelled steps"
    ANSWERS = "answers", "чтение ответов людей", "the reading of people's answers"
    CHANGES = "changes", "список изменённых задач", "the list of changed tasks"
    CLOCK = "clock", "часы", "clock"
    NEW_LEDGER = "new_ledger", "новый журнал", "the new ledger"
    LEFT_LOCKED = "left_locked", "шаги прошлого запуска", "the steps of an earlier run"
    STRANGER_LOCKED = "stranger_locked", "шаги неизвестного воркера", "the steps of an unknown worker"
    SLOW_ENGINE = "slow_engine", "медленные ответы движка", "the slow answers of the engine"
    SLOW_PORTAL = "slow_portal", "медленные ответы портала", "the slow answers of the portal"
    SLOW_LEDGER = "slow_ledger", "медленные ответы журнала", "the slow answers of the ledger"
    MACHINE = "machine", "машина воркера", "the worker's machine"


SLOW = frozenset({PartName.SLOW_ENGINE, PartName.SLOW_PORTAL, PartName.SLOW_LEDGER, PartName.MACHINE})
"""A side answers slowly, or this machine makes everything slow."""
HOLDS_NOTHING = SLOW | {PartName.CHANGES, PartName.CLOCK, PartName.NEW_LEDGER}
"""What is told as a pause though all work goes on."""


class Outlook(Code):
    """Whether a pause may end without a person."""

    PASSES = "passes", "Может пройти без вмешательства", "It may end without you"
    STAYS = "stays", "Само не пройдёт", "It does not end without you"


class Preparing(Code):
    """What the opening of the ledger waits for."""

    OTHERS = (
        "others",
        "его открывает другой воркер, возможно, обновляет его таблицы",
        "another worker is opening it, and may be upgrading its tables",
    )
    CHECK = "check", "воркер проверяет его таблицы", "the worker checks its tables"
    NEW = "new", "создаются его таблицы", "its tables are being made"
    UPGRADE = (
        "upgrade",
        "его таблицы обновляются до версии этой программы. Не прерывайте обновление, иначе оно начнётся сначала",
        "its tables are being upgraded to the version of this program. Do not interrupt it, or it begins anew",
    )


class TokenFault(Code):
    """Why the answer of a token server holds no token that can be used."""

    NO_JSON = "no_json", "это не объект JSON", "it is no JSON object"
    ABSENT = "absent", "нет access_token", "access_token is missing"
    UNSENDABLE = (
        "unsendable",
        "access_token — не текст из печатных знаков ASCII без пробелов, не длиннее 8000",
        "access_token is no text of at most 8000 printable ASCII characters without blanks",
    )
    OTHER_TYPE = "other_type", "token_type — не Bearer", "token_type is not Bearer"
    ODD_LIFE = "odd_life", "expires_in — не число секунд от 1", "expires_in is no number of seconds from 1"


TOKEN_FAULTS = frozenset(TokenFault)


class Ended(Code):
    """How the wait for a task ended; the values are those of `worker.model.Ending`."""

    COMPLETED = "completed", "выполнена", "was completed"
    AWAITS_CONTROL = "awaits_control", "ждёт контроля постановщика", "awaits its creator's control"
    DECLINED = "declined", "отклонена", "was declined"
    DELETED = "deleted", "удалена", "was deleted"
    RETURNED = "returned", "возвращена в работу", "was returned to work"


class WaitsFor(Code):
    """What a step waits for; the values are the names of `worker.model.Promise`."""

    NOTHING = "nothing", "ничего", "nothing"
    CLOSE = "close", "закрытие задачи", "the task to be closed"
    ANSWER = "answer", "ответ", "an answer"
