"""Texts of log events about parts of the work that are paused while their side works."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log_text import Text, debug, error, info, warning

PART_TEXTS: Mapping[str, Text] = {
    "part.tried": debug(
        "Попытка не удалась ({part}), подряд: {count}: {reason}", "A try has failed ({part}), {count} so far: {reason}"
    ),
    "part.still_paused": warning(
        "Пауза продолжается ({part}), уже {lasted}, попыток: {count}: {reason}. {outlook}. Следующая попытка "
        "через {seconds} с",
        "Still paused ({part}), for {lasted}, {count} tries: {reason}. {outlook}. Next try in {seconds} s",
    ),
    "part.resumed": info(
        "Пауза закончилась ({part}), длилась {lasted}", "The pause has ended ({part}), it lasted {lasted}"
    ),
    "clock.jumped": error(
        "Блокировки и ожидания от часов не зависят, но даты будут неверны: {reason}",
        "Locks and waits do not depend on the clock, but dates will be wrong: {reason}",
    ),
}
