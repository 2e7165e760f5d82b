"""Defines which tenants' steps this worker serves, if one engine serves several tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worker.config.setting_types import prove_length
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

LONGEST_TENANT = 64
"""Characters that the engine's columns hold."""


@dataclass(frozen=True, slots=True)
class Tenants:
    """`ids`: serve the steps of these tenants. `without`: serve only steps without a tenant. Neither: serve all steps.

    Never both: the engine would silently use the ids alone, and read an empty list as all tenants (engine-rest 7.24,
    `TopicFetchInstruction`).
    """

    ids: tuple[str, ...] = ()
    without: bool = False

    @property
    def all(self) -> bool:
        return not self.ids and not self.without

    def serve(self, tenant_id: str | None) -> bool:
        """Whether a step of this tenant is served. `tenant_id` None: the step has no tenant."""
        if self.without:
            return tenant_id is None
        return self.all or tenant_id in self.ids

    def of_topic(self) -> dict[str, Any]:
        """The tenant fields of a topic in a fetchAndLock request."""
        if self.without:
            return {"withoutTenantId": True}
        return {"tenantIdIn": list(self.ids)} if self.ids else {}

    def of_query(self) -> dict[str, str]:
        """The tenant parameters of a query for external tasks. For `without` the caller must filter the answer.

        The query silently ignores `withoutTenantId` (Camunda 7.24, Operaton 1.0).
        """
        return {"tenantIdIn": ",".join(self.ids)} if self.ids else {}

    def of_definitions(self) -> dict[str, str]:
        """The tenant parameters of a query for process definitions."""
        return {"withoutTenantId": "true"} if self.without else self.of_query()

    def __str__(self) -> str:
        """The ids; `*` for all tenants, `-` for steps without a tenant."""
        return "-" if self.without else ", ".join(self.ids) or "*"


def ids_said(value: object) -> object:
    """Tenant ids from a list, or from text with commas. An empty id is refused: no ids would mean all tenants."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        raise InvalidSetting(Phrase("нужен список идентификаторов тенантов", "must be a list of tenant ids"))
    ids = tuple(
        dict.fromkeys(
            str(one).strip() if isinstance(one, str | int) and not isinstance(one, bool) else "" for one in listed
        )
    )
    if any(not id_ or "," in id_ for id_ in ids):
        raise InvalidSetting(
            Phrase(
                "есть пустой идентификатор, не текст или запятая в нём: назовите тенанты как в движке; пустой "
                "список означает "
                "все",
                "holds an empty id, one that is no text, or one with a comma: name each tenant as the engine does; an "
                "empty list means all",
            )
        )
    for id_ in ids:
        prove_length(id_, most=LONGEST_TENANT)
    return ids
