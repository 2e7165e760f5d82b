"""What `health` answers about the running worker, and why a check of `/healthz` or `/readyz` fails."""

from __future__ import annotations

import socket

from worker import PROGRAM
from worker.words.foreign import UNKNOWN
from worker.words.phrase import Phrase, in_sentences, unchanged

WELL = Phrase("Воркер работает ({where}).", "The worker is healthy ({where}).")
UNWELL = Phrase(
    "Воркер неисправен ({where}): {why}. Перезапустите его, ничего не потеряется.",
    "The worker is unhealthy ({where}): {why}. Restart it, nothing is lost.",
)
DOES_NOT_ANSWER = Phrase("Воркер не отвечает ({where}): {why}", "The worker does not answer ({where}): {why}")
NO_ANSWER = Phrase(f"{DOES_NOT_ANSWER.ru}.", f"{DOES_NOT_ANSWER.en}.")
ANOTHER = Phrase(
    "По адресу {where} отвечает другая программа: проверьте http.host и http.port.",
    "Another program answers at {where}: check http.host and http.port.",
)
OF_ANOTHER_LEDGER = Phrase(
    "по адресу {where} отвечает воркер с другим журналом: {theirs}; в этих настройках журнал {ours}",
    "at {where} the worker of another ledger answers: {theirs}; the ledger of these settings is {ours}",
)
CURE_OF_ANOTHER = Phrase(
    "Если вам нужен воркер, который отвечает, запустите команду с его настройками: в его папке или с его LEDGER_URL. "
    "Иначе задайте каждому воркеру свой http.port и перезапустите воркер этих настроек",
    "If you mean the worker that answers, run the command with its settings: in its folder, or with its LEDGER_URL. "
    "Otherwise give each worker an http.port of its own, and restart the worker of these settings",
)
NOT_HEARD = Phrase(
    "Неизвестно, работает ли воркер этих настроек: {why}",
    "It is not known whether the worker of these settings runs: {why}",
)
ANOTHER_PROGRAM = Phrase(
    "по адресу {where} отвечает другая программа. Освободите этот порт: работающий воркер сам займёт его, а если "
    "воркер не запущен, запустите его. Или задайте другие http.host и http.port и перезапустите воркер",
    "another program answers at {where}. Free that port: a worker that runs takes it by itself, and if none runs, "
    "start it. Or set another http.host or http.port, and restart the worker",
)
SHARED = Phrase(
    f"{{said}} Журнал общий, и воркер может работать на другой машине: это покажет {PROGRAM} status",
    f"{{said}} The ledger is shared, and a worker may work on another machine: {PROGRAM} status shows it",
)
"""What is added where nobody answers and the ledger was not asked."""
NOTED = Phrase("{worker}, отметка {age} с назад", "{worker}, noted {age} s ago")
NOTED_NAMELESS = Phrase("отметка {age} с назад", "noted {age} s ago")
NOTED_MORE = Phrase("и ещё {count}", "and {count} more")
WORKS_ELSEWHERE = Phrase(
    "Судя по журналу, воркер работает в другом месте ({workers}): по адресу {where} его страницы нет. Состояние и "
    f"показатели покажет {PROGRAM} status там, где он работает, или с его HTTP_HOST и HTTP_PORT",
    "By the ledger a worker works elsewhere ({workers}): its page is not at {where}. For its state and figures run "
    f"{PROGRAM} status where it works, or with its HTTP_HOST and HTTP_PORT",
)
WORKS_UNASKED = Phrase(
    "Судя по журналу, воркер работает ({workers}), но в этих настройках страница выключена (http.port: 0), и спросить "
    f"его нельзя. Состояние и показатели покажет {PROGRAM} status с его HTTP_HOST и HTTP_PORT, если у него страница "
    "включена",
    "By the ledger a worker works ({workers}), but the page is off in these settings (http.port: 0), so it cannot be "
    f"asked. For its state and figures run {PROGRAM} status with its HTTP_HOST and HTTP_PORT, if its own page is on",
)
ALIVE = Phrase(
    "Процесс жив, но медлен: {span} назад он отметил в журнале, что работает. Перезапуск не нужен",
    "The process is alive, but slow: {span} ago it noted in the ledger that it runs. It needs no restart",
)
ALIVE_LATELY = Phrase(
    "Процесс есть и держит журнал, но последняя отметка о работе — {span} назад",
    "The process is there and holds the ledger, but it last noted {span} ago that it runs",
)
ENDED_JUST_NOW = Phrase(
    "Если его только что запустили или остановили, повторите команду через {seconds} с",
    "If it was started or ended just now, repeat the command in {seconds} s",
)
STARTED_JUST_NOW = Phrase(
    "Если его только что запустили, повторите команду", "If it was started just now, repeat the command"
)
NO_FILE = Phrase("без файла настроек", "no configuration file")
OTHER_FILE = Phrase(
    "Работающий воркер запущен с другим файлом настроек: {theirs}; эта команда читает: {ours}",
    "The running worker was started with another configuration file: {theirs}; this command reads: {ours}",
)
OTHER_TOPICS = Phrase(
    f"{OTHER_FILE.ru}. Воркер обслуживает топики {{served}}, а здесь названы {{named}}. Запустите команду с его файлом "
    "(-c) или перезапустите воркер с этим",
    f"{OTHER_FILE.en}. The worker serves the topics {{served}}, and here {{named}} are named. Run the command with its "
    "file (-c), or restart the worker with this one",
)
TOPICS_CHANGED = Phrase(
    "Работающий воркер запущен с прежними настройками и обслуживает топики {served}, а сейчас ({ours}) названы "
    "{named}. Перезапустите его, чтобы он прочитал настройки",
    "The running worker was started with earlier settings and serves the topics {served}; now {named} are named "
    "({ours}). Restart it to read the settings",
)
NO_PAGE = Phrase(
    "Страница состояния выключена (http.port: 0), поэтому спросить воркер нельзя: задайте порт.",
    "The status page is off (http.port: 0), so the worker cannot be asked: set a port.",
)

NOT_PROBED = Phrase("ещё не проверялся", "not probed yet")
NO_POLL_YET = Phrase("движок ещё не ответил ни на один запрос задач", "no poll has been answered yet")
POLLED = Phrase("движок ответил на запрос задач {age} с назад", "the last good poll was {age} s ago")
STOPPING = Phrase("воркер останавливается", "stopping")
ENDED = Phrase("завершились: {names}", "ended: {names}")
SILENT = Phrase("зависли: {names}", "silent: {names}")
BECAUSE = unchanged("{what}: {reason}")


def not_heard(of_another: Phrase) -> Phrase:
    """That another worker answers in its place, see `OF_ANOTHER_LEDGER`, and what to do; without the full stop."""
    return NOT_HEARD.format(why=in_sentences(of_another, CURE_OF_ANOTHER))


def not_heard_for_a_program(where: str) -> Phrase:
    """The same if another program does."""
    return NOT_HEARD.format(why=ANOTHER_PROGRAM.format(where=where))


def because(what: Phrase, reason: Phrase) -> Phrase:
    """What is wrong, followed by its reason unless that is empty."""
    return BECAUSE.format(what=what, reason=reason) if reason else what


def why_silent(error: OSError) -> Phrase:
    """Why a connection to the worker brought no answer."""
    if isinstance(error, ConnectionRefusedError):
        return Phrase(
            "порт закрыт, воркер не запущен или ещё запускается. Запустите его; последние строки его лога скажут, "
            "почему он завершился",
            "the port is closed: the worker does not run, or is still starting. Start it; the last lines of its log "
            "say why it ended",
        )
    if isinstance(error, TimeoutError):
        return Phrase(
            "время ожидания истекло: машина перегружена или процесс завис. Проверьте её нагрузку (top): от перегрузки "
            "перезапуск не поможет, а зависший процесс перезапустите, ничего не потеряется",
            "the time-out expired: the machine is overloaded, or the process hangs. Check its load (top): a restart "
            "does not help against that; restart a process that hangs, nothing is lost",
        )
    if isinstance(error, socket.gaierror):
        return Phrase(
            "такого имени или адреса нет, исправьте http.host", "there is no such name or address, correct http.host"
        )
    return UNKNOWN.format(words=error.strerror or type(error).__name__)
