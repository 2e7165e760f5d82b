"""What `check --model` finds in a model: for each kind, what it has seen and how to fix it, as format strings."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.calls import OF_CALLS
from worker.words.findings.choices import OF_CHOICES
from worker.words.findings.compensation import OF_COMPENSATION
from worker.words.findings.expressions import OF_EXPRESSIONS, Words
from worker.words.findings.fields import OF_FIELDS
from worker.words.findings.joins import OF_JOINS
from worker.words.findings.merges import OF_MERGES
from worker.words.findings.missing import OF_MISSING
from worker.words.findings.plays import OF_PLAYS
from worker.words.findings.raised import OF_RAISED
from worker.words.findings.refused import OF_REFUSED
from worker.words.findings.silence import OF_SILENCE
from worker.words.findings.undeployable import OF_UNDEPLOYABLE
from worker.words.phrase import Phrase, unchanged

OUR_STEPS = Phrase("шагов с нашими топиками: {count}", "steps with topics of this worker: {count}")
FINDINGS: Mapping[str, Words] = {
    **OF_EXPRESSIONS,
    **OF_CALLS,
    **OF_SILENCE,
    **OF_CHOICES,
    **OF_COMPENSATION,
    **OF_FIELDS,
    **OF_JOINS,
    **OF_MERGES,
    **OF_MISSING,
    **OF_PLAYS,
    **OF_REFUSED,
    **OF_RAISED,
    **OF_UNDEPLOYABLE,
    "undecided": Words(
        Phrase(
            "{field}: значение известно только при выполнении процесса", "{field}: its value is known only at run time"
        ),
        Phrase(
            "проверьте, что даёт шаблон, на запущенном процессе", "check what the template gives in a running process"
        ),
    ),
    "no_responsible": Words(
        Phrase(
            "ответственного не задают ни шаг, ни модель, ни настройки; без переменной responsibleId при запуске "
            "процесса вместо задачи будет инцидент",
            "neither step, model nor settings name the responsible person; unless the process is started with the "
            "variable responsibleId, the step becomes an incident without a task",
        ),
        Phrase(
            "задайте шагу входной параметр responsibleId или для всех процессов настройку "
            "BITRIX_DEFAULT_RESPONSIBLE_ID",
            "give the step the input parameter responsibleId, or all processes the setting "
            "BITRIX_DEFAULT_RESPONSIBLE_ID",
        ),
    ),
    "spelt_twice": Words(
        Phrase(
            "{names} — одно и то же, сказанное дважды; если значения окажутся разными, вместо задачи будет инцидент",
            "{names} say one thing twice; if their values differ, the step becomes an incident without a task",
        ),
        Phrase("оставьте одно", "leave one of them"),
    ),
    "unread": Words(
        Phrase("воркер не читает входные параметры: {names}", "the worker does not read the input parameters: {names}"),
        unchanged("{cure}"),
    ),
    "as_property": Words(
        Phrase(
            "воркер не читает из свойств расширения: {names}",
            "the worker does not read from extension properties: {names}",
        ),
        unchanged("{cure}"),
    ),
    "unread_element": Words(
        Phrase(
            "переменную элемента {name} ничто не читает: экземпляры мультиэкземпляра не отличаются",
            "nothing reads the element variable {name}: the instances of the multi-instance do not differ",
        ),
        unchanged("{cure}"),
    ),
    "misspelt_around": Words(
        Phrase(
            "воркер не читает переменные подпроцесса: {names}",
            "the worker does not read these variables of the sub-process: {names}",
        ),
        Phrase("если это не намеренно: {cure}", "unless this is meant: {cure}"),
    ),
    "hidden_element": Words(
        Phrase(
            "входной параметр {name} закрывает элемент мультиэкземпляра ({element}): у всех экземпляров будет одно и "
            "то же значение",
            "the input parameter {name} hides the element of the multi-instance ({element}): all instances get the "
            "same value",
        ),
        Phrase("если это не намеренно, удалите входной параметр", "unless this is meant, remove the input parameter"),
    ),
    "file_as_text": Words(
        Phrase(
            "файл вместо текста ({places}): люди увидят только имя файла",
            "a file in place of a text ({places}): people see only its file name",
        ),
        Phrase(
            "приложите файл: задайте шагу свойство расширения files с именем переменной",
            "attach the file: give the step the extension property files with the variable's name",
        ),
    ),
    "hidden_results": Words(
        Phrase(
            "{names}: параметр назван как результат шага, и этот результат не попадёт в процесс",
            "{names}: a parameter with the name of a result of the step, so that the result does not reach the process",
        ),
        Phrase(
            "переименуйте параметр или передайте значение выходным параметром",
            "rename the parameter, or pass the value on with an output parameter",
        ),
    ),
    "unfilled": Words(
        Phrase(
            "ни движок, ни воркер не подставит сюда значение, и люди увидят текст как есть: {places}",
            "neither engine nor worker fills these, and people see them as they are written: {places}",
        ),
        Phrase(
            "напишите ${{…}} во входном параметре шага или {{{{ имя }}}} в шаблоне топика; в названии шага и в "
            "свойствах расширения выражения не вычисляются",
            "write ${{…}} in an input parameter of the step, or {{{{ name }}}} in a template of the topic; nothing "
            "is evaluated in the step's name and its extension properties",
        ),
    ),
    "question_cut": Words(
        Phrase(
            "{name}: в вопросе {length} знаков, люди увидят только первые {most}",
            "{name}: the question has {length} characters, and people see only the first {most}",
        ),
        Phrase("сократите вопрос, подробности пишите в description", "shorten it, and put details into description"),
    ),
    "past_deadline": Words(
        Phrase(
            "{name} = {value} уже прошёл: каждая задача будет создана просроченной",
            "{name} = {value} has already passed: each task is created overdue",
        ),
        Phrase(
            "напишите срок от создания шага, например P2D, или дату из переменной процесса",
            "write a time after the creation of the step, such as P2D, or a date of a process variable",
        ),
    ),
    "other_retries": Words(
        Phrase(
            "failedJobRetryTimeCycle ({cycle}) не действует на внешние задачи",
            "failedJobRetryTimeCycle ({cycle}) does not apply to external tasks",
        ),
        Phrase(
            "число попыток задаёт настройка retries топика (сейчас {retries}); уберите failedJobRetryTimeCycle из "
            "модели",
            "the topic's setting retries counts ({retries} now); remove failedJobRetryTimeCycle from the model",
        ),
    ),
    "no_steps": Words(
        Phrase("нет шагов с топиками этого воркера", "no step has a topic of this worker"),
        Phrase("укажите у шага топик из настроек: {topics}", "give a step a topic of the settings: {topics}"),
    ),
    "topic_expression": Words(
        Phrase(
            "топик {topic} — выражение, его значение даст только процесс; шаг проверен как шаг с топиком {assumed}",
            "the topic {topic} is an expression, whose value only a running process has; the step is checked as one of "
            "the topic {assumed}",
        ),
        Phrase(
            "воркер возьмёт шаг, если выражение даст один из его топиков: {topics}",
            "the worker takes the step if the expression gives one of its topics: {topics}",
        ),
    ),
    "not_external": Words(
        Phrase(
            "у шага есть топик {topic}, но нет camunda:type=external: движок не создаст внешней задачи",
            "the step has the topic {topic} but no camunda:type=external: the engine creates no external task",
        ),
        Phrase("выберите в Modeler реализацию External", "choose the implementation External in the Modeler"),
    ),
    "other_topic": Words(
        Phrase("топик {topic} этот воркер не обслуживает{at}", "this worker does not serve the topic {topic}{at}"),
        Phrase(
            "если это опечатка, исправьте топик в модели: {meant}? Воркер обслуживает топики: {topics}",
            "if this is a typo, correct the topic in the model: {meant}? This worker serves: {topics}",
        ),
    ),
    "rivals": Words(
        Phrase(
            "шаг выполняется одновременно с {others}, и их ответы перезаписывают друг друга в {variable}",
            "the step runs at the same time as {others}, and their answers overwrite each other in {variable}",
        ),
        Phrase(
            "дайте ответам разные имена: wait.answer_variable с {{{{ external_task.activity_id }}}}",
            "give the answers different names: wait.answer_variable with {{{{ external_task.activity_id }}}}",
        ),
    ),
    "meets_itself": Words(
        Phrase(
            "шаг может выполняться дважды одновременно: второй ответ перезапишет первый в {variable}, и дальше обе "
            "ветви пойдут по нему",
            "the step may be active twice at once: the second answer overwrites the first in {variable}, and further "
            "on both branches go by it",
        ),
        Phrase(
            "поставьте перед шагом соединяющий шлюз или перенесите шаг и то, что читает ответ, в подпроцесс с входным "
            "параметром {variable}: у каждого прохода будет свой ответ",
            "join the branches before the step, or put the step and what reads its answer into a sub-process with the "
            "input parameter {variable}: each pass then has its own answer",
        ),
    ),
    "taken_name": Words(
        Phrase(
            "экземпляр этого мультиэкземпляра получил бы имя, которое носит элемент модели: {names}; его шаг станет "
            "инцидентом",
            "an instance of this multi-instance would get the name of an element of the model: {names}; it becomes an "
            "incident",
        ),
        Phrase("переименуйте один из них", "rename one of them"),
    ),
    "standard_loop": Words(
        Phrase(
            "{of}: значок цикла (standardLoopCharacteristics) движок не читает, и элемент выполняется один раз",
            "{of}: the engine ignores the loop marker (standardLoopCharacteristics), and runs the element once",
        ),
        Phrase(
            "выберите мультиэкземпляр или верните стрелку к шагу через шлюз",
            "choose a multi-instance, or lead a flow back to the step through a gateway",
        ),
    ),
    "not_executable": Words(
        Phrase(
            "процесс не исполняемый (isExecutable не true): движок не развернёт его, и шаги не начнутся: {steps}",
            "the process is not executable (isExecutable is not true): the engine does not deploy it, and these steps "
            "never begin: {steps}",
        ),
        Phrase(
            "отметьте в Modeler Executable у процесса, а у дорожки (pool) — у её процесса",
            "tick Executable of the process in the Modeler, for a pool of the process in it",
        ),
    ),
    "other_kind": Words(
        Phrase(
            "у элемента {element} движок не читает ни camunda:type, ни топик {topic}: внешней задачи не будет",
            "the engine reads neither camunda:type nor the topic {topic} at the element {element}: there will be no "
            "external task",
        ),
        Phrase("сделайте его сервисной задачей (Service Task)", "make it a service task"),
    ),
    "marks_elsewhere": Words(
        Phrase(
            "признаки {names} стоят у элемента {element}, который не внешняя задача: воркер никого не спросит",
            "the marks {names} stand at the element {element}, which is no external task: the worker asks nobody",
        ),
        Phrase(
            "задайте их сервисной задаче с реализацией External и топиком воркера ({topics})",
            "give them to a service task with the implementation External and a topic of this worker ({topics})",
        ),
    ),
    "not_utf8": Words(
        Phrase(
            "файл не в кодировке UTF-8: движок развернёт его, но отдаст так, что при выполнении воркер не прочитает "
            "модель или её русские буквы",
            "the file is not in UTF-8: the engine deploys it, but hands it out so that at run time the worker cannot "
            "read the model, or its letters beyond ASCII",
        ),
        Phrase("сохраните файл в UTF-8", "save the file in UTF-8"),
    ),
    "undone_together": Words(
        Phrase(
            "компенсация внутри мультиэкземпляра: движок не нумерует её экземпляры, и останется только последний ответ",
            "a compensation handler in a multi-instance: the engine does not number its instances, so only the last "
            "answer remains",
        ),
        Phrase(
            "если нужны ответы всех экземпляров, спрашивайте вне компенсации",
            "if you need the answers of all instances, ask outside the compensation",
        ),
    ),
    "shared": Words(
        Phrase(
            "экземпляры параллельного подпроцесса пишут {names} в одну переменную: каждый может прочитать чужой ответ",
            "the instances of a parallel sub-process write {names} into one variable: each may read another one's "
            "answer",
        ),
        Phrase(
            "задайте подпроцессу входной параметр с этим именем: тогда у каждого экземпляра будет свой ответ",
            "give the sub-process an input parameter of this name: each instance then has its own answer",
        ),
    ),
    "rounds": Words(
        Phrase(
            "{expression} читает {variable}, и это может быть ответ прошлого прохода: стрелки возвращаются, а на одном "
            "из путей сюда заново не отвечают на {steps}",
            "{expression} reads {variable}, which may be the answer of an earlier round: sequence flows lead back, and "
            "on a way to here nobody answers {steps} anew",
        ),
        Phrase(
            "спрашивайте заново на каждом пути сюда или сбрасывайте ответ на пути назад: выходной параметр {variable} "
            "со значением ${{null}}",
            "ask anew on each way to here, or reset the answer on the way back: an output parameter {variable} with "
            "the value ${{null}}",
        ),
    ),
    "outlived": Words(
        Phrase(
            "стрелки возвращаются к мультиэкземпляру, и после прохода, в котором экземпляров меньше, останутся прежние "
            "ответы",
            "sequence flows lead back to the multi-instance, and after a round with fewer instances old answers remain",
        ),
        Phrase(
            "удаляйте переменные экземпляров (имя_N) до возврата к шагу",
            "remove the variables of the instances (name_N) before the flow returns to the step",
        ),
    ),
}
