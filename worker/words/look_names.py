"""The names of the checks of `check`, in Russian and English; each check has its own."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

PORTAL = Phrase("портал", "portal")
ENGINE = Phrase("движок", "engine")
PORTAL_CERTIFICATE = Phrase("сертификат портала", "certificate of the portal")
ENGINE_CERTIFICATE = Phrase("сертификат движка", "certificate of the engine")
OUR_CERTIFICATE_PORTAL = Phrase("наш сертификат для портала", "our certificate for the portal")
OUR_CERTIFICATE_ENGINE = Phrase("наш сертификат для движка", "our certificate for the engine")
ENGINE_TOKEN = Phrase("токен для движка", "token for the engine")
SYSTEM = Phrase("система", "system")
LEDGER = Phrase("журнал", "ledger")
PAGE = Phrase("страница состояния", "status page")
LEDGER_FILE = Phrase("файл журнала", "ledger file")
LEDGER_CONNECTIONS = Phrase("подключения к журналу", "connections to the ledger")
LEDGER_ROWS = Phrase("строки журнала", "ledger rows")
WEBHOOK_OWNER = Phrase("владелец вебхука", "webhook owner")
WEBHOOK_SCOPES = Phrase("права вебхука", "webhook scopes")
WEBHOOK_PEOPLE = Phrase("право вебхука читать сотрудников", "webhook scope for users")
WEBHOOK_DISK = Phrase("право вебхука на Диск", "webhook scope for Disk")
TASK_FIELDS = Phrase("поля задач", "task fields")
ANSWER_FIELDS = Phrase("поля задач для ответа", "task fields for answers")
NAMED = Phrase("люди и группы из настроек", "people and groups in the settings")
TEMPLATE_FIELDS = Phrase("поля из шаблонов", "fields in templates")
PORTAL_TEMPLATES = Phrase("шаблоны задач портала", "task templates of the portal")
QUESTIONNAIRES = Phrase("опросники портала", "questionnaires of the portal")
RESOLVERS = Phrase("резолверы портала и их переменные", "resolvers of the portal, with their variables")
PORTAL_CLOCK = Phrase("часы портала", "portal clock")
TASK_LIST = Phrase("список задач", "task list")
ENGINE_CLOCKS = Phrase("часы движка", "engine clocks")
COCKPIT = Phrase("адрес Cockpit", "Cockpit's address")
JSON_VARIABLES = Phrase("переменные Json", "Json variables")
MODELS = Phrase("модели шагов читаются", "models of steps can be read")
OTHER_TOPICS = Phrase("прочие топики", "other topics")
TOPICS_OF_OTHERS = Phrase("топики других воркеров", "topics of other workers")
EXCEPTIONS = Phrase("процессы без шаблонов портала", "processes without templates of the portal")
TENANTS = Phrase("тенанты", "tenants")

ELEMENTS: Mapping[str, Phrase] = {
    "sequenceFlow": Phrase("стрелка", "sequence flow"),
    "Event": Phrase("событие", "event"),
    "Gateway": Phrase("шлюз", "gateway"),
    "callActivity": Phrase("вызов процесса", "call activity"),
    "subProcess": Phrase("подпроцесс", "sub-process"),
    "SubProcess": Phrase("подпроцесс", "sub-process"),
    "transaction": Phrase("подпроцесс", "sub-process"),
    "process": Phrase("процесс", "process"),
    "definitions": Phrase("корень", "root"),
}
"""Elements of a model that are no steps, by the end of their BPMN name."""
A_STEP = Phrase("шаг", "step")
OF_A_MODEL = Phrase("модель {key}, {kind} {id}", "model {key}, {kind} {id}")


def method(name: str) -> Phrase:
    """The check of one REST method of the portal."""
    return Phrase(f"метод {name}", name)


def topic(name: str) -> Phrase:
    """The check of a topic's waiting steps."""
    return Phrase(f"топик {name}", f"topic {name}")


LOCKS_OF_STRANGERS = Phrase("блокировки неизвестного воркера", "locks of an unknown worker")


def locks(name: str) -> Phrase:
    """The check for steps of a topic with a long lock."""
    return Phrase(f"блокировки топика {name}", f"locks of topic {name}")


def cost_of(name: str) -> Phrase:
    """What a task of a topic costs on the portal."""
    return Phrase(f"стоимость задачи топика {name}", f"cost of a task of topic {name}")


def model(key: str) -> Phrase:
    """The check of one deployed process."""
    return Phrase(f"модель {key}", f"model {key}")


def templates(key: str) -> Phrase:
    """The check of the portal's templates for the steps of one process."""
    return Phrase(f"шаблоны модели {key}", f"templates of model {key}")


def named_of(key: str) -> Phrase:
    """The check of people, groups and tasks that the steps of one process name."""
    return Phrase(f"люди и группы модели {key}", f"people and groups of model {key}")


def kind_of(tag: str) -> Phrase:
    """What an element is, by its BPMN name; what is no flow, event and so on is a step."""
    return next((words for ending, words in ELEMENTS.items() if tag.endswith(ending)), A_STEP)


def element(key: str, tag: str, id_: str) -> Phrase:
    """The check of one element of a process. `tag`: its BPMN name."""
    return OF_A_MODEL.format(key=key, kind=kind_of(tag), id=id_)


def step(key: str, activity: str) -> Phrase:
    """The check of one step of a process."""
    return OF_A_MODEL.format(key=key, kind=A_STEP, id=activity)
