"""Builds what makes drafts: the mapper's checks, what the portal's module gives, and the parts that complete them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bitrix.calendar import PortalCalendar
from bitrix.camunda_module import CamundaModule
from bitrix.client import BitrixClient
from bitrix.disk import Disk
from bitrix.groups import Groups
from bitrix.people import People
from bitrix.results import Results
from bitrix.scopes import Scopes
from bitrix.shown_names import ShownNames
from bitrix.step_tasks import StepTasks
from bitrix.task_fields import TaskFields
from bitrix.tasks import Tasks
from bitrix.users import Users
from worker.config.settings import Settings
from worker.content.additions import Additions
from worker.content.ages import Ages
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
from worker.engine.client import Engine
from worker.ledger import Ledger
from worker.mapping.mapper import Mapper
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions
from worker.steps.faults import StepFaults
from worker.steps.fitness import Fitness
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What drafts are made from in one run."""

    settings: Settings
    client: BitrixClient
    engine: Engine
    beat: Callable[[str], object]
    ledger: Ledger
    definitions: Definitions
    mapper: Mapper
    people: Users
    telemetry: Telemetry

    def drafts(self) -> Drafts:
        """The maker of all drafts."""
        topics, telemetry, fields = self.settings.topics, self.telemetry, TaskFields(Tasks(self.client))
        return Drafts(
            self.mapper,
            StepFaults(topics, self.definitions),
            Fitness(self.people, fields, topics, telemetry),
            UncaughtErrors(topics, self.definitions, telemetry),
            OverwrittenAnswers(topics, self.mapper, self.definitions, telemetry),
            source=self._source(),
            module_parts=self._module_parts(),
            parts=self._parts(fields),
        )

    def _source(self) -> Source:
        """What the portal's templates give; nothing, if they are not read."""
        bitrix = self.settings.bitrix
        if not bitrix.portal_templates:
            return nothing
        oracle = Oracle(CamundaModule(self.client), self.telemetry)
        return PortalTemplates(
            oracle, bitrix, self.telemetry, Ages(self.ledger).born, language=self.settings.log.language
        )

    def _module_parts(self) -> Sequence[ModulePart]:
        """What the module gives besides fields, in the order in which the draft gets it."""
        settings, language = self.settings.bitrix, self.settings.log.language
        module, shown = CamundaModule(self.client), ShownValues(ShownNames(self.client, Scopes(self.client)), language)
        questionnaires = AddedQuestionnaires(
            StepFaults(self.settings.topics, self.definitions), self.telemetry, on=settings.with_questionnaires
        )
        before, characters = Predecessors(StepTasks(self.client)), settings.max_description_length
        files = ResultFiles(Disk(self.client, self.client), Scopes(self.client), self.telemetry)
        return (
            questionnaires,
            DescriptionBlocks(module, shown, self.telemetry, characters, language),
            PredecessorResults(before, Results(self.client), files, characters, language),
            Arrows(before, self.telemetry),
            TemplateFiles(),
        )

    def _parts(self, fields: TaskFields) -> Sequence[Part]:
        """What configuration and step give besides fields, in the order in which the draft gets it."""
        scopes = Scopes(self.client)
        people = NamedPeople(People(self.client), scopes, fields)
        return (
            people,
            Additions(people),
            NamedGroups(Groups(self.client), scopes),
            DueDates(PortalCalendar(self.client), scopes, self.settings.working_time.calendar, Ages(self.ledger)),
            self._files(scopes),
        )

    def _files(self, scopes: Scopes) -> Files:
        """Last of the parts: the others may add files."""
        settings, disk = self.settings, Disk(self.client, self.client.for_uploads())
        place = DiskPlace(settings.files, Tasks(self.client))
        sources = EngineFiles(self.engine, settings.files.max_megabytes)
        uploads = Uploads(sources, disk, place.find, self.beat)
        return Files(uploads, disk, scopes, settings.topics, self.telemetry)
