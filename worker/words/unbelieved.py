"""Why an answer of portal or engine cannot be used, or is not asked for: format strings for events and incidents."""

from __future__ import annotations

from worker.words.phrase import Phrase

CLOSED_NOT_LISTED = Phrase(
    "в списке портала с фильтром по статусу нет закрытых задач: {count}",
    "the portal's list filtered by status lacks {count} closed tasks",
)
STEPS_NOT_LISTED = Phrase(
    "в списке движка нет шагов, которые существуют: {count}", "the engine's list lacks {count} steps that exist"
)
NO_DEFINITION = Phrase("движок не назвал определение процесса", "the engine names no process definition")
NO_ACTIVITY = Phrase("в определении процесса нет шага {activity}", "the process definition has no activity {activity}")
NUMBER_TAKEN = Phrase("задача {id} принадлежит шагу {other}", "task {id} belongs to step {other}")
OTHER_TOPIC = Phrase(
    "topicName = {topic}, а этот топик воркер не запрашивал", "topicName = {topic}, which the worker did not ask for"
)
OTHER_WORKER = Phrase(
    "workerId = {worker}, а это не идентификатор этого воркера", "workerId = {worker}, which is not this worker's id"
)
TWICE = Phrase("id = {id}, дважды в одном ответе", "id = {id}, twice in one answer")
TOO_LARGE = Phrase(
    "{name} занимает {size:.1f} МБ, предел для шага {limit:g} МБ",
    "{name} takes {size:.1f} MB, the limit of one step is {limit:g} MB",
)
LARGE_BESIDES = Phrase(
    "остальные переменные шага занимают в среднем {size:.0f} кБ, предел {limit:g} кБ",
    "the other variables of a step take {size:.0f} kB on average, the limit is {limit:g} kB",
)
FILES_BESIDES = Phrase(
    "среди остальных переменных есть файлы, а движок читает их целиком",
    "there are files among the other variables, and the engine reads them whole",
)
