"""What `check --model` and the log say where parallel branches come together unjoined, and answers are compared."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase, unchanged

TWICE = Phrase(
    "эти шаги могут выполниться по разу для каждой ветви, каждый раз с новой задачей: {steps}",
    "these steps can run once for each branch, each time with a new task: {steps}",
)
TOO_EARLY = Phrase(
    "ветвь, которая придёт первой, ещё не знает {variables}: выражение {expression} ({at}) движок не вычислит, и "
    "процесс дальше не пойдёт",
    "the branch that comes first does not know {variables} yet: the engine cannot evaluate {expression} ({at}), and "
    "the process gets no further",
)
JOIN_FIRST = Phrase(
    "соедините ветви: сведите их в параллельный шлюз, а от него ведите стрелку к {at}",
    "join the branches: let them meet in a parallel gateway, and lead a flow from there to {at}",
)
END_APART = Phrase(
    "сделайте таймер {fork} прерывающим или завершите его ветвь своим конечным событием",
    "let the timer {fork} interrupt, or let its branch end in an end event of its own",
)
OF_MERGES: Mapping[str, Words] = {
    "unjoined": Words(
        Phrase(
            "параллельные ветви от {fork} сходятся здесь без соединяющего шлюза, и каждая идёт дальше сама; {seen}",
            "the parallel branches from {fork} come together here without a joining gateway, and each goes on by "
            "itself; {seen}",
        ),
        unchanged("{cure}"),
    ),
    "written_beside": Words(
        Phrase(
            "задаёт {name}, а в параллельной ветви эту переменную задаёт и {others}: дальше прочтут то, что записал "
            "последний, и отказ может пропасть",
            "sets {name}, which {others} in a parallel branch sets too: what the last one has written is read behind "
            "them, and a no may be lost",
        ),
        Phrase(
            "дайте каждой ветви свою переменную и читайте все за соединением ветвей",
            "give each branch a variable of its own, and read all of them behind the join",
        ),
    ),
    "compared_answers": Words(
        Phrase(
            "условие {condition} сравнивает ответы {names} друг с другом и даёт одно и то же, когда оба ответили "
            "{values}: два отказа равны, как и два согласия",
            "the condition {condition} compares the answers {names} with each other, and gives the same when both are "
            "any one of {values}: two times no are equal as two times yes are",
        ),
        Phrase(
            "сравните каждый ответ со значением: {example}",
            "compare each answer with a value: {example}",
        ),
    ),
}
