"""Why a step's own model keeps its task from being made, in both languages, with how to fix it."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.faults import ANEW, SET_LOCALLY
from worker.words.phrase import Phrase

MODEL_REASONS: Mapping[str, Phrase] = {
    "misspelt": Phrase(
        "воркер не читает это свойство расширения. Вероятно, имелось в виду {detail}: исправьте имя в "
        "модели. Если нет, переименуйте свойство",
        "the worker does not read this extension property. It was probably meant to be {detail}: correct the "
        "name in the model. If not, rename the property",
    ),
    "answer_given": Phrase(
        "это поле в задаче заполняют люди, у шага воркер его не читает. Чтобы задать вопрос, укажите "
        "{detail} = true и UF_RESULT_QUESTION, а это имя уберите",
        "people fill in this field in the task, and the worker does not read it from the step. To ask a "
        "question, set {detail} to true and UF_RESULT_QUESTION, and remove this name",
    ),
    "misspelt_parameter": Phrase(
        "воркер не читает этот входной параметр. Вероятно, имелось в виду {detail}: исправьте имя в модели. "
        "Если нет, переименуйте параметр",
        "the worker does not read this input parameter. It was probably meant to be {detail}: correct the "
        "name in the model. If not, rename the parameter",
    ),
    "begun_without": Phrase(
        "в модели этот входной параметр есть, но шаг начался без него, и люди получили бы другую задачу. Задайте "
        "локальную переменную {detail} этого шага или начните шаг заново",
        "the model has this input parameter, but the step began without it, and people would get another task. Set "
        "the step's local variable {detail}, or begin the step anew",
    ),
    "output_mark": Phrase(
        "выходной параметр появляется после шага, и воркер создал бы задачу без {detail}. Сделайте его "
        "свойством расширения или входным параметром",
        "an output parameter is set after the step, so the worker would create the task without {detail}. "
        "Make it an extension property or an input parameter",
    ),
    "mark_elsewhere": Phrase(
        "движок передаёт свойства расширения только самого шага. Задайте свойство расширения {detail} (true "
        "или false) самому шагу",
        "the engine delivers only the extension properties of the step itself. Give the step its own "
        "extension property {detail} (true or false)",
    ),
    "said_twice": Phrase(
        "оно задано дважды с разными значениями, и движок взял бы одно из них. Оставьте одно",
        "it is set twice with different values, and the engine would use one of them. Leave one",
    ),
    "given_twice": Phrase(
        "он задан дважды с разными значениями, и движок взял одно из них. Оставьте в модели один и начните шаг заново: "
        f"после миграции он молча продолжил бы с тем значением, с которым начался ({ANEW})",
        "it is set twice with different values, and the engine has taken one of them. Leave one in the model, and "
        f"begin the step anew: after a migration alone it would go on with the value it began with, unnoticed ({ANEW})",
    ),
    "nameless_property": Phrase(
        "у свойства расширения нет имени ({detail}), и движок отклоняет каждый запрос, который должен его "
        "выдать. Задайте имя в модели или удалите свойство и разверните процесс заново. Экземпляры, которые "
        "уже стоят на шаге, мигрируйте на новую версию",
        "an extension property of the step has no name ({detail}), and the engine rejects every fetch that "
        "should deliver it. Name it in the model or delete it, and deploy the process again. Migrate "
        "instances that are already at this step to the new version",
    ),
    "hidden": Phrase(
        "ответ или результат с этим именем попал бы в переменную самого шага и пропал вместе с ней. "
        "Переименуйте входной параметр или передайте значение выходным параметром, а у этого шага удалите локальную "
        "переменную",
        "the answer or result of this name would go into the step's own variable and be lost with it. Rename "
        "the input parameter, or pass the value on with an output parameter, and delete this step's local variable",
    ),
    "hidden_already": Phrase(
        "у {detail} в движке уже есть локальная переменная с этим именем (от входного параметра прежней версии модели, "
        f"слушателя, скрипта или API), и ответ пропал бы вместе с ней. Удалите её ({SET_LOCALLY}) или задайте "
        "другое имя в wait.answer_variable. Людей ещё не спрашивали",
        "in the engine {detail} already has a local variable of this name (of an input parameter of an earlier version "
        "of the model, a listener, a script or the API), and the answer would be lost with it. Delete it "
        f"({SET_LOCALLY}), or set another name in wait.answer_variable. Nobody has been asked yet",
    ),
    "hidden_by_scope": Phrase(
        "ответ или результат с этим именем попал бы в переменную самого подпроцесса и пропал вместе с ней. "
        "Переименуйте этот входной параметр или передайте значение выходным параметром подпроцесса, а у этого "
        "подпроцесса удалите его локальную переменную",
        "the answer or result of this name would go into the sub-process's own variable and be lost with it. "
        "Rename this input parameter, or pass the value on with an output parameter of the sub-process, and delete "
        "this sub-process's local variable",
    ),
    "hidden_by_loop": Phrase(
        "ответ или результат с этим именем попал бы в переменную мультиэкземпляра и пропал вместе с "
        "экземпляром. Переименуйте переменную элемента или результат в настройке топика",
        "the answer or result of this name would go into a variable of the multi-instance and be lost with "
        "the instance. Rename the element variable, or the result in the topic's configuration",
    ),
    "overwritten": Phrase(
        "этот выходной параметр перезаписал бы ответ или результат с тем же именем. Назовите его иначе или "
        "составьте из этой переменной",
        "this output parameter would overwrite the answer or result of the same name. Rename it, or make it "
        "of that variable",
    ),
    "written": Phrase(
        "слушатель конца шага (end) перезаписал бы или удалил бы ответ или результат с этим именем. Задавайте в нём "
        "другую переменную или составьте значение из этой",
        "an end listener of the step would overwrite or remove the answer or result of this name. Let it set another "
        "variable, or make the value of this one",
    ),
    "reserved_name": Phrase(
        "модель сама задаёт переменную с этим именем, а экземпляр мультиэкземпляра записал бы в неё свой "
        "ответ. Переименуйте переменную",
        "the model sets a variable of this name, and an instance of the multi-instance would overwrite it "
        "with its answer. Rename that variable",
    ),
    "name_taken": Phrase(
        "экземпляр мультиэкземпляра записал бы ответ в переменную {detail}, а так называется шаг модели. Переименуйте "
        "один из этих шагов",
        "an instance of the multi-instance would write its answer into the variable {detail}, and a step of the model "
        "has this name. Rename one of the two steps",
    ),
    "template_in_model": Phrase(
        "шаблоны {{{{ … }}}} в модели не вычисляются, и люди увидели бы скобки. Напишите здесь ${{…}} или "
        "перенесите шаблон в настройку топика",
        "templates {{{{ … }}}} are not evaluated in the model, and people would see the braces. Write ${{…}} "
        "here, or move the template to the topic's configuration",
    ),
    "unevaluated": Phrase(
        "движок не вычисляет выражения в свойствах расширения, и выражение попало бы в задачу как есть. "
        "Сделайте его входным параметром с тем же именем или задайте шаблон в настройке топика",
        "the engine does not evaluate expressions in extension properties, so this one would be used as "
        "written. Make it an input parameter of the same name, or set a template in the topic's "
        "configuration",
    ),
    "unexpected_question": Phrase(
        "шаг задаёт вопрос, но не указано, ждёт ли он ответа. Добавьте свойство расширения "
        "UF_RESULT_EXPECTED (true или false)",
        "the step asks a question but does not say whether it expects an answer. Add the extension property "
        "UF_RESULT_EXPECTED (true or false)",
    ),
}
