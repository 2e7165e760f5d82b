"""Says which steps this worker serves. Nothing happens to a ledger row whose topic or tenant is no longer served."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from worker.config.tenants import Tenants
from worker.words.phrase import Phrase

CAUSE = "not_served"
"""The name of this cause in `status --json`."""
CURE = Phrase(
    "Верните настройку или завершите шаг в Cockpit и проверьте его задачу на портале",
    "Restore the setting, or complete the step in Cockpit and check its task on the portal",
)
"""What a person can do about it."""
WHY = Phrase(
    "воркер больше не обслуживает {what} и ничего не делает с этим шагом",
    "this worker no longer serves {what} and does nothing with this step",
)
TOPIC = Phrase("топик {topic}", "the topic {topic}")
TENANT = Phrase("тенант {tenant}", "the tenant {tenant}")
NO_TENANT = Phrase("шаги без тенанта", "steps without a tenant")


@dataclass(frozen=True, slots=True)
class Served:
    """The topics and tenants of the settings."""

    topics: Collection[str]
    tenants: Tenants

    def step(self, topic: str | None, tenant_id: str | None) -> bool:
        """Whether a step is served. `tenant_id` as the engine gives it; None: the step has no tenant."""
        return topic in self.topics and self.tenants.serve(tenant_id)

    def row(self, topic: str, tenant: str | None) -> bool:
        """Whether a row's step is served. `tenant` empty: the step has none; None: the row does not record it."""
        return topic in self.topics and (tenant is None or self.tenants.serve(tenant or None))

    def lacking(self, topic: str, tenant: str | None) -> Phrase:
        """The topic or tenant of a row's step that the settings no longer name."""
        if topic not in self.topics:
            return TOPIC.format(topic=topic)
        return TENANT.format(tenant=tenant) if tenant else NO_TENANT

    def why_not(self, topic: str, tenant: str | None) -> Phrase:
        """Why nothing happens to a row's step."""
        return WHY.format(what=self.lacking(topic, tenant))


def named(names: Iterable[str | None]) -> str:
    """The topics or tenants of several steps as one text; `-` stands for None."""
    return ", ".join(sorted({name or "-" for name in names}))
