"""What the looks of `check` are called, in Russian and English: each look has a name of its own."""

from __future__ import annotations

from worker.words.phrase import Phrase

PORTAL = Phrase("портал", "portal")
ENGINE = Phrase("движок", "engine")
LEDGER_FILE = Phrase("файл журнала", "ledger file")
LEDGER_ROWS = Phrase("строки журнала", "ledger rows")
WEBHOOK_OWNER = Phrase("владелец вебхука", "webhook owner")
WEBHOOK_SCOPES = Phrase("права вебхука", "webhook scopes")
WEBHOOK_PEOPLE = Phrase("право вебхука спрашивать о сотрудниках", "webhook may ask about users")
TASK_FIELDS = Phrase("поля задач", "task fields")
ANSWER_FIELDS = Phrase("поля задач для ответа", "task fields for answers")
TEMPLATE_FIELDS = Phrase("поля из шаблонов", "fields of templates")
PORTAL_CLOCK = Phrase("часы портала", "portal clock")
TASK_LIST = Phrase("список задач", "task list")
ENGINE_CLOCKS = Phrase("часы движка", "engine clocks")
JSON_VARIABLES = Phrase("переменные Json", "Json variables")
MODELS = Phrase("модели шагов", "models of steps")
OTHER_TOPICS = Phrase("прочие топики", "other topics")
TOPICS_OF_OTHERS = Phrase("топики других воркеров", "topics of other workers")
TENANTS = Phrase("тенанты", "tenants")


def method(name: str) -> Phrase:
    """A REST method of the portal."""
    return Phrase(f"метод {name}", name)


def topic(name: str) -> Phrase:
    """Steps of a topic that wait at the engine."""
    return Phrase(f"топик {name}", f"topic {name}")


def locks(name: str) -> Phrase:
    """Steps of a topic that somebody has locked for long."""
    return Phrase(f"блокировки топика {name}", f"locks of topic {name}")


def model(key: str) -> Phrase:
    """A process that is deployed."""
    return Phrase(f"модель {key}", f"model {key}")


def step(key: str, activity: str) -> Phrase:
    """One of its steps."""
    return Phrase(f"модель {key}, шаг {activity}", f"model {key}, step {activity}")
