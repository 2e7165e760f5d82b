"""What `check --model` and the log say of parameters whose value may not be what their field is meant to get."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.expression_findings import Words
from worker.words.phrase import Phrase

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
}
