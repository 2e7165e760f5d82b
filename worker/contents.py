"""Builds what makes drafts: the mapper's checks, what the portal's module gives, and the parts that complete them."""

from __future__ import annotations

from collections.abc import Sequence

from bitrix.calendar import PortalCalendar
from bitrix.disk import Disk
from bitrix.groups import Groups
from bitrix.people import People
from bitrix.results import Results
from bitrix.scopes import Scopes
from bitrix.shown_names import ShownNames
from bitrix.step_tasks import StepTasks
from bitrix.task_fields import TaskFields
from worker.content.additions import Additions
from worker.content.ages import Ages
from worker.content.answer_place import AnswerPlace
from worker.content.deadlines import DueDates
from worker.content.description_blocks import DescriptionBlocks
from worker.content.disk_place import DiskPlace
from worker.content.drafts import Drafts, Part, nothing
from worker.content.engine_files import EngineFiles
from worker.content.files import Files, TemplateFiles
from worker.content.given import ModulePart, Source
from worker.content.groups import NamedGroups
from worker.content.oracle import Oracle
from worker.content.people import NamedPeople
from worker.content.portal_templates import PortalTemplates
from worker.content.predecessor_results import PredecessorResults, ResultFiles
from worker.content.predecessors import Arrows, Predecessors
from worker.content.questionnaires import AddedQuestionnaires
from worker.content.shown_values import ShownValues
from worker.content.uploads import Uploads
from worker.mapping.mapper import Mapper
from worker.sides import Sides
from worker.steps.asked_twice import AskedTwice
from worker.steps.faults import StepFaults
from worker.steps.fitness import Fitness
from worker.steps.local_variables import LocalVariables
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors


class Contents:
    """What drafts are made from in one run."""

    def __init__(self, sides: Sides, mapper: Mapper) -> None:
        self._sides, self._mapper = sides, mapper
        self._client, self._settings, self._telemetry = sides.client, sides.settings, sides.telemetry

    def drafts(self) -> Drafts:
        """The maker of all drafts."""
        topics, definitions, telemetry = self._settings.topics, self._sides.definitions, self._telemetry
        fields = TaskFields(self._sides.tasks)
        return Drafts(
            self._mapper,
            StepFaults(topics, definitions, LocalVariables(self._sides.engine, definitions, telemetry).of_step),
            Fitness(self._sides.people, fields, topics, telemetry),
            UncaughtErrors(topics, definitions, telemetry),
            OverwrittenAnswers(topics, self._mapper, definitions, telemetry, self._twice()),
            source=self._source(),
            module_parts=self._module_parts(),
            parts=self._parts(fields),
        )

    def _twice(self) -> AskedTwice:
        return AskedTwice(self._sides.ledger.waiting, self._sides.engine, self._sides.definitions, self._telemetry)

    def _source(self) -> Source:
        """What the portal's templates give; nothing, if they are not read."""
        bitrix, switch = self._settings.bitrix, self._settings.templates
        if not switch.anywhere:
            return nothing
        oracle = Oracle(self._sides.module, self._telemetry)
        born, language = Ages(self._sides.ledger).born, self._settings.log.language
        return PortalTemplates(oracle, bitrix, self._telemetry, born, switch=switch, language=language)

    def _module_parts(self) -> Sequence[ModulePart]:
        """What the module gives besides fields, in the order in which the draft gets it."""
        settings, language = self._settings.bitrix, self._settings.log.language
        module, shown = self._sides.module, ShownValues(ShownNames(self._client, Scopes(self._client)), language)
        questionnaires = AddedQuestionnaires(
            StepFaults(self._settings.topics, self._sides.definitions),
            self._telemetry,
            on=self._settings.with_questionnaires,
        )
        before, characters = Predecessors(StepTasks(self._client)), settings.max_description_length
        files = ResultFiles(Disk(self._client, self._client), Scopes(self._client), self._telemetry)
        return (
            questionnaires,
            DescriptionBlocks(module, shown, self._telemetry, characters, language),
            PredecessorResults(before, Results(self._client), files, characters, language),
            Arrows(before, self._telemetry),
            TemplateFiles(),
        )

    def _parts(self, fields: TaskFields) -> Sequence[Part]:
        """What configuration and step give besides fields, in the order in which the draft gets it."""
        scopes, hours = Scopes(self._client), self._settings.working_time.calendar
        people = NamedPeople(People(self._client), scopes, fields)
        return (
            AnswerPlace(self._sides.locals),
            people,
            Additions(people),
            NamedGroups(Groups(self._client), scopes),
            DueDates(PortalCalendar(self._client), scopes, hours, Ages(self._sides.ledger)),
            self._files(scopes),
        )

    def _files(self, scopes: Scopes) -> Files:
        """Last of the parts: the others may add files."""
        settings, disk = self._settings, Disk(self._client, self._client.for_uploads())
        place = DiskPlace(settings.files, self._sides.tasks)
        sources = EngineFiles(self._sides.engine, settings.files.max_megabytes)
        uploads = Uploads(sources, disk, place.find, self._sides.threads.beats.beat)
        return Files(uploads, disk, scopes, settings.topics, self._telemetry)
