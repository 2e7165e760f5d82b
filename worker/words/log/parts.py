"""Texts of log events about pauses: of parts of the work whose side works, and of what comes while a side is down."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log.text import Text, debug, error, info, warning

PART_TEXTS: Mapping[str, Text] = {
    "part.tried": debug(
        "Попытка не удалась ({part}), подряд: {count}: {reason}", "A try has failed ({part}), {count} so far: {reason}"
    ),
    "part.still_paused": warning(
        "Пауза продолжается ({part}), уже {lasted}, попыток: {count}: {reason}. {outlook}; {next}",
        "Still paused ({part}), for {lasted}, tries: {count}: {reason}. {outlook}; {next}",
    ),
    "part.resumed": info(
        "Пауза закончилась ({part}), длилась {lasted}", "The pause has ended ({part}), it lasted {lasted}"
    ),
    "fetch.under_way": info(
        "Запрос задач, начатый до паузы ({side}), ещё принёс задач: {count}. Они ждут её конца или освобождаются",
        "A fetch begun before the pause ({side}) has still brought tasks: {count}. They wait for its end, or are "
        "released",
    ),
    "side.slow": warning("Работа идёт медленнее: {reason}", "Work goes on more slowly: {reason}"),
    "side.not_slow": info(
        "Медленные ответы закончились ({side}): {now}, длились {lasted}",
        "The slow answers have ended ({side}): {now}, they lasted {lasted}",
    ),
    "machine.busy": warning("Работа идёт медленнее: {reason}", "Work goes on more slowly: {reason}"),
    "machine.not_busy": info(
        "Машина воркера больше не перегружена, это длилось {lasted}",
        "The worker's machine is no longer overloaded, it lasted {lasted}",
    ),
    "ledger.another_before": warning(
        "До этого журнала был другой: {reason}", "There was another ledger before this one: {reason}"
    ),
    "clock.jumped": error(
        "Блокировки и ожидания от часов не зависят, но даты будут неверны: {reason}",
        "Locks and waits do not depend on the clock, but dates will be wrong: {reason}",
    ),
}
