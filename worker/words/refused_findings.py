"""What `check --model` finds that the engine refuses or ignores, as `model_findings` has it for the rest of a model."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.expression_findings import Words
from worker.words.phrase import Phrase

OF_REFUSED: Mapping[str, Words] = {
    "unreadable_timer": Words(
        Phrase(
            "таймер «{text}»: движок не прочитает его, и когда процесс дойдёт сюда, произойдёт ошибка",
            "the timer “{text}”: the engine cannot read it, and fails when the process gets here",
        ),
        Phrase(
            "напишите длительность (P2D, PT8H), дату (2026-09-30T18:00:00) или цикл (R3/PT10M)",
            "write a duration (P2D, PT8H), a date (2026-09-30T18:00:00) or a cycle (R3/PT10M)",
        ),
    ),
    "no_topic": Words(
        Phrase(
            "у шага выбрано External, но нет топика: движок не развернёт модель",
            "the step is external but has no topic: the engine refuses the model",
        ),
        Phrase("укажите топик; воркер обслуживает: {topics}", "name a topic; this worker serves: {topics}"),
    ),
    "process_inputs": Words(
        Phrase(
            "входные параметры процесса движок не вычисляет: {names}",
            "the engine ignores the input parameters of a process: {names}",
        ),
        Phrase(
            "задайте их шагу или подпроцессу, или переменными при запуске процесса",
            "give them to the step or a sub-process, or start the process with such variables",
        ),
    ),
}
