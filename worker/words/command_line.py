"""The texts of the command line: help, names of values, errors in the arguments."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.phrase import Phrase, unchanged

HELP: Mapping[str, Phrase] = {
    "program": Phrase(
        "Создаёт задачи Битрикс24 по внешним задачам Camunda 7.", "Creates Bitrix24 tasks for Camunda 7 external tasks."
    ),
    "run": Phrase("обслуживать топики, пока не придёт сигнал", "serve the configured topics until a signal"),
    "validate": Phrase(
        "проверить настройки, без сети; код 1: здесь `run` не запустится с этим журналом, 2: ошибки в настройках",
        "check the configuration, without the network; exit code 1: here `run` would not start with this ledger, 2: "
        "mistakes in the settings",
    ),
    "check": Phrase("проверить портал, движок и журнал", "check portal, engine and ledger"),
    "status": Phrase("показать счётчики и всё, что ждёт", "show the counters and everything that waits"),
    "explain": Phrase(
        "рассказать об одном шаге: что с ним, что делать и что с ним было",
        "tell about one step: what is the matter, what to do, and what happened to it",
    ),
    "any-id": Phrase(
        "внешняя задача, экземпляр процесса, бизнес-ключ (целиком или начало) или номер задачи Битрикс24",
        "an external task, a process instance, a business key (in full or its beginning) or a Bitrix24 task's number",
    ),
    "health": Phrase("спросить работающий воркер, исправен ли он", "ask the running worker whether it is healthy"),
    "audit": Phrase("найти на портале дубли задач", "find duplicate tasks on the portal"),
    "takeover": Phrase("принять задачи прежней установки", "take over the tasks of the old installation"),
    "replay": Phrase("снова отправить отложенные синхронизации", "send parked synchronisations again"),
    "forget": Phrase("удалить отложенную синхронизацию", "delete a parked synchronisation"),
    "init": Phrase(
        "записать config.yaml с пояснениями и .env, с которых начинают",
        "write a commented config.yaml and a .env to begin with",
    ),
    "config-show": Phrase("показать все настройки", "show every setting"),
    "settings": Phrase(
        "показать каждую настройку, её значение и откуда оно взято",
        "show each setting, its value, and where it comes from",
    ),
    "schema": Phrase("напечатать JSON Schema файла настроек", "print the JSON Schema of the configuration file"),
    "docs": Phrase(
        "напечатать документацию: список страниц, страницу или её раздел",
        "print the documentation: the list of its pages, a page, or a section",
    ),
    "page": Phrase("страница из списка; её раздел — после #", "a page of the list; after # a section of it"),
    "help": Phrase("показать эту справку", "show this help"),
    "version": Phrase("показать версию программы", "show the program's version"),
    "config": Phrase("файл настроек; по умолчанию ./config.yaml", "the configuration; default: ./config.yaml"),
    "log-level": Phrase(
        "подробность лога: debug, info, warning, error", "level of the log: debug, info, warning, error"
    ),
    "folder": Phrase("папка; по умолчанию текущая", "the folder; default: the current one"),
    "language": Phrase("на каком языке: ru или en", "in which language: ru or en"),
    "json": Phrase("в виде JSON, для программ", "as JSON, for programs"),
    "model": Phrase(
        "проверить и шаги процессов с этими ключами; если названы только файлы .bpmn или папки с ними — только их, без "
        "движка и портала",
        "check the steps of these process definitions too; of .bpmn files, or folders with them, alone: only these, "
        "without engine and portal",
    ),
    "since": Phrase(
        "задачи, созданные с этого времени: 90s, 30m, 2h, 7d, 2026-03-01T10:00+03:00; по умолчанию 30d",
        "tasks created since then: 90s, 30m, 2h, 7d, 2026-03-01T10:00+03:00; default: 30d",
    ),
    "resync": Phrase(
        "также синхронизировать экземпляры процессов, открытые и закрытые, чьи задачи созданы с этого времени; нужен "
        "журнал, созданный командой run",
        "also synchronise every process instance, open or closed, with a task created since then; needs the ledger of "
        "a `run`",
    ),
    "from-worker": Phrase("worker id прежнего воркера", "the old worker's id"),
    "dry-run": Phrase("только показать план", "only show the plan"),
    "id": Phrase("номер, как его показывает status", "the number, as `status` lists it"),
    "all": Phrase("все отложенные", "all parked ones"),
    "reason": Phrase("почему; сохранится в журнале", "why; the ledger keeps it"),
}

VALUES: Mapping[str, Phrase] = {
    "command": Phrase("КОМАНДА", "COMMAND"),
    "folder": Phrase("ПАПКА", "FOLDER"),
    "file": Phrase("ФАЙЛ", "FILE"),
    "page": Phrase("СТРАНИЦА[#РАЗДЕЛ]", "PAGE[#SECTION]"),
    "level": Phrase("УРОВЕНЬ", "LEVEL"),
    "key": Phrase("КЛЮЧ_ИЛИ_ФАЙЛ", "KEY_OR_FILE"),
    "time": Phrase("ВРЕМЯ", "SINCE"),
    "text": Phrase("ТЕКСТ", "TEXT"),
}
"""What stands in the usage in place of a value."""

EXAMPLES: Mapping[str, Phrase] = {
    "run": unchanged("run\nrun -c /etc/worker/config.yaml --log-level debug"),
    "init": unchanged("init\ninit /etc/worker --language en"),
    "validate": unchanged("validate -c config.yaml"),
    "config": unchanged("config show\nconfig show --json"),
    "check": unchanged("check\ncheck --model Process_x\ncheck --model approval.bpmn order.bpmn"),
    "status": unchanged("status\nstatus --json"),
    "explain": unchanged("explain ORDER-7\nexplain 4711\nexplain 2f1c7a0e --json"),
    "audit": unchanged("audit --since 7d\naudit --resync 2026-03-01T10:00+03:00"),
    "takeover": unchanged("takeover --from-worker universal-worker --dry-run"),
    "replay": Phrase(
        'replay 12 13\nreplay --all --reason "модуль исправлен"',
        'replay 12 13\nreplay --all --reason "module repaired"',
    ),
    "forget": Phrase('forget 12 --reason "экземпляр удалён"', 'forget 12 --reason "the instance was deleted"'),
    "docs": unchanged("docs\ndocs quick-start\ndocs model-faults#raise-the-retries"),
    "schema": unchanged("schema --language en > config.schema.json"),
}
"""Command lines without the program's name, at the end of each command's help."""

EXAMPLES_ARE = Phrase("Примеры:", "examples:")
USAGE = Phrase("Вызов: ", "usage: ")
ARGUMENTS = Phrase("Аргументы", "positional arguments")
OPTIONS = Phrase("Параметры", "options")
ERROR = Phrase("{program}: ошибка: {words}\n", "{program}: error: {words}\n")
JOINED = Phrase(
    "{words}; если значение — {value}, пишите {option}=…", "{words}; if {value} is the value, write {option}=…"
)
OF_AN_ARGUMENT = Phrase("{name}: {words}", "argument {name}: {words}")

NO_FOLDER = Phrase(
    "Папки, из которой вызвана команда, больше нет: её удалили или создали заново. Перейдите в существующую: cd",
    "The folder in which this command was called is gone: it was deleted, or made anew. Go to one that is there: cd",
)
BLANK_ID = Phrase("пусто: укажите id", "is empty: name an id")
TOO_LONG = Phrase(
    "символов: {count}, а движок хранит не больше {most}",
    "has {count} characters, and the engine stores {most} at most",
)
BLANK_MODEL = Phrase("пусто: назовите файл или ключ процесса", "is empty: name a file, or the key of a process")
BLANK_PATH = Phrase(
    "пусто: укажите файл или папку (возможно, не задана переменная в команде)",
    "is empty: name a file or a folder (a variable in the command is perhaps not set)",
)
NO_ADDRESS = Phrase(
    "здесь нужен файл или папка, а указан адрес; адреса портала и движка стоят в .env и в файле настроек",
    "an address stands where a file or a folder is expected; those of portal and engine belong in .env and in the "
    "configuration",
)
NO_DASH = Phrase(
    "знак - не читает стандартный ввод: напишите /dev/stdin, а имя, которое состоит из него, — ./-",
    "a - does not read standard input: write /dev/stdin, or ./- for what has this name",
)
NOT_UTF8 = Phrase("содержит байты не в UTF-8: напишите в UTF-8", "holds bytes that are not UTF-8: write it in UTF-8")
BLANK_REASON = Phrase("пусто: напишите почему", "is empty: say why")
NO_TIME = Phrase(
    "«{given}» не время; примеры: 2h, 7d, 2026-03-01T10:00+03:00",
    "“{given}” is no time; examples: 2h, 7d, 2026-03-01T10:00+03:00",
)

NOT_YET = Phrase("«{given}» ещё не наступило", "“{given}” is in the future")

ARGPARSE: Mapping[str, Phrase] = {
    r"the following arguments are required: (?P<names>.*)": Phrase(
        "не хватает: {names}", "the following arguments are required: {names}"
    ),
    r"unrecognized arguments: (?P<names>.*)": Phrase("лишнее: {names}", "unrecognized arguments: {names}"),
    r"one of the arguments (?P<names>.*) is required": Phrase(
        "нужно одно из: {names}", "one of the arguments {names} is required"
    ),
    r"not allowed with argument (?P<name>.*)": Phrase("нельзя вместе с {name}", "not allowed with argument {name}"),
    r"options before the command": Phrase(
        f"параметры пишутся после команды: {PROGRAM} run -c config.yaml",
        f"options come after the command: {PROGRAM} run -c config.yaml",
    ),
    r"given twice": Phrase("указано дважды, оставьте одно", "given twice, leave one"),
    r"expected one argument": Phrase("нужно одно значение", "expected one argument"),
    r"expected at most one argument": Phrase("нужно не больше одного значения", "expected at most one argument"),
    r"expected at least one argument": Phrase("нужно хотя бы одно значение", "expected at least one argument"),
    r"expected (?P<count>\d+) arguments?": Phrase("нужно значений: {count}", "expected {count} arguments"),
    r"invalid choice: (?P<given>.*?) \((choose from|choices:) (?P<known>.*)\)": Phrase(
        "{given} не подходит; можно: {known}", "invalid choice: {given} (choose from {known})"
    ),
    r"invalid int value: (?P<given>.*)": Phrase("{given} не целое число", "invalid int value: {given}"),
    r"invalid \w+ value: (?P<given>.*)": Phrase("значение {given} не подходит", "invalid value: {given}"),
    r"ambiguous option: (?P<given>.*) could match (?P<known>.*)": Phrase(
        "{given} можно понять как {known}; напишите полностью", "ambiguous option: {given} could match {known}"
    ),
    r"ignored explicit argument (?P<given>.*)": Phrase("значение {given} здесь лишнее", "takes no value: {given}"),
}
"""argparse's messages by pattern."""
