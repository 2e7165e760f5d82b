"""What `check --model` finds that the engine refuses or ignores, as `catalogue` has it for the rest of a model."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase, unchanged

AS_PROPERTY = Phrase(
    "перенесите текст в свойство расширения шага с тем же именем: оно может быть длиннее",
    "move the text into an extension property of the step with the same name: that may be longer",
)
READ_AS_PROPERTY = Phrase(
    "перенесите текст в свойство расширения шага, оно может быть длиннее, и запишите в config.yaml: topics: {topic}: "
    'task: {name}: "{{{{ properties.{name} }}}}"',
    "move the text into an extension property of the step, which may be longer, and write into config.yaml: topics: "
    '{topic}: task: {name}: "{{{{ properties.{name} }}}}"',
)
OF_REFUSED: Mapping[str, Words] = {
    "too_long": Words(
        Phrase(
            "входной параметр {name}: в тексте {length} знаков, а в переменную движка помещается {most}, и он не "
            "начнёт шаг",
            "the input parameter {name}: its text has {length} characters, and a variable of the engine holds {most}: "
            "it does not begin the step",
        ),
        unchanged("{cure}"),
    ),
    "lone_plan_date": Words(
        Phrase(
            "{given} задан, а {lacking} модель не задаёт нигде: портал принимает плановые даты только вместе, и если "
            "значение не дали при запуске, вместо задачи будет инцидент",
            "{given} is set, and nothing in the model sets {lacking}: the portal takes plan dates only together, and "
            "unless the process is started with it, the step becomes an incident without a task",
        ),
        Phrase("задайте и {lacking} или уберите {given}", "set {lacking} too, or remove {given}"),
    ),
    "dead_markup": Words(
        Phrase(
            "{name}: BBCode в значениях обезврежен, и люди увидят теги как текст: {tags}",
            "{name}: BBCode in values has no effect, and people see the tags as text: {tags}",
        ),
        Phrase(
            "уберите теги или разрешите их в config.yaml: topics: {topic}: task: description: "
            '"{{{{ {name} | bbcode }}}}"',
            "remove the tags, or allow them in config.yaml: topics: {topic}: task: description: "
            '"{{{{ {name} | bbcode }}}}"',
        ),
    ),
    "plain_text": Words(
        Phrase(
            "{name}: BBCode здесь не действует, и люди увидят теги как текст: {tags}",
            "{name}: BBCode has no effect here, and people see the tags as text: {tags}",
        ),
        Phrase(
            "пишите без тегов, а оформленный текст — в description",
            "write it without tags, and what needs them into description",
        ),
    ),
    "dead_html": Words(
        Phrase(
            "{name}: HTML портал не читает, и люди увидят теги как текст: {tags}",
            "{name}: the portal reads no HTML, and people see the tags as text: {tags}",
        ),
        Phrase(
            "пишите без тегов; переводы строк портал сохраняет в description и комментарии",
            "write it without tags; the portal keeps the line breaks of description and comment",
        ),
    ),
    "text_cut": Words(
        Phrase(
            "{name}: текст не помещается, люди увидят только его начало, до «{end}»",
            "{name}: the text does not fit, and people see only its beginning, up to “{end}”",
        ),
        Phrase(
            "сократите текст, подробности пишите в description, чек-листы или файлы",
            "shorten it, and put details into description, checklists or files",
        ),
    ),
    "unreadable_timer": Words(
        Phrase(
            "таймер «{text}»: движок не прочитает его, и когда процесс дойдёт сюда, произойдёт ошибка",
            "the timer “{text}”: the engine cannot read it, and fails when the process gets here",
        ),
        Phrase(
            "напишите длительность (P2D, PT8H), дату (2026-09-30T18:00:00) или цикл (R3/PT10M)",
            "write a duration (P2D, PT8H), a date (2026-09-30T18:00:00) or a cycle (R3/PT10M)",
        ),
    ),
    "no_topic": Words(
        Phrase(
            "у шага выбрано External, но нет топика: движок не развернёт модель",
            "the step is external but has no topic: the engine refuses the model",
        ),
        Phrase("укажите топик; воркер обслуживает: {topics}", "name a topic; this worker serves: {topics}"),
    ),
    "parameters_refused": Words(
        Phrase(
            "параметров {names} здесь быть не может: движок не развернёт модель",
            "the parameters {names} cannot stand here: the engine refuses the model",
        ),
        Phrase(
            "у шлюза и событийного подпроцесса их не бывает, у мультиэкземпляра и конечного события — выходных: "
            "задайте их другому элементу",
            "a gateway and an event sub-process have no parameters, a multi-instance and an end event no output "
            "parameters: give them to another element",
        ),
    ),
    "bad_collection": Words(
        Phrase(
            "коллекция «{text}»: движок прочитает это как имя переменной, а такой нет, и шаг не начнётся",
            "the collection “{text}”: the engine takes it for the name of a variable, finds none, and does not begin "
            "the step",
        ),
        Phrase(
            "напишите имя переменной со списком или выражение, которое даёт список",
            "write the name of a variable that holds a list, or an expression that gives one",
        ),
    ),
    "process_inputs": Words(
        Phrase(
            "входные параметры процесса движок не вычисляет: {names}",
            "the engine ignores the input parameters of a process: {names}",
        ),
        Phrase(
            "задайте их шагу или подпроцессу, или переменными при запуске процесса",
            "give them to the step or a sub-process, or start the process with such variables",
        ),
    ),
    "bad_cardinality": Words(
        Phrase(
            "число экземпляров «{text}»: движок читает только целое число от нуля без пробелов, и когда процесс дойдёт "
            "сюда, произойдёт ошибка",
            "the loop cardinality “{text}”: the engine reads only a whole number from zero up, without blanks, and "
            "fails when the process gets here",
        ),
        Phrase("напишите число (3) или выражение с ним (${{n}})", "write a number (3), or an expression (${{n}})"),
    ),
    "bad_priority": Words(
        Phrase(
            "{name} = «{text}»: движок читает здесь только целое число без пробелов",
            "{name} = “{text}”: the engine reads only a whole number here, without blanks",
        ),
        Phrase("напишите число (50) или выражение с ним (${{n}})", "write a number (50), or an expression (${{n}})"),
    ),
    "unread_retries": Words(
        Phrase(
            "failedJobRetryTimeCycle «{text}» движок не прочитает и без предупреждения возьмёт свою настройку",
            "the engine cannot read failedJobRetryTimeCycle “{text}”, and silently uses its own setting",
        ),
        Phrase("напишите цикл (R3/PT10M) или промежутки (PT5M,PT1H)", "write a cycle (R3/PT10M) or times (PT5M,PT1H)"),
    ),
    "no_time_to_live": Words(
        Phrase(
            "не задан historyTimeToLive: движок с обычными настройками (Camunda 7.20 и новее, Operaton) не развернёт "
            "модель",
            "it has no historyTimeToLive: an engine with its usual settings (Camunda 7.20 and newer, Operaton) refuses "
            "the model",
        ),
        Phrase(
            "задайте процессу срок хранения истории (History cleanup в Modeler), например P180D",
            "give the process its time to live (History cleanup in the Modeler), such as P180D",
        ),
    ),
    "bad_time_to_live": Words(
        Phrase(
            "historyTimeToLive «{text}»: движок читает здесь только дни и не развернёт модель",
            "historyTimeToLive “{text}”: the engine reads only days here, and refuses the model",
        ),
        Phrase("напишите дни: P180D или 180", "write days: P180D or 180"),
    ),
    "parallel_conditions": Words(
        Phrase(
            "параллельный шлюз идёт по всем стрелкам, условия на них ({flows}) движок не проверяет",
            "a parallel gateway takes all its flows: the engine ignores the conditions on them ({flows})",
        ),
        Phrase(
            "выберите исключающий или включающий шлюз или уберите условия",
            "choose an exclusive or an inclusive gateway, or remove the conditions",
        ),
    ),
    "never_begins": Words(
        Phrase(
            "от стартового события сюда не ведёт ни одна стрелка: ни это, ни то, что дальше, никогда не начнётся, "
            "процесс пройдёт мимо",
            "no flow leads here from a start event: neither this nor what follows ever begins, the process passes by",
        ),
        Phrase("проведите сюда стрелку или удалите лишнее", "draw a flow to it, or delete it"),
    ),
    "never_tried": Words(
        Phrase(
            "стрелка {flow} без условия записана в модели раньше других: движок всегда идёт по ней и не проверяет "
            "{others}",
            "the flow {flow} without a condition comes before others in the model: the engine always takes it, and "
            "never tries {others}",
        ),
        Phrase(
            "сделайте её стрелкой по умолчанию (Default flow) или задайте ей условие",
            "make it the default flow, or give it a condition",
        ),
    ),
    "default_refused": Words(
        Phrase(
            "рядом со стрелкой по умолчанию {default} есть стрелка без условия ({flows}): движок не развернёт модель",
            "beside the default flow {default} there is a flow without a condition ({flows}): the engine does not "
            "deploy the model",
        ),
        Phrase("задайте условие и этой стрелке", "give that flow a condition too"),
    ),
    "default_never": Words(
        Phrase(
            "по стрелке по умолчанию {default} движок не пойдёт никогда: стрелка без условия ({flows}) верна всегда",
            "the engine never takes the default flow {default}: there is a flow without a condition ({flows}), which "
            "it always takes",
        ),
        Phrase(
            "задайте условие и этой стрелке; если она нужна всегда, ведите её от параллельного шлюза",
            "give that flow a condition too; if it is always needed, lead it from a parallel gateway",
        ),
    ),
    "cancel_uncaught": Words(
        Phrase(
            "на границе транзакции нет события отмены (cancel), которое её поймает: движок здесь дальше не пойдёт",
            "no cancel event at the boundary of the transaction catches it: the engine gets no further here",
        ),
        Phrase(
            "поставьте на границу транзакции событие отмены и ведите от него дальше",
            "put a cancel event at the boundary of the transaction, and lead on from it",
        ),
    ),
    "signal_to_itself": Words(
        Phrase(
            "этот сигнал начинает событийный подпроцесс {caught}, который прерывает и само событие: процесс здесь "
            "закончится, и ни {caught}, ни шаги за событием не выполнятся",
            "this signal begins the event sub-process {caught}, which interrupts this very event: the process "
            "ends here, with neither {caught} nor the steps behind the event",
        ),
        Phrase(
            "ведите стрелку отсюда к тому, что должно произойти; или вместо сигнала вызовите эскалацию или ошибку",
            "lead a flow from here to what is to happen; or raise an escalation or an error in place of the signal",
        ),
    ),
    "default_elsewhere": Words(
        Phrase(
            "стрелка по умолчанию {flow} выходит не отсюда: когда ни одно условие не верно, движок идти не сможет",
            "the default flow {flow} does not leave here: where no condition is true, the engine cannot go on",
        ),
        Phrase("выберите одну из исходящих стрелок", "choose one of the outgoing flows"),
    ),
    "unknown_language": Words(
        Phrase(
            "скрипт на языке «{language}»: ни один дистрибутив Camunda его не содержит, и если его не добавили в "
            "движок, процесс здесь остановится",
            "a script in the language “{language}”: no distribution of Camunda brings it, and unless it was added to "
            "the engine, the process stops here",
        ),
        Phrase(
            "напишите скрипт на groovy или javascript, их содержит дистрибутив; или добавьте язык в движок",
            "write it in groovy or javascript, which a distribution brings; or add the language to the engine",
        ),
    ),
    "unknown_element": Words(
        Phrase(
            "движок не выполняет {element}: модель с переходом к нему он не развернёт",
            "the engine does not execute {element}: it refuses a model with a flow to it",
        ),
        Phrase(
            "замените обычным подпроцессом или другим шлюзом", "use a plain sub-process, or a gateway of another kind"
        ),
    ),
}
