"""What `check --model` says of what a process does where nobody has answered."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

TIMED_OUT = Phrase(
    "таймер {event} может закончить шаг без ответа {variable}",
    "the timer {event} may end the step without an answer {variable}",
)
CLOSED = Phrase(
    "шаг завершится без ответа {variable}, если задача {how}",
    "the step is completed without an answer {variable} if the task is {how}",
)
OF_SILENCE: Mapping[str, Words] = {
    "silence_as_yes": Words(
        Phrase(
            "{when}: процесс пойдёт дальше так же, как после ответа {value}",
            "{when}: the process goes on as after the answer {value}",
        ),
        Phrase(
            "если молчание — не согласие, спрашивайте в условии сам ответ ({example}), а стрелку по умолчанию ведите "
            "туда, куда ведёт отказ",
            "if silence is not consent, let the condition ask for the answer itself ({example}), and lead the default "
            "flow to where a no leads",
        ),
    ),
    "step_keeps_old": Words(
        Phrase(
            "{when}: в переменной тогда остаётся прежний ответ, и решает он: {olds}",
            "{when}: the variable keeps an earlier answer then, and that decides: {olds}",
        ),
        Phrase(
            "ведите стрелку таймера мимо этого условия или обнулите на ней ответ (слушатель take: "
            "${{execution.setVariable('{variable}', null)}})",
            "lead the timer's flow past this condition, or set the answer to null on that flow (a take listener: "
            "${{execution.setVariable('{variable}', null)}})",
        ),
    ),
}
