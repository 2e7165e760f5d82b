"""Whose steps this worker asks for. A row of the ledger whose step is of another topic or tenant waits for nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from worker.config.tenants import Tenants
from worker.words.faults import Language

CAUSE = "not_served"
"""Its name in `status --json`."""
_CURE_RU = "Верните настройку или завершите шаг в Cockpit и проверьте его задачу на портале"
_CURE_EN = "Bring the setting back, or end the step in Cockpit and check its task on the portal"
_WHY_RU = "воркер больше не обслуживает {what}: с шагом ничего не происходит"
_WHY_EN = "this worker no longer serves {what}: nothing happens to the step"


def cure(language: Language) -> str:
    """What a person can do about it."""
    return _CURE_RU if language == "ru" else _CURE_EN


@dataclass(frozen=True, slots=True)
class Served:
    """The topics and tenants of the settings."""

    topics: Collection[str]
    tenants: Tenants

    def step(self, topic: str | None, tenant_id: str | None) -> bool:
        """Whether a step is ours; `tenant_id` as the engine tells it: None where the step belongs to none."""
        return topic in self.topics and self.tenants.serve(tenant_id)

    def row(self, topic: str, tenant: str | None) -> bool:
        """Whether the step of a row is ours, as far as the row tells."""
        return topic in self.topics and (tenant is None or self.tenants.serve(tenant or None))

    def lacking(self, topic: str, tenant: str | None, language: Language) -> str:
        """What the settings no longer name of a row's step."""
        russian = language == "ru"
        if topic not in self.topics:
            return f"топик {topic}" if russian else f"the topic {topic}"
        if tenant:
            return f"тенант {tenant}" if russian else f"the tenant {tenant}"
        return "шаги без тенанта" if russian else "steps without a tenant"

    def why_not(self, topic: str, tenant: str | None, language: Language) -> str:
        """The reason for which nothing happens to the step of a row."""
        return (_WHY_RU if language == "ru" else _WHY_EN).format(what=self.lacking(topic, tenant, language))


def named(names: Iterable[str | None]) -> str:
    """Topics or tenants of several steps in one text; `-` for none."""
    return ", ".join(sorted({name or "-" for name in names}))
