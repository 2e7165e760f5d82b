"""What `check --model` finds in call activities: what goes wrong between a caller and what it calls."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.documents import see
from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

AFTER_ANSWER = Phrase(
    "после ответа {variable} = {value} вызываемый процесс {called} может закончиться, не спросив {names}",
    "after the answer {variable} = {value} the called process {called} may end without having asked for {names}",
)
UNANSWERED = Phrase(
    "вызываемый процесс {called} может закончиться без ответа {variable}",
    "the called process {called} may end without an answer {variable}",
)
OF_CALLS: Mapping[str, Words] = {
    "called_misspelt": Words(
        Phrase(
            "вызывает процесс {called}, а в указанных моделях такого нет; если его нет и в движке, предыдущий шаг не "
            "завершится",
            "calls the process {called}, which none of the models named is; if the engine has none either, the step "
            "before cannot be completed",
        ),
        Phrase("если это опечатка: {meant}?", "if this is a typo: {meant}?"),
    ),
    "called_missing": Words(
        Phrase(
            "вызывает процесс {called}, а движок не показывает процесса с таким ключом: экземпляр остановится здесь с "
            "инцидентом движка, или предыдущий шаг не завершится",
            "calls the process {called}, and the engine shows no process with this key: the instance stops here with "
            "an incident of the engine, or the step before cannot be completed",
        ),
        Phrase(
            "исправьте ключ в модели или разверните этот процесс; если он развёрнут, дайте пользователю воркера право "
            "его читать",
            "correct the key in the model, or deploy that process; if it is deployed, let the worker's user read it",
        ),
    ),
    "calls_overwrite": Words(
        Phrase(
            "возвращает {names}, а параллельно туда же пишет ответ {other}: кто закончится последним, затрёт ответ "
            "другого",
            "hands {names} back, where {other} leaves its answer in parallel: whichever ends last overwrites that "
            "of the other",
        ),
        Phrase(
            "возвращайте каждый ответ под своим именем: camunda:out со своим target у каждого вызова",
            "hand each answer back by a name of its own: a camunda:out with another target at each call",
        ),
    ),
    "calls_hand_back_old": Words(
        Phrase(
            "получает и возвращает все переменные, а параллельно {others} меняет {name}: если вызов закончится позже, "
            "он вернёт её прежнее значение",
            "gets and hands back all variables, while {others} sets {name} in parallel: if the call ends later, it "
            "hands back the old value",
        ),
        Phrase(
            'возвращайте только то, что нужно: camunda:out с source и target вместо variables="all"',
            'hand back only what is needed: camunda:out with source and target instead of variables="all"',
        ),
    ),
    "ends_without": Words(
        Phrase(
            "{when}: тогда у {at} нет подходящей стрелки, и движок дальше не пойдёт",
            "{when}: then no flow of {at} fits, and the engine gets no further",
        ),
        Phrase(
            "добавьте у {at} стрелку для этого случая или стрелку по умолчанию (Default flow)",
            "add a flow of {at} for this case, or a default flow",
        ),
    ),
    "ends_unread": Words(
        Phrase(
            "{when}: тогда движок не вычислит условие {condition} у {at} и дальше не пойдёт",
            "{when}: then the engine cannot evaluate the condition {condition} at {at}, and gets no further",
        ),
        Phrase(
            "возвращайте каждый ответ под своим именем (camunda:out с source и target: без ответа это null) или "
            "читайте его через execution.getVariable",
            "hand each answer back by its name (a camunda:out with source and target: it is null without an answer), "
            "or read it by execution.getVariable",
        ),
    ),
    "out_unread": Words(
        Phrase(
            "{when}: тогда движок не вычислит {expression} в camunda:out, и вызываемый процесс не сможет закончиться",
            "{when}: then the engine cannot evaluate {expression} of camunda:out, and the called process cannot end",
        ),
        Phrase(
            "возвращайте сам ответ (source вместо sourceExpression: без ответа это null) или читайте его через "
            "execution.getVariable",
            "hand back the answer itself (source instead of sourceExpression: it is null without an answer), or read "
            "it by execution.getVariable",
        ),
    ),
    "call_keeps_old": Words(
        Phrase(
            "{when}: вызов стоит в цикле и возвращает все переменные, и тогда в {variable} останется ответ прошлого "
            "круга: {olds}",
            "{when}: the call stands in a loop and hands back all variables, so that {variable} keeps the answer of "
            "the round before: {olds}",
        ),
        Phrase(
            "возвращайте ответ под его именем (camunda:out с source и target): без ответа это null",
            "hand the answer back by its name (a camunda:out with source and target): it is null without an answer",
        ),
    ),
    "call_passes_old": Words(
        Phrase(
            "{when}: вызов передаёт туда прежний ответ и получает его обратно, как будто так ответили сейчас: {olds}",
            "{when}: the call passes an earlier answer in and gets it back, as if it had been given now: {olds}",
        ),
        Phrase(
            "передавайте и возвращайте только то, что нужно (camunda:in и camunda:out с source и target), а {variable} "
            "не передавайте: без ответа это null",
            "pass in and hand back only what is needed (camunda:in and camunda:out with source and target), and do not "
            "pass {variable} in: it is null without an answer",
        ),
    ),
    "out_of_nothing": Words(
        Phrase(
            "camunda:out берёт {source}, а вызываемый процесс {called} её не задаёт: {target} станет null",
            "camunda:out takes {source}, which nothing in the called process {called} sets: {target} becomes null",
        ),
        Phrase("укажите в source то, что этот процесс оставляет: {leaves}", "name what that process leaves: {leaves}"),
    ),
    "out_unchanged": Words(
        Phrase(
            "camunda:out берёт {source}, а вызываемый процесс {called} её не задаёт: {target} останется такой, какой "
            "была до вызова, а если её не было, станет null",
            "camunda:out takes {source}, which nothing in the called process {called} sets: {target} gets the value "
            "from before the call, or null if there was none",
        ),
        Phrase(
            "задайте {source} в этом процессе (выходным параметром шага) или укажите в source то, что он оставляет: "
            "{leaves}",
            "set {source} in that process (by an output parameter of a step), or name what it leaves: {leaves}",
        ),
    ),
    "not_handed_in": Words(
        Phrase(
            "вызываемый процесс {called} читает {names} ({expressions}), а сам этого не задаёт, и вызов не передаёт",
            "the called process {called} reads {names} ({expressions}), which nothing in it sets and this call does "
            "not pass to it",
        ),
        Phrase(
            "добавьте camunda:in с этим именем в source и target; иначе движок не вычислит выражение",
            "add camunda:in with this name as source and target; otherwise the engine cannot evaluate the expression",
        ),
    ),
    "not_handed_back": Words(
        Phrase(
            "условия читают {names}, ответ в вызываемом процессе {called}, а этот вызов его не возвращает",
            "conditions read {names}, an answer in the called process {called}, which this call does not hand back",
        ),
        Phrase(
            "добавьте camunda:out с этим именем в source и target; иначе движок не вычислит условие",
            "add camunda:out with this name as source and target; otherwise the engine cannot evaluate the condition",
        ),
    ),
    "handed_back_as": Words(
        Phrase(
            "условия читают {name}, ответ в вызываемом процессе {called}, а этот вызов возвращает его в {target}",
            "conditions read {name}, an answer in the called process {called}, which this call hands back as {target}",
        ),
        Phrase(
            "читайте {target} или укажите {name} в target у camunda:out; иначе движок не вычислит условие",
            "read {target}, or name {name} as target of camunda:out; otherwise the engine cannot evaluate the "
            "condition",
        ),
    ),
    "calls": Words(
        Phrase(
            "этот вызов процесса выполняется несколько раз и возвращает переменные: каждый раз они "
            "перезаписывают прежние",
            "this call activity runs several times and hands variables back: each call overwrites those of the "
            "previous one",
        ),
        Phrase(
            "если вызываемый процесс спрашивает людей, дайте ответам разные имена: wait.answer_variable с "
            f"{{{{{{{{ loopCounter }}}}}}}} ({see('results', 'multi-instance')})",
            "if the called process asks people, give the answers different names: wait.answer_variable with "
            f"{{{{{{{{ loopCounter }}}}}}}} ({see('results', 'multi-instance')})",
        ),
    ),
}
