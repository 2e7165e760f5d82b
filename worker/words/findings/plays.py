"""What `check --model` and the log say of processes that go wrong only after certain answers or events."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase, unchanged

FROM_START = Phrase("сразу после запуска", "right after the start")
OVERWRITES = Phrase(", и ответ одной затрёт ответ другой", ", and the answer of one overwrites that of the other")
FEWER = Phrase(
    "к этому параллельному шлюзу придёт ветвей {come} из {needs}",
    "{come} of {needs} branches come to this parallel gateway",
)
NOT_LOOKED_AT = Phrase(
    "к этому шлюзу (inclusive) больше не придёт ни одна ветвь: та, которую он ждёт, закончится в другом месте "
    "(движок смотрит на шлюз, только когда ветвь приходит)",
    "no branch comes to this inclusive gateway any more: the one that it waits for ends elsewhere (the engine looks at "
    "the gateway only when a branch comes)",
)
JOIN_BEFORE = Phrase("соедините ветви шлюзом перед этим шагом", "join the branches by a gateway before this step")
END_THE_OTHERS = Phrase(
    "пусть первая ветвь сначала завершит остальные: поместите ветви в подпроцесс, выходите из него концом с ошибкой, а "
    "этот шаг поставьте за граничным событием этой ошибки",
    "let the first branch end the others before this step: put the branches into a sub-process, leave it by an error "
    "end event, and place this step behind the boundary event for that error",
)
JOIN_FIRST = Phrase(
    "сначала соедините ветви, а ответы проверяйте за шлюзом; или закончите ветвь, которая ведёт мимо, конечным "
    "событием Terminate, если остальные тогда не нужны",
    "join the branches first and look at the answers behind the gateway; or let the branch that leads past it end in a "
    "terminate end event, if the others are not needed then",
)
OF_PLAYS: Mapping[str, Words] = {
    "waits_after": Words(
        Phrase(
            "если пойдёт так: {after}, — {why}, и процесс останется здесь навсегда",
            "if it goes like this: {after}, then {why}, and the process waits here for ever",
        ),
        unchanged("{cure}"),
    ),
    "awaits_after": Words(
        Phrase(
            "если пойдёт так: {after}, — событие ждёт условия {condition}, а верным его больше ничто не сделает, и "
            "процесс останется здесь навсегда",
            "if it goes like this: {after}, then the event waits for the condition {condition}, which nothing makes "
            "true any more, and the process waits here for ever",
        ),
        Phrase(
            "проверяйте ответ исключающим шлюзом за соединением ветвей; или поставьте событие за событийным шлюзом с "
            "другим событием рядом: таймером, сообщением или обратным условием",
            "look at the answer at an exclusive gateway behind the join; or put the event behind an event-based "
            "gateway beside another one: a timer, a message or the opposite condition",
        ),
    ),
    "active_twice": Words(
        Phrase(
            "если пойдёт так: {after}, — этот шаг выполняется дважды одновременно: задач будет две{overwrites}",
            "if it goes like this: {after}, then this step is active twice at once: there are two tasks{overwrites}",
        ),
        Phrase(
            "{cure}; назад, до развилки, возвращайте процесс только тогда, когда пришли все её ветви",
            "{cure}; lead the process back to before a split only when all its branches have come",
        ),
    ),
    "stuck_after": Words(
        Phrase(
            "если пойдёт так: {after}, — отсюда не подходит ни одна стрелка, а стрелки по умолчанию нет: движок не "
            "пойдёт дальше, и понадобится человек",
            "if it goes like this: {after}, then no flow from here fits, and there is no default flow: the engine gets "
            "no further, and a person is needed",
        ),
        Phrase(
            "добавьте стрелку с условием для таких ответов или сделайте одну из стрелок стрелкой по умолчанию (Default "
            "flow)",
            "add a flow with a condition for these answers, or make one of the flows the default flow",
        ),
    ),
    "rounds_after": Words(
        Phrase(
            "если пойдёт так: {after}, — процесс будет ходить по кругу без конца, каждый раз с новыми задачами: что бы "
            "ни ответили на этом круге, выхода из него нет, потому что выход зависит и от {names}, а этого на круге "
            "заново никто не спрашивает",
            "if it goes like this: {after}, then the process goes round without end, with new tasks each time: "
            "whatever is answered in the loop, no flow out of it fits, because that depends on {names}, too, "
            "which nobody in the loop is asked anew",
        ),
        Phrase(
            "ведите стрелку назад к шагу, который это спрашивает ({steps}), а не за него",
            "lead the flow back to the step that asks it ({steps}), not behind it",
        ),
    ),
    "unset_after": Words(
        Phrase(
            "если пойдёт так: {after}, — выражение {expression} читает {variables}, а модель этого ещё не задала: если "
            "значение не дали при запуске, движок не вычислит выражение, и процесс дальше не пойдёт",
            "if it goes like this: {after}, then the expression {expression} reads {variables}, which the model has "
            "not set: unless the process is started with it, the engine cannot evaluate this, and the process gets no "
            "further",
        ),
        Phrase(
            "читайте ${{execution.getVariable('{variable}')}}, без значения это null; или задайте {variable} раньше; "
            "или ведите этот путь мимо {at}",
            "read ${{execution.getVariable('{variable}')}}, which is null there; or set {variable} before; or lead "
            "this route past {at}",
        ),
    ),
    "unplayed": Words(
        Phrase(
            "у процесса слишком много путей, чтобы проверить все ответы: где он остановится навсегда, какие шаги "
            "выполнятся дважды и чего не хватит условиям, искали только в первых {states} состояниях",
            "the process has too many ways to try all answers: where it waits for ever, which steps are active twice, "
            "and what conditions lack, was looked for in its first {states} states only",
        ),
        Phrase(
            "вынесите его части в вызываемые процессы (call activity): каждый проверяется отдельно",
            "move parts of it to called processes (call activity): each is looked at by itself",
        ),
    ),
}
