"""Texts for causes in what a side answers, or the machine's clock says, though every call succeeds."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Explanation
from worker.words.phrase import Phrase

OF_AN_ODD_WORLD: Mapping[Cause, Explanation] = {
    Cause.TASKS_GONE: Explanation(
        Phrase(
            "на портале разом не стало ожидающих задач: {said}",
            "waiting tasks are missing on the portal all at once: {said}",
        ),
        Phrase(
            "Проверьте, что владелец вебхука администратор и видит эти задачи. Если их удалили намеренно, увеличьте "
            "WAITING_GONE_SHARE",
            "Check that the webhook's owner is an administrator and sees these tasks. If they were deleted on purpose, "
            "raise WAITING_GONE_SHARE",
        ),
    ),
    Cause.STEPS_GONE: Explanation(
        Phrase(
            "в движке разом не стало ожидающих шагов: {said}",
            "waiting steps are missing in the engine all at once: {said}",
        ),
        Phrase(
            "Проверьте, что движок работает со своей базой. Если процессы отменили намеренно, увеличьте "
            "WAITING_GONE_SHARE",
            "Check that the engine runs on its own database. If the processes were cancelled on purpose, raise "
            "WAITING_GONE_SHARE",
        ),
    ),
    Cause.CLOCK_JUMPED: Explanation(
        Phrase("часы этой машины перевели: {said}", "the clock of this machine was set: {said}"),
        Phrase(
            "Проверьте её время (timedatectl) и перезапустите воркер: до этого даты в журнале идут по прежним часам",
            "Check its time (timedatectl) and restart the worker: until then, dates in the ledger follow the former "
            "clock",
        ),
    ),
}
