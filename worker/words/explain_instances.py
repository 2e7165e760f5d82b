"""The texts of `explain` about a whole process instance: where it is stuck or waits, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.documents import see
from worker.words.phrase import Phrase

OF_INSTANCES: Mapping[str, Phrase] = {
    "stuck": Phrase(
        "экземпляр процесса стоит: инцидент самого движка ({kind}) у {step}{called}",
        "the process instance is stuck: an incident of the engine itself ({kind}) at {step}{called}",
    ),
    "instance_deleted": Phrase("экземпляр процесса удалён в движке", "the process instance was deleted in the engine"),
    "instance_gone": Phrase(
        "экземпляра процесса в движке больше нет: он закончился или удалён, истории движок не показывает",
        "the process instance is no longer there: it ended or was deleted, and the engine shows no history of it",
    ),
    "no_step_yet": Phrase(
        "экземпляр процесса есть в движке{place}, но ни один шаг для воркера в нём ещё не начался",
        "the engine has the process instance{place}, but no step for a worker has begun in it yet",
    ),
    "no_step_ended": Phrase(
        "экземпляр процесса закончился, ни одного шага для воркера в нём не было",
        "the process instance ended, and no step for a worker began in it",
    ),
    "hangs": Phrase(
        "экземпляр процесса ждёт у шлюза {place} других ветвей, а в нём больше ничего не выполняется: они не "
        "придут{why}",
        "the process instance waits at the gateway {place} for other branches, and nothing else of it runs: they do "
        "not come{why}",
    ),
    "at_join": Phrase(
        "экземпляр процесса ждёт у шлюза {place}, пока придут остальные ветви",
        "the process instance waits at the gateway {place} until the other branches come",
    ),
    "ends_otherwise": Phrase(
        "экземпляр процесса ждёт у шлюза {place}, другие ветви не придут, но ожидание может закончить событие вокруг "
        "него, например таймер",
        "the process instance waits at the gateway {place}, and no other branch comes, but an event around it, such "
        "as a timer, may end the wait",
    ),
}
HANGS_CURE = Phrase(
    f"Исправьте модель, а этот экземпляр проведите мимо шлюза ({see('model-faults')}) или удалите",
    f"Correct the model, and lead this instance past the gateway ({see('model-faults')}), or delete it",
)
