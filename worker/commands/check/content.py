"""What `check` looks at only if the configured tasks contain it: files."""

from __future__ import annotations

from collections.abc import Sequence

from bitrix.disk import SCOPE
from bitrix.tasks import Tasks
from worker.commands.check.finding import Finding
from worker.commands.check.sides import Check
from worker.config.settings import Settings
from worker.content.files import FIELD
from worker.mapping.task_fields import portal_name
from worker.words import look_names as names
from worker.words.phrase import Phrase, unchanged

GRANTED = unchanged(SCOPE)
MISSING = Phrase("нет", "none")


def content_checks(tasks: Tasks, settings: Settings) -> Sequence[Check]:
    """The checks that these settings need."""
    files = any(portal_name(name) == FIELD for topic in settings.topics.values() for name in topic.task)
    wanted = files or settings.templates.anywhere  # templates, and results of earlier tasks, may have files
    return (Check(names.WEBHOOK_DISK, lambda: _disk(tasks)),) if wanted else ()


def _disk(tasks: Tasks) -> Finding:
    granted = SCOPE in tasks.scopes()
    return Finding(
        names.WEBHOOK_DISK,
        good=granted,
        seen=GRANTED if granted else MISSING,
        cure=Phrase(
            f"добавьте вебхуку право {SCOPE}: без него файлы процесса не приложить, а номера на Диске не проверить",
            f"grant the webhook the scope {SCOPE}: without it no file of a process can be attached, and numbers on "
            "Disk cannot be looked at",
        ),
        essential=False,
    )
