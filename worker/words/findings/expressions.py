"""What `check --model` finds in conditions and expressions, as `catalogue` has it for the rest of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from worker.words.phrase import Phrase


class Words(NamedTuple):
    """What was seen in the model, and how to fix it."""

    seen: Phrase
    cure: Phrase


YES_NO: Mapping[bool, Phrase] = {True: Phrase("да", "yes"), False: Phrase("нет", "no")}
OF_EXPRESSIONS: Mapping[str, Words] = {
    "never_given": Words(
        Phrase(
            "условие {conditions} даёт одно и то же при любом ответе: процесс получает только значения из wait.answers "
            "({given}), а оно сравнивает ответ с другим",
            "the condition {conditions} has one outcome whatever the answer is: the process gets only the values of "
            "wait.answers ({given}), and this compares the answer with something else",
        ),
        Phrase(
            "сравнивайте с одним из этих значений: {meant}",
            "compare it with one of these values: {meant}",
        ),
    ),
    "never_made": Words(
        Phrase(
            "условие {conditions} даёт одно и то же при любом ответе: модель делает из ответа в {name} только "
            "{given}, а оно сравнивает с другим",
            "the condition {conditions} has one outcome whatever the answer is: of the answers, the model makes only "
            "{given} in {name}, and this compares it with something else",
        ),
        Phrase("сравнивайте {name} с одним из этих значений: {meant}", "compare {name} with one of these: {meant}"),
    ),
    "never_of_result": Words(
        Phrase(
            "условие {conditions} даёт одно и то же при любом ответе: шаблон topics.….result.{name} даёт только "
            "{given}, а оно сравнивает {name} с другим",
            "the condition {conditions} has one outcome whatever the answer is: the template topics.….result.{name} "
            "gives only {given}, and this compares {name} with something else",
        ),
        Phrase(
            "сравнивайте с одним из этих значений: {meant}; значение из wait.answers — в переменной {variable}",
            "compare it with one of these values: {meant}; the value of wait.answers is in the variable {variable}",
        ),
    ),
    "yes_as_text": Words(
        Phrase(
            "условие {conditions} сравнивает логическое значение с текстом: любой текст, кроме true, движок берёт за "
            "«нет», и «да» ему никогда не равно",
            "the condition {conditions} compares a boolean with a text: the engine takes every text but true for no, "
            "and a yes never equals it",
        ),
        Phrase(
            "спросите само значение (${{approved}}) или сравните его с true",
            "ask for the value itself (${{approved}}), or compare it with true",
        ),
    ),
    "fails_after": Words(
        Phrase(
            "условие {condition} движок не вычислит, если {variable} — {values}: текст и число он сравнить не может, и "
            "шаг после такого ответа не завершится",
            "the engine cannot evaluate the condition {condition} if {variable} is {values}: it compares no text with "
            "a number, and after such an answer the step is not completed",
        ),
        Phrase(
            "дайте всем ответам в wait.answers значения одного вида, тексты или числа (сейчас {given})",
            "give all answers in wait.answers values of one kind, texts or numbers (now {given})",
        ),
    ),
    "only_whether": Words(
        Phrase(
            "условие {condition} спрашивает только, есть ли ответ, а здесь он есть всегда: получится «{always}»",
            "the condition {condition} only asks whether there is an answer, and here there always is one: it gives "
            "“{always}”",
        ),
        Phrase(
            "сравнивайте со значением из wait.answers: {given}",
            "compare it with a value of wait.answers: {given}",
        ),
    ),
    "same_after_all": Words(
        Phrase(
            "условие {condition} при любом ответе даёт «{always}»",
            "the condition {condition} gives “{always}” after every answer",
        ),
        Phrase(
            "сравнивайте со значением из wait.answers: {given}",
            "compare it with a value of wait.answers: {given}",
        ),
    ),
    "not_boolean": Words(
        Phrase(
            "условие {conditions} — один лишь ответ ({variable}: {given}), а движку нужно логическое значение: он "
            "отклонит завершение шага, а с asyncAfter не выполнит задание за ним",
            "the condition {conditions} is nothing but the answer ({variable}: {given}), and the engine needs a "
            "boolean: it refuses to complete the step, or with asyncAfter fails behind it",
        ),
        Phrase("сравнивайте: ${{{variable} == {example}}}", "compare it: ${{{variable} == {example}}}"),
    ),
    "taken_for_boolean": Words(
        Phrase(
            "условие {conditions} принимает ответ {variable} за да или нет, а движок считает любой текст, кроме true, "
            "за «нет», и отклоняет число",
            "the condition {conditions} takes the answer {variable} for yes or no, but the engine takes every text "
            "but true for no, and refuses a number",
        ),
        Phrase(
            "сравнивайте со значением из wait.answers: {given}",
            "compare it with a value of wait.answers: {given}",
        ),
    ),
    "numbered_early": Words(
        Phrase(
            "completionCondition читает {names}, а такая переменная появляется, только когда ответит этот человек: "
            "если раньше ответит другой, движок не примет его ответ",
            "completionCondition reads {names}, which exists only after that person's answer: if another one answers "
            "first, the engine refuses that answer",
        ),
        Phrase(
            "читайте {variable} (последний ответ) или ${{execution.getVariable('…')}}: без ответа это null",
            "read {variable} (the newest answer), or ${{execution.getVariable('…')}}, which is null without an answer",
        ),
    ),
    "last_of_several": Words(
        Phrase(
            "{conditions}: у шага несколько ответов, а за мультиэкземпляром в {variable} остаётся последний: решит "
            "только он",
            "{conditions}: the step has several answers, and behind the multi-instance {variable} has the last one: "
            "only that one decides",
        ),
        Phrase(
            "завершайте цикл первым решающим ответом (completionCondition, например ${{{variable} == {example}}}) или "
            "читайте ответы по одному: {first} и дальше",
            "end the loop with the first answer that decides (completionCondition, such as ${{{variable} == "
            "{example}}}), or read the answers one by one: {first} and so on",
        ),
    ),
    "may_be_missing": Words(
        Phrase(
            "условия за мультиэкземпляром читают {names}, а completionCondition может завершить его раньше, чем "
            "ответят эти люди: таких переменных не будет, и движок не вычислит условие",
            "conditions behind the multi-instance read {names}, but its completionCondition may end it before these "
            "people answer: there are no such variables then, and the engine cannot evaluate the condition",
        ),
        Phrase(
            "читайте ${{execution.getVariable('{variable}_0') == …}}: без ответа это null",
            "read ${{execution.getVariable('{variable}_0') == …}}, which is null without an answer",
        ),
    ),
    "java_date": Words(
        Phrase(
            "входной параметр {name} даёт дату Java (org.joda.time.DateTime), которую движок не передаёт: вместо "
            "задачи будет инцидент",
            "the input parameter {name} gives a Java date (org.joda.time.DateTime) that the engine does not pass on: "
            "the step becomes an incident without a task",
        ),
        Phrase("допишите .toDate(): {text}", "append .toDate(): {text}"),
    ),
    "misspelt_answer": Words(
        Phrase(
            "условия читают {names}, а модель такой переменной не задаёт; ответ шага — в {variable}",
            "conditions read {names}, which the model does not set; the step's answer is in {variable}",
        ),
        Phrase(
            "если это опечатка, исправьте имя в условии; иначе процесс не пойдёт дальше, а с execution.getVariable "
            "получится «нет» при любом ответе",
            "if this is a typo, correct the name in the condition; otherwise the process gets no further, or with "
            "execution.getVariable takes every answer for no",
        ),
    ),
    "torn_name": Words(
        Phrase(
            "выражения читают {names}, а внутри ${{…}} дефис — это минус, и точка отделяет свойство: движок ищет "
            "переменные {parts}",
            "expressions read {names}, but within ${{…}} a hyphen is a minus, and a dot precedes a property: the "
            "engine looks for the variables {parts}",
        ),
        Phrase(
            "читайте ${{execution.getVariable('{variable}') == …}} или дайте шагу id, а с wait.answer_variable ответу "
            "имя, из букв, цифр и _",
            "read ${{execution.getVariable('{variable}') == …}}, or give the step an id, or with wait.answer_variable "
            "the answer a name, of letters, digits and _",
        ),
    ),
    "written_over": Words(
        Phrase(
            "{places}: перезаписывает или удаляет {variable} до условия, которое читает этот ответ: "
            "условие ответа не увидит",
            "{places}: overwrites or removes {variable} before a condition reads this answer: the "
            "condition does not see the answer",
        ),
        Phrase(
            "задавайте там другую переменную или составьте значение из {variable}",
            "set another variable there, or make the value of {variable}",
        ),
    ),
    "never_set": Words(
        Phrase(
            "выражения читают имена, которых не задаёт никто (что имелось в виду): {names}; ответ шага — в {variable}",
            "expressions read names that nobody sets (with what was meant): {names}; the step's answer is in "
            "{variable}",
        ),
        Phrase(
            "исправьте имя, текст возьмите в кавычки; иначе движок не примет завершение шага",
            "correct the name, and put a text in quotes; otherwise the engine refuses to complete the step",
        ),
    ),
    "asks_nobody": Words(
        Phrase(
            "выражения читают {names}, ответ этого шага, а он никого не спрашивает и такой переменной не оставит",
            "expressions read {names}, the answer of this step, but it asks nobody and leaves no such variable",
        ),
        Phrase(
            "задайте шагу UF_RESULT_EXPECTED = true и вопрос в UF_RESULT_QUESTION или не читайте ответ; иначе движок "
            "не вычислит выражение и не примет завершение шага",
            "give the step UF_RESULT_EXPECTED = true and the question in UF_RESULT_QUESTION, or do not read the "
            "answer; otherwise the engine cannot evaluate the expression and refuses to complete the step",
        ),
    ),
    "literal_condition": Words(
        Phrase(
            "условие {condition} даёт текст или число, а не да или нет: процесс здесь остановится",
            "the condition {condition} gives a text or a number, not yes or no: the process stops here",
        ),
        Phrase(
            "запишите всё условие в одном выражении, которое сравнивает: ${{A == 'ok'}}",
            "write the whole condition as one expression that compares: ${{A == 'ok'}}",
        ),
    ),
    "broken_expression": Words(
        Phrase(
            "{place} = {text}: движок не разберёт это выражение и не развернёт модель, ошибка здесь: {upto}",
            "{place} = {text}: the engine cannot parse this expression and refuses the model, wrong is: {upto}",
        ),
        Phrase(
            "исправьте выражение: скобки и кавычки парные и прямые, сравнение ==, дробная часть через точку; слов "
            "matches, in, contains нет, есть методы: A.contains('x')",
            "correct the expression: brackets and straight quotes in pairs, == compares, a point is before decimals; "
            "there are no words matches, in, contains, but methods: A.contains('x')",
        ),
    ),
    "unknown_function": Words(
        Phrase(
            "{place}: функции {call} в движке нет, и он не развернёт модель, если её не добавило расширение движка",
            "{place}: the engine has no function {call} and refuses the model, unless a plug-in of the engine adds it",
        ),
        Phrase(
            "есть now(), dateTime(), currentUser(), currentUserGroups(), S(x), JSON(x), XML(x); у текста есть методы: "
            "A.contains('x'), A.length()",
            "there are now(), dateTime(), currentUser(), currentUserGroups(), S(x), JSON(x), XML(x); a text has "
            "methods: A.contains('x'), A.length()",
        ),
    ),
}
