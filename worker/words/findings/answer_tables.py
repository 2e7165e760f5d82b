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
NOT_THERE = Phrase("{id} (такого в модели нет)", "{id} (not in the model)")
KIND_NAMED = unchanged("{kind} {shown}")
NAMED_BY_ID = unchanged("{kind} ({id})")
END = Phrase("конец процесса", "end of the process")
END_LAST = Phrase(
    "конец процесса, когда кончатся и другие его ветви", "end of the process once its other branches have ended"
)
END_OF_BRANCH = Phrase("конец этой ветви, процесс идёт дальше", "end of this branch, the process goes on")
BRANCH_OVER = Phrase(
    "конец этой ветви сразу за {at}, процесс идёт дальше", "end of this branch right behind {at}, the process goes on"
)
END_OF_ALL = Phrase("конец процесса и всех его ветвей", "end of the process and all its branches")
END_OF_SCOPE = Phrase("конец подпроцесса и всех его ветвей", "end of the sub-process and all its branches")
CANCELLED = Phrase("отмена транзакции с компенсацией её шагов", "cancel of the transaction, compensating its steps")
COMPENSATION = Phrase("компенсация", "compensation")
AFTER_COMPENSATION = Phrase("компенсация, затем {end}", "compensation, then {end}")
OVER = Phrase("конец процесса сразу за {at}", "end of the process right behind {at}")
STUCK = Phrase("инцидент, дальше пути нет: {at}", "incident, no way on: {at}")
NEITHER = Phrase(
    "инцидент, дальше пути нет: {at}, условие {condition} не даёт ни «да», ни «нет»",
    "incident, no way on: {condition} at {at} gives neither yes nor no",
)
UNREAD = Phrase(
    "инцидент, вызванный процесс не закончится: движок не вычислит {expression} у {at}",
    "incident, the called process cannot end: the engine cannot evaluate {expression} of {at}",
)
WAITING = Phrase("останется навсегда: {at}", "waits for ever at {at}")
NOT_CAUGHT = Phrase("{end}, в этом процессе её ничто не ловит", "{end}, which nothing in this process catches")
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
OR = Phrase("{one} или {other}", "{one} or {other}")
IF = Phrase("{way}, если {reasons}", "{way}, if {reasons}")
ONLY_IF = Phrase("{way} (если {reasons})", "{way} (if {reasons})")
UNLESS = Phrase("{way} (если не {reasons})", "{way} (unless {reasons})")
LAST = Phrase("{way}, иначе", "{way}, otherwise")
UNSHOWN: Mapping[str, Phrase] = {
    "first": Phrase("оно случится первым", "it comes first"),
    "script": Phrase("так решит скрипт", "a script says so"),
    "began": Phrase("компенсация началась там", "the compensation began there"),
}
CALLED_RAISES: Mapping[str, Phrase] = {
    "error": Phrase("вызванный процесс вызовет ошибку BPMN {code}", "the called process raises the BPMN error {code}"),
    "escalation": Phrase(
        "вызванный процесс вызовет эскалацию {code}", "the called process raises the escalation {code}"
    ),
    "signal": Phrase("вызванный процесс отправит сигнал {code}", "the called process throws the signal {code}"),
}
NOT_SET = Phrase("{names} ещё нет", "{names} is not there yet")
STILL_OPEN = Phrase("{at} ещё не закончен", "{at} has not ended yet")
SEVERAL = Phrase("или сразу несколько из этих путей", "or several of these at once")
MORE = unchanged("…")
PASSED = unchanged("{way} ({passed})")
BY = Phrase("после: {at}", "by {at}")
BRANCHES = Phrase("только когда сюда придут и другие ветви: {at}", "only once the other branches have come to {at}")
ENDS_LOOP = Phrase("не дожидаясь других ответов: {way}", "without waiting for further answers: {way}")
AS_LAST = Phrase("если это последний из ответов: {way}", "as the last of the answers: {way}")

ANY = Phrase("любой ответ", "any answer")
OTHERWISE = Phrase("(иначе)", "(otherwise)")
ENDINGS: Mapping[str, Phrase] = {
    "declined": Phrase("отклонена", "declined"),
    "deleted": Phrase("удалена", "deleted"),
    "returned": Phrase("открыта снова", "opened again"),
}
NO_ANSWER = Phrase("без ответа", "no answer")
OLD_ANSWER = Phrase("без ответа, раньше {old}", "no answer, {old} before")
ENDED_BY = unchanged("{case}: {event}")
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
ASIDE = Phrase(
    "на этом пути ответ ничего не решает, но его спрашивает {at}: {condition}",
    "the answer decides nothing on this way, but {at} asks for it: {condition}",
)
ALSO = Phrase("ответ спрашивает и {at}: {condition}", "{at} asks for the answer, too: {condition}")
BY_SCRIPT = Phrase(
    "решает ли ответ, отсюда не видно: условия у {at} — скрипты",
    "whether the answer decides cannot be seen: the conditions at {at} are scripts",
)
READ_BY = Phrase(
    "путь ответ не выбирает: условия не читают {variables}, а читает {readers} (параметр или шаблон)",
    "the answer decides no way: no condition reads {variables}, but {readers} does (a parameter or template)",
)
READ_BY_CODE = Phrase(
    "условия не читают {variables}, а читает {readers}; решает ли это путь, отсюда не видно",
    "no condition reads {variables}, but {readers} does; whether that decides the way cannot be seen",
)
BY_TABLE = Phrase(
    "условия не читают {variables}; решает ли по ответу таблица решений, отсюда не видно: {tables}",
    "no condition reads {variables}; whether the decision table goes by the answer cannot be seen: {tables}",
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
