"""What `check --model` and the log say of expressions that read a variable which nothing has set yet."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

WITH_NULL = Phrase(", и тогда шлюз ведёт в {to}", ", and the gateway then leads to {to}")
READ_TOO = Phrase("; {name} читают и {places}", "; {name} is read by {places} too")
OF_MISSING: Mapping[str, Words] = {
    "missing_on_route": Words(
        Phrase(
            "выражение {expression} читает {variable}, а на пути {routes} модель эту переменную не задаёт: если "
            "её не дали при запуске, движок не вычислит выражение, и процесс дальше не пойдёт",
            "the expression {expression} reads {variable}, which the model does not set on the route {routes}: "
            "unless the process is started with it, the engine cannot evaluate this, and the process gets no further",
        ),
        Phrase(
            "читайте ${{execution.getVariable('{variable}')}}, без значения это null{with_null}; или задайте "
            "{variable} раньше (при запуске процесса, выходным параметром); или ведите этот путь мимо {at}",
            "read ${{execution.getVariable('{variable}')}}, which is null there{with_null}; or set {variable} before "
            "(at the start of the process, by an output parameter); or lead this route past {at}",
        ),
    ),
    "missing_at_first": Words(
        Phrase(
            "выражение {expression} читает {variable}, а модель задаёт эту переменную только позже: если её не "
            "дали при запуске, движок не вычислит выражение, и процесс дальше не пойдёт",
            "the expression {expression} reads {variable}, which the model sets only later: unless the process "
            "is started with it, the engine cannot evaluate this, and the process gets no further",
        ),
        Phrase(
            "читайте ${{execution.getVariable('{variable}')}}, без значения это null; или задайте {variable} раньше "
            "(при запуске процесса, выходным параметром)",
            "read ${{execution.getVariable('{variable}')}}, which is null there; or set {variable} before (at the "
            "start of the process, by an output parameter)",
        ),
    ),
    "own_number": Words(
        Phrase(
            "входной параметр {name} читает {variable}, а её задаёт только завершённый шаг: до задачи "
            "самого шага {at} её нет, и если её не дали при запуске или вызове процесса, движок не начнёт шаг",
            "the input parameter {name} reads {variable}, which only a step that has ended sets: before "
            "the task of {at} itself there is none, and unless the process is started or called with it, the engine "
            "does not begin the step",
        ),
        Phrase(
            "уберите её отсюда: своего номера у задачи до создания нет, а после шага он в {variable}",
            "remove it here: a task has no number before it is made, and behind the step {variable} has it",
        ),
    ),
    "missing_at_timer": Words(
        Phrase(
            "{timer}: когда таймер прерывает шаг, движок всё равно вычисляет его выходной параметр ({expression}), а "
            "{variable} ещё нет: задание таймера завершится ошибкой, и шаг не будет прерван",
            "{timer}: when this timer ends the step, the engine still evaluates its output parameter ({expression}), "
            "and there is no {variable} yet: the timer's job fails, and the step is not ended",
        ),
        Phrase(
            "читайте в выходном параметре ${{execution.getVariable('{variable}')}}, без значения это null",
            "read ${{execution.getVariable('{variable}')}} in the output parameter, which is null then",
        ),
    ),
    "slipped_name": Words(
        Phrase(
            "читает переменную {name}, которую ничто в модели не задаёт; задана похожая: {meant}{others}",
            "reads the variable {name}, which nothing in the model sets; a similar one is set: {meant}{others}",
        ),
        Phrase(
            "если это опечатка, исправьте имя здесь или там; иначе движок не вычислит выражение, а в camunda:in и "
            "execution.getVariable получится null; если {name} даёт запуск процесса, его вызов или другая программа, "
            "оставьте как есть",
            "if this is a typo, correct the name here or there; otherwise the engine cannot evaluate the expression, "
            "and camunda:in and execution.getVariable give null; if the start of the process, its caller or another "
            "program brings {name}, leave it",
        ),
    ),
}
