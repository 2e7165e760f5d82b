"""What `check --model` finds where a process chooses between flows, as `expression_findings` has it for conditions."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

OF_CHOICES: Mapping[str, Words] = {
    "never_taken": Words(
        Phrase(
            "стрелка к {to} с условием {condition} не сработает никогда: условия проверяются в порядке модели, и когда "
            "верно это, раньше верно {before}",
            "the flow to {to} with the condition {condition} is never taken: the conditions are tried in the order of "
            "the model, and whenever this is true, {before} is true before it",
        ),
        Phrase(
            "уточните условие, которое проверяется раньше, чтобы оно этот случай не включало",
            "narrow the condition that is tried before it, so that it leaves this case out",
        ),
    ),
    "no_way_out": Words(
        Phrase(
            "ответ {variable} = {values}: у {at} нет стрелки для него и нет стрелки по умолчанию, движок не пойдёт "
            "дальше",
            "the answer {variable} = {values}: {at} has no flow for it and no default flow, and the engine gets no "
            "further",
        ),
        Phrase(
            "добавьте стрелку с условием для этого ответа или сделайте одну из стрелок стрелкой по умолчанию (Default "
            "flow)",
            "add a flow with a condition for this answer, or make one of the flows the default flow",
        ),
    ),
    "text_for_boolean": Words(
        Phrase(
            "условие {condition} — переменная {name}: параметр без выражения даёт ей текст ({values}), а не да или "
            "нет, и движок дальше не пойдёт",
            "the condition {condition} is the variable {name}, and a parameter without an expression gives it a text "
            "({values}), not yes or no: the engine gets no further",
        ),
        Phrase(
            "сравните ({example}) или задайте её выражением: ${{true}}",
            "compare it ({example}), or set it by an expression: ${{true}}",
        ),
    ),
    "always_taken": Words(
        Phrase(
            "стрелка {at} → {target} без условия: движок идёт по ней при любом ответе, и по стрелке, условие которой "
            "верно, тоже",
            "the flow {at} → {target} has no condition: the engine takes it after every answer, and also each flow "
            "whose condition is true",
        ),
        Phrase(
            "если она значит «иначе», сделайте её стрелкой по умолчанию (Default flow); если нужна всегда, ведите её "
            "от параллельного шлюза",
            "if it means “otherwise”, make it the default flow; if it is always needed, lead it from a parallel "
            "gateway",
        ),
    ),
    "settled_before": Words(
        Phrase(
            "{at}: сразу за этим вопросом путь выбирает не его ответ, а {name}, и он здесь может быть только {values}: "
            "при любом ответе на вопрос процесс пойдёт к {target}",
            "{at}: right behind this question the flow is chosen not by its answer but by {name}, which can only be "
            "{values} here: whatever is answered, the process goes on to {target}",
        ),
        Phrase(
            "сравнивайте в этих условиях ответ этого шага: {variable}",
            "compare the answer of this step in these conditions: {variable}",
        ),
    ),
    "read_by_nothing": Words(
        Phrase(
            "ответ этого шага ({variable}) ничто не читает, а путь сразу за ним ({at}) выбирает {names}: что бы здесь "
            "ни ответили, ничего не изменится",
            "nothing reads the answer of this step ({variable}), and right behind it ({at}) {names} chooses the flow: "
            "whatever is answered here changes nothing",
        ),
        Phrase(
            "сравнивайте в этих условиях и {variable}; если нужно только дождаться, пока задачу закроют, задайте "
            "waitForCompletion вместо UF_RESULT_EXPECTED",
            "compare {variable} in these conditions too; if the step need only wait until its task is closed, give it "
            "waitForCompletion in place of UF_RESULT_EXPECTED",
        ),
    ),
    "lost_local": Words(
        Phrase(
            "{name}, составленная из ответа, — локальная переменная {of} и пропадает вместе с ним, а {readers} читает "
            "её после него",
            "{name}, which is made of the answer, is a local variable of {of} and ends with it, but {readers} reads it "
            "afterwards",
        ),
        Phrase(
            "пишите execution.setVariable вместо setVariableLocal; у подпроцесса уберите входной параметр {name} или "
            "добавьте выходной с этим именем",
            "write execution.setVariable in place of setVariableLocal; of a sub-process, remove the input parameter "
            "{name} or add an output parameter of this name",
        ),
    ),
    "unquoted_name": Words(
        Phrase(
            "{call}: имя без кавычек, и движок ищет переменную, которая называется как ответ {name} ({given}), а "
            "такой нет: при любом ответе получится null или «нет»",
            "{call}: the name has no quotes, so the engine looks for a variable named like the answer {name} "
            "({given}), and there is none: the outcome is null or no after every answer",
        ),
        Phrase("возьмите имя в кавычки: '{name}'", "put the name in quotes: '{name}'"),
    ),
}
