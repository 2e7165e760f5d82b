"""Recognises an env file of the installation that the worker replaces, and warns of what means something else here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.words.config_faults import Problem
from worker.words.documents import see
from worker.words.phrase import Phrase

OLD_PREFIXES = ("TASK_TRACKER_", "BPMN_CACHE_", "STORMBPMN_")
OLD_NAMES = frozenset(
    {
        "EXCHANGER_ENV",
        "CAMUNDA_LOCK_DURATION",
        "CAMUNDA_MAX_TASKS",
        "CAMUNDA_ASYNC_TIMEOUT",
        "CAMUNDA_FETCH_INTERVAL",
        "CAMUNDA_SLEEP_SECONDS",
    }
)
"""Only that installation has these names and prefixes. `RABBITMQ_HOST` or `RETRY_DELAY` may be other programs'."""
EXAMPLE_ID = "universal-worker"
"""The worker id in its example file."""
MOST_NAMED = 5
NAMES_THAT_STAY = see("migration-settings", "names-that-stay")


def is_old(name: str) -> bool:
    """Whether only that installation has a variable of this name."""
    return name in OLD_NAMES or name.startswith(OLD_PREFIXES)


def traps(environ: Mapping[str, str]) -> Iterator[Problem]:
    """Warnings about variables that were probably taken over from that installation."""
    left = sorted(filter(is_old, environ))
    id_ = environ.get("CAMUNDA_WORKER_ID", "").strip()
    if id_ and (left or id_ == EXAMPLE_ID):
        yield Problem(
            "camunda.worker_id",
            Phrase(
                f"{id_}: похоже на идентификатор прежней установки из её env-файла. С ним `run` посчитает старые "
                "блокировки своими, а прежний воркер — наши: уберите CAMUNDA_WORKER_ID",
                f"{id_}: this looks like the id of the old installation, from its env file. With it `run` takes the "
                "old locks for its own, and the old worker takes ours: leave CAMUNDA_WORKER_ID out",
            ),
        )
    if left:
        names = ", ".join(left[:MOST_NAMED]) + (", …" if len(left) > MOST_NAMED else "")
        yield Problem(
            left[0],
            Phrase(
                f"из env-файла прежней установки ({names}): здесь ни на что не влияет. Какие имена остались и что они "
                f"значат: {NAMES_THAT_STAY}",
                f"is from the env file of the old installation ({names}): nothing reads it here. Which names "
                f"stay, and what they mean: {NAMES_THAT_STAY}",
            ),
        )
