"""What `check --model` and the log say of parameters whose value may not be what their field is meant to get."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase

KEEP_THE_NUMBER = Phrase(
    "задайте у того шага, чья задача нужна, выходной параметр со своим именем (taskA = ${{{variable}}}) и читайте его "
    "здесь: ${{taskA}}",
    "give the step whose task is meant an output parameter with a name of its own (taskA = ${{{variable}}}), and read "
    "that here: ${{taskA}}",
)
CHANGING = Phrase(" и не меняет {names}", ", and nothing in the loop changes {names}")
OF_FIELDS: Mapping[str, Words] = {
    "quoted_expression": Words(
        Phrase(
            "{name}: {expressions} стоит внутри кавычек текста JSON. Движок подставит значение до того, как воркер "
            "прочитает JSON, и кавычка, перевод строки или \\ в значении испортит весь текст: шаг станет инцидентом",
            "{name}: {expressions} stands within the quotes of a JSON text. The engine fills the value in before the "
            "worker reads the JSON, and a quote, a line break or a \\ in the value breaks the text: the step becomes "
            "an incident",
        ),
        Phrase(
            "задайте {name} входным параметром типа List или Map (camunda:list, camunda:map): в нём значения остаются "
            "целы",
            "give {name} as an input parameter of the type List or Map (camunda:list, camunda:map), which keeps any "
            "value",
        ),
    ),
    "reversed_dates": Words(
        Phrase(
            "плановое окончание {value} раньше планового начала {start}: вместо задачи будет инцидент",
            "the planned end {value} is before the planned start {start}: the step becomes an incident without a task",
        ),
        Phrase("исправьте одну из дат", "correct one of the dates"),
    ),
    "early_deadline": Words(
        Phrase(
            "крайний срок {value} раньше планового начала {start}: задача просрочена раньше, чем её должны начать",
            "the deadline {value} is before the planned start {start}: the task is overdue before it is to begin",
        ),
        Phrase("проверьте обе даты", "check both dates"),
    ),
    "lost_backslash": Words(
        Phrase(
            "{name}: в тексте JSON обратная косая черта с буквой за ней — управляющий знак, и путь изменится: {text}",
            "{name}: in a JSON text a backslash and the letter behind it are a control character, which changes the "
            "path: {text}",
        ),
        Phrase(
            r"удвойте каждую обратную косую черту (C:\\new) или пишите прямую (C:/new)",
            r"double each backslash (C:\\new), or write slashes (C:/new)",
        ),
    ),
    "endless_rounds": Words(
        Phrase(
            "стрелки возвращаются к шагу, и на этом круге ничто не ждёт{changes}: если процесс войдёт в него, задачи "
            "будут создаваться без конца",
            "flows lead back to the step, and nothing in the loop waits{changes}: once the process is in it, tasks are "
            "created without end",
        ),
        Phrase(
            "пусть шаг ждёт закрытия задачи (UF_RESULT_EXPECTED или waitForCompletion) или возвращайтесь через то, что "
            "ждёт: таймер, задачу пользователя",
            "let the step wait for its task (UF_RESULT_EXPECTED or waitForCompletion), or lead back through what "
            "waits: a timer, a user task",
        ),
    ),
    "answer_rounds": Words(
        Phrase(
            "стрелки возвращаются к шагу, и на этом круге никто не отвечает заново ({names}): процесс, который прошёл "
            "круг, будет ходить по нему без конца, каждый раз с новой задачей",
            "flows lead back to the step, and nobody in the loop answers anew ({names}): a process that has gone round "
            "once goes round without end, with a new task each time",
        ),
        Phrase(
            "ведите стрелку назад к шагу, который спрашивает ({steps}), а не за него",
            "lead the flow back to the step that asks ({steps}), not behind it",
        ),
    ),
    "fires_again": Words(
        Phrase(
            "событие ничего не прерывает и срабатывает при каждом изменении переменных, пока {condition} верно; шаги "
            "за ним ({steps}) задают {variable}, и оно срабатывает снова: задачи будут создаваться без конца",
            "the event ends nothing, and fires at each change of variables as long as {condition} is true; the steps "
            "behind it ({steps}) set {variable}, so that it fires again: tasks are created without end",
        ),
        Phrase(
            "сделайте событие прерывающим или укажите в нём переменную, изменение которой его запускает (variableName)",
            "let the event interrupt, or name in it the variable whose change starts it (variableName)",
        ),
    ),
    "heeded_in_vain": Words(
        Phrase(
            "событие ждёт изменения переменной {name} (variableName), а её в модели ничто не задаёт: пока её не задаст "
            "кто-то другой, событие не сработает",
            "the event waits for a change of the variable {name} (variableName), which nothing in the model sets: "
            "until somebody else sets it, the event does not fire",
        ),
        Phrase(
            "напишите {meant}, как в условии события",
            "write {meant}, as in the event's condition",
        ),
    ),
    "heeded_too_late": Words(
        Phrase(
            "событие не видит первое значение переменной {name} (variableEvents: {changes}), а другого в модели нет: "
            "если значение не дали при запуске, оно не сработает",
            "the event does not see the first value of the variable {name} (variableEvents: {changes}), and in this "
            "model it gets no other one: unless the process is started with it, the event never fires",
        ),
        Phrase(
            "добавьте create в variableEvents или уберите этот атрибут",
            "add create to variableEvents, or remove that attribute",
        ),
    ),
    "changed_beside": Words(
        Phrase(
            "воркер читает {name} из процесса, когда берёт шаг, а в параллельной ветви эту переменную задаёт и "
            "{others}: задача может получить значение для другой ветви, например другого ответственного",
            "the worker reads {name} from the process when it takes the step, and {others} in a parallel branch sets "
            "it too: the task may get the value of that branch, such as another responsible person",
        ),
        Phrase(
            "дайте переменной в каждой ветви своё имя и задайте шагу входной параметр {name} (например, {name} = "
            "${{{name}A}}): его движок вычисляет, когда шаг начинается",
            "give the variable a name of its own in each branch, and the step an input parameter {name} (such as "
            "{name} = ${{{name}A}}), which the engine evaluates when the step begins",
        ),
    ),
    "number_of_branch": Words(
        Phrase(
            "{parameters} читает {variable}, а в параллельной ветви его задаёт и {others}: кто завершился последним, "
            "того и номер, и задача может попасть под чужую",
            "{parameters} reads {variable}, which {others} in a parallel branch sets too: whoever ended last gives it, "
            "and the task may come under that of the other branch",
        ),
        KEEP_THE_NUMBER,
    ),
    "number_of_open": Words(
        Phrase(
            "{parameters} читает {variable}, а событие {event} ведёт сюда, пока шаг {of} ещё не завершён: в {variable} "
            "номер задачи прежнего шага, а не этого",
            "{parameters} reads {variable}, and the event {event} leads here while {of} has not ended: {variable} has "
            "the number of the task of a step before, not of this one",
        ),
        Phrase(
            "номера незавершённого шага {of} у процесса нет: уберите параметр; если нужна задача прежнего шага, "
            "задайте у него выходной параметр (taskA = ${{{variable}}}) и читайте здесь ${{taskA}}",
            "the process has no number for {of} until it ends: remove the parameter; if the task of the step before "
            "is meant, give that step an output parameter (taskA = ${{{variable}}}), and read ${{taskA}} here",
        ),
    ),
    "number_at_join": Words(
        Phrase(
            "{parameters} читает {variable}, а перед ним соединяются ветви, в которых его задали {others}: кто "
            "завершился последним, того и номер, и задача может попасть под чужую",
            "{parameters} reads {variable} behind a join of branches in which {others} have set it: whoever ended last "
            "gives it, and the task may come under that of another branch",
        ),
        KEEP_THE_NUMBER,
    ),
    "number_of_instance": Words(
        Phrase(
            "{parameters} читает {variable} после мультиэкземпляра {of}, а его задаёт каждый экземпляр: кто завершился "
            "последним, того и номер",
            "{parameters} reads {variable} behind the multi-instance {of}, and each instance sets it: whoever ended "
            "last gives it",
        ),
        Phrase(
            "читайте номер задачи одного экземпляра, например первого: ${{{of}_{variable}{number}}}",
            "read the number of the task of one instance, such as the first one: ${{{of}_{variable}{number}}}",
        ),
    ),
    "number_undone": Words(
        Phrase(
            "{parameters} читает {variable}, а этот шаг — компенсация {of}: до неё {variable} задают и {others}, и "
            "задача попадёт под их задачу, а не под ту, что нужно отменить",
            "{parameters} reads {variable} in the compensation of {of}: before that {others} set it too, and the task "
            "comes under theirs, not under the one that is to be undone",
        ),
        KEEP_THE_NUMBER,
    ),
}
