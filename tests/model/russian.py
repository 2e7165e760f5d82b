"""The stories in Russian, for the Russian page."""

from __future__ import annotations

import re

WRONG = {"two tasks": "две задачи", "attempts without end": "попытки без конца", "a part twice": "дополнение дважды"}
STEPS = {
    r"(\d) ticks? of time": r"проходит тактов времени: \1",
    r"(\w) starts": r"\1 запускается",
    r"(\w) is killed": r"\1 принудительно остановлен",
    r"(\w)'s ledger is lost": r"журнал \1 утрачен",
    r"(\w)'s ledger is restored from before": r"журнал \1 восстановлен из прежнего",
    r"(\w) is stopped with a create under way": r"\1 остановлен, его создание ещё идёт",
    r"(\w) is stopped while its step waits": r"\1 остановлен, его шаг ждёт",
    r"(\w) fetches the task from a node that is behind": r"\1 получает задачу от узла, часы которого отстают",
    r"(\w) fetches the task from a node that is ahead": r"\1 получает задачу от узла, часы которого спешат",
    r"the list catches up": r"список догоняет",
    r"(\w) looks up: found": r"\1 ищет: задача есть",
    r"(\w) looks up after the doubt: found": r"\1 ищет после сомнения: задача есть",
    r"(\w) fetches the task": r"\1 получает задачу",
    r"(\w) fetches the task again": r"\1 получает задачу ещё раз",
    r"(\w) is handed its task again and goes on": r"\1 получает свою задачу ещё раз и продолжает",
    r"(\w) takes up the failure that it owes": r"\1 берётся за недоставленный отчёт о неудаче",
    r"(\w) writes down its intent": r"\1 записывает намерение",
    r"(\w) finds a fault in the variables": r"\1 находит ошибку в переменных",
    r"(\w) gets no clear answer to its create": r"\1 не получает ясного ответа на создание",
    r"(\w) is done with the unanswered failure": r"\1 заканчивает с отчётом о неудаче, на который не было ответа",
    r"(\w) looks up: absent": r"\1 ищет: задачи нет",
    r"(\w) looks up without success and reads that as absent": r"поиск \1 не удался, и \1 считает, что задачи нет",
    r"(\w) sends the create": r"\1 отправляет создание",
    r"(\w) looks up after the doubt: absent": r"\1 ищет после сомнения: задачи нет",
    r"(\w) reports the failure": r"\1 сообщает о неудаче",
    r"(\w) reports the failure, unanswered": r"\1 сообщает о неудаче, ответа нет",
    r"(\w) reports the failure, the answer is lost": r"\1 сообщает о неудаче, ответ потерян",
    r"(\w) extends its lock": r"\1 продлевает блокировку",
    r"(\w)'s create is executed and answered": r"создание \1 выполнено, ответ получен",
    r"(\w)'s create is executed, nobody hears of it": r"создание \1 выполнено, никто об этом не узнаёт",
    r"(\w)'s create is never executed": r"создание \1 так и не выполнено",
    r"(\w) fetches the step, its task exists": r"\1 получает шаг, задача которого есть",
    r"(\w) writes down that the act begins": r"\1 записывает, что дополнение начато",
    r"(\w) sends the act": r"\1 отправляет дополнение",
    r"(\w) gets no clear answer to its act": r"\1 не получает ясного ответа на дополнение",
    r"(\w) looks: it is not there": r"\1 проверяет: его нет",
    r"(\w) repeats the act without a look": r"\1 повторяет дополнение без проверки",
    r"(\w) sees that its lock is broken": r"\1 видит, что блокировка истекла",
    r"(\w)'s act is executed and answered": r"дополнение \1 выполнено, ответ получен",
    r"(\w)'s act is executed, nobody hears of it": r"дополнение \1 выполнено, никто об этом не узнаёт",
    r"(\w)'s failure is executed late": r"отчёт \1 о неудаче выполнен с опозданием",
}


def in_russian(story: str) -> str:
    """The same story; raises `KeyError` where a step has no Russian words."""
    head, *steps = story.splitlines()
    name, _, wrong = head.removeprefix("without ").partition(": ")
    return "\n".join([f"без {name}: {WRONG[wrong]}", *(f"    {_step(step.strip())}" for step in steps)]) + "\n"


def _step(step: str) -> str:
    for pattern, words in STEPS.items():
        if re.fullmatch(pattern, step):
            return re.sub(pattern, words, step)
    raise KeyError(step)
