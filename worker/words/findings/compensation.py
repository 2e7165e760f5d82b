"""What `check --model` finds of compensation that undoes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

NOTHING_HERE = Phrase(
    "ни у одного действия в этом процессе или подпроцессе нет обработчика компенсации",
    "no activity in this process or sub-process has a compensation handler",
)
WITHOUT_HANDLER = Phrase("у {of} нет обработчика компенсации", "{of} has no compensation handler")
OF_COMPENSATION: Mapping[str, Words] = {
    "undoes_nothing": Words(
        Phrase(
            "компенсация здесь ничего не отменит: {why}, и движок пройдёт мимо без предупреждения",
            "the compensation undoes nothing here: {why}, and the engine passes by without a word",
        ),
        Phrase(
            "поставьте событие компенсации на границу действия, которое нужно отменить, и соедините его с обработчиком "
            "ассоциацией (пунктиром); или вызовите компенсацию действия, у которого обработчик есть",
            "put a compensation event at the boundary of the activity that is to be undone, and connect it with its "
            "handler by an association (dotted); or throw the compensation of an activity that has a handler",
        ),
    ),
    "event_unconnected": Words(
        Phrase(
            "от события компенсации не ведёт ассоциация к обработчику: при компенсации {of} движок ничего не сделает",
            "no association leads from the compensation event to a handler: where {of} is undone, the engine does "
            "nothing",
        ),
        Phrase(
            "отметьте обработчик как обработчик компенсации (isForCompensation) и ведите к нему от события ассоциацию "
            "(пунктир), а не стрелку",
            "mark the handler as one for compensation (isForCompensation), and lead an association (dotted) to it from "
            "the event, not a sequence flow",
        ),
    ),
    "handler_unconnected": Words(
        Phrase(
            "к обработчику компенсации не ведёт ассоциация: движок никогда его не начнёт",
            "no association leads to the compensation handler: the engine never begins it",
        ),
        Phrase(
            "поставьте событие компенсации на границу действия, которое он отменяет, и ведите от него сюда ассоциацию "
            "(пунктир)",
            "put a compensation event at the boundary of the activity that it undoes, and lead an association (dotted) "
            "from there to it",
        ),
    ),
}
