"""What `check --model` says of where each answer leads."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase, unchanged

OF_STEP = Phrase("куда ведут ответы: {at} ({model}):", "where answers lead: {at} ({model}):")
OF_CALL = Phrase(
    "куда ведут ответы {variable} процесса {called}, которые {at} возвращает как {names} ({model}):",
    "where answers {variable} of the process {called} lead, which {at} hands back as {names} ({model}):",
)
NOT_HANDED_BACK = Phrase(
    "куда ведут ответы {variable} процесса {called}, которые {at} не возвращает ({model}):",
    "where answers {variable} of the process {called} lead, which {at} does not hand back ({model}):",
)
NO_VARIABLE = Phrase(
    "имя переменной ответа известно только при выполнении процесса",
    "the name of the answer's variable is known only at run time",
)

NAMED = Phrase("«{name}» ({id})", "“{name}” ({id})")
UNNAMED = unchanged("{kind} {id}")
KIND_NAMED = unchanged("{kind} {shown}")
NAMED_BY_ID = unchanged("{kind} ({id})")
END = Phrase("конец процесса", "end of the process")
END_OF_ALL = Phrase("конец процесса и всех его ветвей", "end of the process and all its branches")
END_OF_SCOPE = Phrase("конец подпроцесса и всех его ветвей", "end of the sub-process and all its branches")
OVER = Phrase("конец процесса сразу за {at}", "end of the process right behind {at}")
STUCK = Phrase("инцидент, дальше пути нет: {at}", "incident, no way on: {at}")
CIRCLE = Phrase("снова {at}, и так без конца", "{at} again, and so without end")
RAISED: Mapping[str, Phrase] = {
    "error": Phrase("ошибка BPMN {code}", "BPMN error {code}"),
    "escalation": Phrase("эскалация {code}", "escalation {code}"),
}
UNCAUGHT = Phrase(
    "ошибка BPMN {code}, которую в этом процессе ничто не ловит: ветвь кончается",
    "BPMN error {code}, which nothing in this process catches: the branch ends",
)

AND = Phrase("{one} и {other}", "{one} and {other}")
OR_WAY = Phrase("{one}, или {other}", "{one}, or {other}")
OR = Phrase("{one} или {other}", "{one} or {other}")
SEVERAL = Phrase("{ways} (или сразу несколько)", "{ways} (or several at once)")
DECIDED_BY = Phrase("{ways}, решает: {conditions}", "{ways}, by: {conditions}")
MORE = unchanged("{ways} …")
BRANCHES = Phrase(
    "{ways}; за {at} процесс идёт, только когда туда дойдут и другие ветви",
    "{ways}; behind {at} only once the other branches are there",
)
ENDS_LOOP = Phrase("завершает повторы: {ways}", "ends the rounds: {ways}")
AS_LAST = Phrase("если это последний из ответов: {ways}", "as the last of the answers: {ways}")

ANY = Phrase("любой ответ", "any answer")
OTHERWISE = Phrase("(иначе)", "(otherwise)")
ENDINGS: Mapping[str, Phrase] = {
    "declined": Phrase("отклонена", "declined"),
    "deleted": Phrase("удалена", "deleted"),
    "returned": Phrase("открыта снова", "opened again"),
}
UNANSWERED = Phrase("закрыта без ответа", "closed without an answer")
ENDING = unchanged("({ending})")
INCIDENT = Phrase("инцидент, дальше пути нет: задача {ends}", "incident, no way on: the task is {ends}")
ALIKE = Phrase(
    "ответ здесь ничего не решает, хотя его читает {conditions}",
    "the answer decides nothing here, although it is read by {conditions}",
)
FIRST = Phrase(
    "ответ здесь ещё ничего не решает, впервые его спрашивает {at}: {condition}",
    "the answer decides nothing here yet, {at} is the first to ask for it: {condition}",
)
BY_SCRIPT = Phrase(
    "решает ли ответ, отсюда не видно: условия у {at} — скрипты или не выражения",
    "whether the answer decides cannot be seen: the conditions at {at} are scripts, or no expressions",
)
IN_CODE = Phrase(
    "ответ в этой модели ничего не решает: условия не читают {variables}, только скрипты или слушатели",
    "the answer decides nothing in this model: no condition reads {variables}, only scripts or listeners do",
)
NOWHERE = Phrase(
    "ответ в этой модели ничего не решает: условия не читают {variables}",
    "the answer decides nothing in this model: no condition reads {variables}",
)
NOT_BACK = Phrase(
    "ответ в этой модели ничего не решает: он не возвращается",
    "the answer decides nothing in this model: it does not come back",
)
