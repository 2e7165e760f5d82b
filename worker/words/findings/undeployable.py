"""What `check --model` says of a diagram that is unfinished, so that the engine does not deploy it."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.findings.expressions import Words
from worker.words.phrase import Phrase, unchanged

LACKING: Mapping[str, Phrase] = {
    "work": Phrase("что делает задача (Implementation)", "what the task does (Implementation)"),
    "script": Phrase("скрипт (script) или его файл (resource)", "a script, or its resource"),
    "called": Phrase("какой процесс вызвать (calledElement)", "which process to call (calledElement)"),
    "many": Phrase(
        "сколько экземпляров: число (loopCardinality) или список (collection)",
        "how many instances: a number (loopCardinality) or a list (collection)",
    ),
    "collection": Phrase(
        "список (collection), из которого elementVariable берёт значения",
        "the list (collection) from which elementVariable takes its values",
    ),
    "start": Phrase("начальное событие", "a start event"),
    "outgoing": Phrase("исходящая стрелка", "an outgoing flow"),
    "event": Phrase("чего ждёт событие (его тип)", "what the event waits for (its type)"),
    "attached": Phrase(
        "к какому шагу прикреплено событие (attachedToRef)", "the step it is attached to (attachedToRef)"
    ),
    "time": Phrase("время таймера", "the time of the timer"),
    "condition": Phrase("условие события", "the condition of the event"),
    "messageRef": Phrase("сообщение (messageRef)", "the message (messageRef)"),
    "signalRef": Phrase("сигнал (signalRef)", "the signal (signalRef)"),
    "errorRef": Phrase("ошибка (errorRef)", "the error (errorRef)"),
    "escalationRef": Phrase("эскалация (escalationRef)", "the escalation (escalationRef)"),
}
"""What may be missing."""
AT_COMPENSATION = Phrase("стрелка у задачи компенсации {of}", "a flow to or from {of}, which is for compensation")
WITH_ASSOCIATION = Phrase(
    "соедините задачу с событием компенсации ассоциацией (пунктиром), без стрелок",
    "connect it with its compensation event by an association (dotted), without flows",
)
AT_EVENT_SUB_PROCESS = Phrase(
    "стрелка у событийного подпроцесса {of}: его начинает событие",
    "a flow to or from the event sub-process {of}, which an event begins",
)
WITHOUT_FLOW = Phrase("удалите эту стрелку", "remove this flow")
BEHIND_EVENTS = Phrase(
    "стрелка от событийного шлюза к {of} ({tag}), а за ним бывают только промежуточные события",
    "a flow from an event-based gateway to {of} ({tag}), where only intermediate catch events may stand",
)
CATCH_INSTEAD = Phrase(
    "поставьте за шлюзом промежуточное событие: сообщение, сигнал, таймер или условие",
    "put an intermediate catch event there: a message, a signal, a timer or a condition",
)
ONLY_FROM_GATEWAY = Phrase(
    "стрелка к {of}, событию за событийным шлюзом: другие стрелки к нему вести не могут",
    "a flow to {of}, an event behind an event-based gateway, to which no other flow may lead",
)
START_WITH_EVENT = Phrase(
    "начальное событие с типом ({kind}) в обычном подпроцессе",
    "a start event with a type ({kind}) in a sub-process that no event begins",
)
PLAIN_START = Phrase(
    "сделайте начальное событие простым или подпроцесс событийным",
    "make it a plain start event, or the sub-process an event sub-process",
)
NO_PLAIN_START = Phrase(
    "простое начальное событие в событийном подпроцессе", "a plain start event in an event sub-process"
)
EVENT_START = Phrase(
    "выберите тип начального события или сделайте подпроцесс обычным",
    "choose the type of the start event, or make it a plain sub-process",
)
CANCEL_OUTSIDE = Phrase(
    "событие отмены (cancel) бывает только в транзакции и на её границе",
    "a cancel event, which may stand only in a transaction or at its boundary",
)
ON_A_TRANSACTION = Phrase(
    "выберите другое событие или сделайте подпроцесс транзакцией",
    "choose another event, or make the sub-process a transaction",
)
ESCALATION_AT = Phrase(
    "событие эскалации на {of}: эскалацию ловят только у подпроцесса, вызова и пользовательской задачи",
    "an escalation event at {of}: only sub-processes, call activities and user tasks have them",
)
ON_WHAT_ESCALATES = Phrase("выберите событие ошибки", "choose an error event")
OF_UNDEPLOYABLE: Mapping[str, Words] = {
    "same_id": Words(
        Phrase(
            "id «{id}» есть у нескольких элементов ({elements}): движок не развернёт модель",
            "several elements have the id “{id}” ({elements}): the engine refuses the model",
        ),
        Phrase("дайте каждому элементу свой id", "give each element an id of its own"),
    ),
    "bad_id": Words(
        Phrase(
            "id «{id}»: в id не бывает пробелов и знаков, кроме «_», «-» и «.», и начинается он с буквы: движок не "
            "развернёт модель",
            "the id “{id}”: an id has no blanks and no signs but “_”, “-” and “.”, and begins with a letter: the "
            "engine refuses the model",
        ),
        Phrase("переименуйте элемент", "rename the element"),
    ),
    "empty_id": Words(
        Phrase(
            "у элемента {tag} id пустой: движок не развернёт модель",
            "an element {tag} has an empty id: the engine refuses the model",
        ),
        Phrase("задайте id или уберите этот атрибут", "give it an id, or remove the attribute"),
    ),
    "no_such": Words(
        Phrase(
            "{name} указывает на «{id}», а такого здесь нет: движок не развернёт модель",
            "{name} refers to “{id}”, and there is none here: the engine refuses the model",
        ),
        Phrase(
            "выберите то, что есть в модели, или удалите ссылку; после правки XML сохраните модель в Modeler",
            "choose what is in the model, or remove the reference; save a model that was edited as text in the Modeler",
        ),
    ),
    "nameless": Words(
        Phrase(
            "у {kind} «{id}» нет {name}: движок не развернёт модель",
            "the {kind} “{id}” has no {name}: the engine refuses the model",
        ),
        Phrase("задайте {name} в свойствах события", "give it a {name} in the properties of the event"),
    ),
    "flow_outside": Words(
        Phrase(
            "стрелка: {end} = «{id}», а такого элемента в этом процессе или подпроцессе нет (через его границу стрелки "
            "не ведут): движок не развернёт модель",
            "the flow has {end} = “{id}”, and its process or sub-process has no such element (flows do not cross its "
            "border): the engine refuses the model",
        ),
        Phrase("проведите стрелку заново", "draw the flow anew"),
    ),
    "lacking": Words(
        Phrase("не хватает: {fault}; движок не развернёт модель", "{fault} is missing: the engine refuses the model"),
        Phrase("задайте это в Modeler или удалите элемент", "give it in the Modeler, or remove the element"),
    ),
    "several_starts": Words(
        Phrase(
            "несколько начальных событий ({ids}), которые не отличить друг от друга: движок не развернёт модель",
            "several start events ({ids}) that nothing tells apart: the engine refuses the model",
        ),
        Phrase(
            "оставьте одно; в процессе остальные могут быть событиями сообщения, сигнала или условия",
            "leave one; in a process the others may be events of a message, a signal or a condition",
        ),
    ),
    "misplaced": Words(
        Phrase("{fault}: движок не развернёт модель", "{fault}: the engine refuses the model"), unchanged("{cure}")
    ),
    "default_asks": Words(
        Phrase(
            "у стрелки по умолчанию {flow} есть условие: движок не развернёт модель",
            "the default flow {flow} has a condition: the engine refuses the model",
        ),
        Phrase("уберите условие или выбор по умолчанию", "remove the condition, or make it no default flow"),
    ),
    "only_flow_asks": Words(
        Phrase(
            "у единственной исходящей стрелки {flow} есть условие: движок не развернёт модель",
            "the only outgoing flow {flow} has a condition: the engine refuses the model",
        ),
        Phrase(
            "уберите условие или добавьте стрелку для остальных ответов",
            "remove the condition, or add a flow for the other answers",
        ),
    ),
    "several_plain": Words(
        Phrase(
            "несколько стрелок без условия ({flows}): движок не развернёт модель",
            "several flows without a condition ({flows}): the engine refuses the model",
        ),
        Phrase(
            "задайте условия всем, кроме одной, и сделайте её стрелкой по умолчанию",
            "give all of them conditions but one, and make that the default flow",
        ),
    ),
}
