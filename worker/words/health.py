"""What `health` answers about the running worker, and why a check of `/healthz` or `/readyz` fails."""

from __future__ import annotations

from worker.words.phrase import Phrase, unchanged

WELL = Phrase("Воркер работает ({where}).", "The worker is healthy ({where}).")
UNWELL = Phrase(
    "Воркер неисправен ({where}): {why}. Перезапустите его, ничего не потеряется.",
    "The worker is unhealthy ({where}): {why}. Restart it, nothing is lost.",
)
NO_ANSWER = Phrase("Воркер не отвечает ({where}): {why}.", "The worker does not answer ({where}): {why}.")
ANOTHER = Phrase(
    "По адресу {where} отвечает другая программа: проверьте http.host и http.port.",
    "Another program answers at {where}: check http.host and http.port.",
)
OF_ANOTHER_LEDGER = Phrase(
    "По адресу {where} отвечает воркер с другим журналом, не из этих настроек. Задайте каждому воркеру свой "
    "http.port и перезапустите этот.",
    "At {where} the worker of another ledger answers, not that of these settings. Give each worker an http.port of its "
    "own, and restart this one.",
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
            "время ожидания истекло: процесс завис или машина перегружена. Перезапустите его, ничего не потеряется",
            "the time-out expired: the process hangs, or the machine is overloaded. Restart it, nothing is lost",
        )
    return unchanged(error.strerror or type(error).__name__)
