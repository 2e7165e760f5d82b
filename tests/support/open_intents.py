"""What a ledger still intends or owes, read from its tables beside the workers."""

from __future__ import annotations

import sqlalchemy as sa

from worker.ledger.schema import acts, settlements, syncs, tasks
from worker.model import ActState, Stage

OPEN_STAGES = (Stage.CREATING, Stage.CREATED, Stage.WAITING)
OPEN_ACTS = (ActState.DUE, ActState.BEGUN)


def open_intents(url: str) -> list[str]:
    """One line for each row that waits for something to be sent or done. Raises what SQLAlchemy raises."""
    asked = {
        "task": sa.select(tasks.c.external_task_id, tasks.c.stage).where(tasks.c.stage.in_(OPEN_STAGES)),
        "act": sa.select(acts.c.external_task_id, acts.c.kind, acts.c.state).where(acts.c.state.in_(OPEN_ACTS)),
        "outcome": sa.select(settlements.c.external_task_id, settlements.c.kind),
        "synchronisation": sa.select(syncs.c.process_instance_id, syncs.c.state),
    }
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return [
                f"{what} {' '.join(str(getattr(one, 'value', one)) for one in row)}"
                for what, query in asked.items()
                for row in connection.execute(query)
            ]
    finally:
        engine.dispose()
