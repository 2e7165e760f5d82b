"""What the looks of `check` are called, in Russian and English: each look has a name of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LookName:
    """The name of one look. Its English form is also how it prints."""

    ru: str
    en: str

    def told(self, language: str) -> str:
        """In this language."""
        return self.ru if language == "ru" else self.en

    def __str__(self) -> str:
        return self.en


PORTAL = LookName("портал", "portal")
ENGINE = LookName("движок", "engine")
LEDGER_FILE = LookName("файл журнала", "ledger file")
LEDGER_ROWS = LookName("строки журнала", "ledger rows")
WEBHOOK_OWNER = LookName("владелец вебхука", "webhook owner")
WEBHOOK_SCOPES = LookName("права вебхука", "webhook scopes")
WEBHOOK_PEOPLE = LookName("право вебхука спрашивать о сотрудниках", "webhook may ask about users")
TASK_FIELDS = LookName("поля задач", "task fields")
ANSWER_FIELDS = LookName("поля задач для ответа", "task fields for answers")
TEMPLATE_FIELDS = LookName("поля из шаблонов", "fields of templates")
PORTAL_CLOCK = LookName("часы портала", "portal clock")
TASK_LIST = LookName("список задач", "task list")
ENGINE_CLOCKS = LookName("часы движка", "engine clocks")
JSON_VARIABLES = LookName("переменные Json", "Json variables")
MODELS = LookName("модели шагов", "models of steps")
OTHER_TOPICS = LookName("прочие топики", "other topics")
TOPICS_OF_OTHERS = LookName("топики других воркеров", "topics of other workers")
TENANTS = LookName("тенанты", "tenants")


def method(name: str) -> LookName:
    """A REST method of the portal."""
    return LookName(f"метод {name}", name)


def topic(name: str) -> LookName:
    """Steps of a topic that wait at the engine."""
    return LookName(f"топик {name}", f"topic {name}")


def locks(name: str) -> LookName:
    """Steps of a topic that somebody has locked for long."""
    return LookName(f"блокировки топика {name}", f"locks of topic {name}")


def model(key: str) -> LookName:
    """A process that is deployed."""
    return LookName(f"модель {key}", f"model {key}")


def step(key: str, activity: str) -> LookName:
    """One of its steps."""
    return LookName(f"модель {key}, шаг {activity}", f"model {key}, step {activity}")
