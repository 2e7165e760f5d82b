"""Checks of `check` about the templates of the portal's module: whether they are read, and whether they can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bitrix.camunda_module import ADD_QUESTIONNAIRES, CamundaModule, Diagram, Resolver
from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.methods import DIAGRAM, QUESTIONNAIRES, TEMPLATE
from bitrix.tasks import Tasks
from worker.commands.check.client import client_of_check
from worker.commands.check.finding import Finding, of_error
from worker.commands.check.sides import Check
from worker.config.settings import Settings
from worker.config.template_switch import TemplateSwitch
from worker.words import look_names as names
from worker.words.phrase import Phrase, joined, unchanged

OFF = Phrase("выключены, и на портале недоступен метод {missing}", "off, and the portal does not offer {missing}")
CHOSEN_OFF = Phrase("выключены настройкой, хотя модуль есть", "switched off, though the module is there")
NOT_USED = Phrase("модуль есть, но шаблоны не читаются", "the module is there, but its templates are not read")
ON = Phrase(
    "включены: на каждую задачу одним вызовом больше, на процесс один вызов в минуту",
    "on: one more call for each task, and one a minute for each process",
)
EXCEPT = Phrase("кроме {names}", "except for {names}")
QUESTIONNAIRES_ON = Phrase(
    "включены: на каждую закрытую задачу одним вызовом больше", "on: one more call for each closed task"
)
MISSING = Phrase("включены, но на портале недоступен метод {missing}", "on, but the portal does not offer {missing}")
NO_RESOLVERS = Phrase("нет", "none")
OFF_HERE = Phrase(
    "выключены для этого процесса (bitrix.portal_templates_except: {exception})",
    "off for this process (bitrix.portal_templates_except: {exception})",
)
NO_ROWS = Phrase("модуль не знает ни одного шага этого процесса", "the module knows no step of this process")
REGISTER = Phrase(
    "зарегистрируйте диаграмму в модуле портала или выключите шаблоны для этого процесса: "
    "bitrix.portal_templates_except: [{key}]",
    "register the diagram in the portal's module, or switch the templates off for this process: "
    "bitrix.portal_templates_except: [{key}]",
)


def template_checks(client: BitrixClient, settings: Settings) -> tuple[Check, ...]:
    """The checks of the portal's templates; they change nothing."""
    tasks, module = Tasks(client), CamundaModule(client)
    on = settings.templates.anywhere
    state = Check(names.PORTAL_TEMPLATES, lambda: _state(tasks, settings), essential=on)
    checks = [state, *([Check(names.RESOLVERS, lambda: _resolvers(module))] if on else [])]
    if settings.with_questionnaires:
        checks.append(Check(names.QUESTIONNAIRES, lambda: _questionnaires(tasks)))
    return tuple(checks)


def _state(tasks: Tasks, settings: Settings) -> Finding:
    missing = _missing(tasks, DIAGRAM, TEMPLATE)
    switch, said = settings.templates, "portal_templates" in settings.bitrix.model_fields_set
    if switch.anywhere:
        cure = Phrase(
            "установите модуль портала или дайте вебхуку его право; иначе уберите bitrix.portal_templates: пока модуля "
            "нет, задачи не создаются",
            "install the portal's module, or grant its scope; or remove bitrix.portal_templates: without the module no "
            "task is created",
        )
        seen = MISSING.format(missing=missing) if missing else _on(switch, settings)
        return Finding(names.PORTAL_TEMPLATES, good=not missing, seen=seen, cure=cure)
    return Finding(
        names.PORTAL_TEMPLATES,
        good=said or missing is not None,
        seen=OFF.format(missing=missing) if missing else (CHOSEN_OFF if said else NOT_USED),
        cure=Phrase(
            "если у шагов есть шаблоны, включите bitrix.portal_templates; если нет, напишите false",
            "if steps have templates, set bitrix.portal_templates to true; if they have none, to false",
        ),
        essential=False,
    )


def _on(switch: TemplateSwitch, settings: Settings) -> Phrase:
    off = [*sorted(settings.topics.keys() - switch.topics), *switch.exceptions]
    return joined("; ", (ON, EXCEPT.format(names=", ".join(off)))) if off else ON


def _questionnaires(tasks: Tasks) -> Finding:
    missing = _missing(tasks, QUESTIONNAIRES, ADD_QUESTIONNAIRES)
    return Finding(
        names.QUESTIONNAIRES,
        good=not missing,
        seen=MISSING.format(missing=missing) if missing else QUESTIONNAIRES_ON,
        cure=Phrase(
            "установите на портале модуль imena.tasks.questionnaire и дайте вебхуку его право; без него шаги закрытых "
            "задач ждут. Если опросников нет, напишите bitrix.questionnaires: false",
            "install the portal's module imena.tasks.questionnaire, and grant its scope: without it the steps of "
            "closed tasks wait. If there are no questionnaires, set bitrix.questionnaires to false",
        ),
    )


def _missing(tasks: Tasks, *methods: str) -> str | None:
    """The first of these methods that the webhook cannot call; None: it can call all."""
    states = ((name, tasks.method_state(name)) for name in methods)
    return next((name for name, state in states if not (state.exists and state.available)), None)


def _resolvers(module: CamundaModule) -> Finding:
    shown = joined(", ", (unchanged(_shown(one)) for one in module.resolvers()))
    return Finding(names.RESOLVERS, good=True, seen=shown or NO_RESOLVERS, essential=False)


def _shown(resolver: Resolver) -> str:
    """The code of a resolver, with the process variables that it needs."""
    return f"{resolver.code} ({', '.join(resolver.needs)})" if resolver.needs else resolver.code


def templates_of_model(settings: Settings, key: str, topics: Mapping[str, str]) -> Iterator[Finding]:
    """Whether each of our steps of a process has a template that can be read; nothing if templates are off.

    `topics`: the topic of each step, by the step's id.
    """
    switch = settings.templates
    activities = [step for step, topic in topics.items() if switch.reads(topic, key)]
    if switch.exception_of(key) and switch.anywhere:
        seen = OFF_HERE.format(exception=switch.exception_of(key))
        yield Finding(names.templates(key), good=True, seen=seen, essential=False)
    if not activities:
        return
    try:
        with client_of_check(settings) as client:
            module = CamundaModule(client)
            yield from _of_steps(module, module.responsible_list(key), key, activities)
    except PortalError as error:
        yield of_error(names.templates(key), error, essential=True, cure=REGISTER.format(key=key))


def _of_steps(module: CamundaModule, diagram: Diagram, key: str, activities: Collection[str]) -> Iterator[Finding]:
    without: list[str] = []
    if not diagram.steps:
        seen, cure = NO_ROWS, REGISTER.format(key=key)
        yield Finding(names.templates(key), good=False, seen=seen, cure=cure, essential=False)
        return
    for activity in activities:
        try:
            step = diagram.step(activity)
            if step is None or step.template_id is None:
                without.append(activity)
            else:
                module.task_template(key, activity)
        except PortalError as error:
            yield of_error(names.step(key, activity), error, essential=True)
    yield Finding(
        names.templates(key),
        good=True,
        seen=Phrase(
            f"шагов: {len(activities)}, без шаблона: {', '.join(without) or 'нет'}",
            f"{len(activities)} steps, without a template: {', '.join(without) or 'none'}",
        ),
        essential=False,
    )
