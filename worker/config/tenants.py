"""Whose steps this worker serves, where one engine serves several tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Tenants:
    """The tenants named by `ids`; `without`: only steps that belong to no tenant; neither: every step at the engine.

    Never both: the engine would silently go by the ids alone (engine-rest 7.24, `TopicFetchInstruction`), and an empty
    list would mean all tenants there.
    """

    ids: tuple[str, ...] = ()
    without: bool = False

    @property
    def all(self) -> bool:
        return not self.ids and not self.without

    def serve(self, tenant_id: str | None) -> bool:
        """Whether a step of this tenant is ours; None: it belongs to none."""
        if self.without:
            return tenant_id is None
        return self.all or tenant_id in self.ids

    def of_topic(self) -> dict[str, Any]:
        """What a topic of fetchAndLock says about them."""
        if self.without:
            return {"withoutTenantId": True}
        return {"tenantIdIn": list(self.ids)} if self.ids else {}

    def of_query(self) -> dict[str, str]:
        """The same for a query of external tasks. It cannot ask for steps without a tenant: those are to be picked out.

        (`withoutTenantId` is ignored there without a word: Camunda 7.24, Operaton 1.0.)
        """
        return {"tenantIdIn": ",".join(self.ids)} if self.ids else {}

    def __str__(self) -> str:
        """Their ids; `*` for all, `-` for steps that belong to none."""
        return "-" if self.without else ", ".join(self.ids) or "*"


def ids_said(value: object) -> object:
    """A list, or text with commas; ids are told apart from "none said", which would mean all tenants."""
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
                "есть пустой идентификатор или запятая в нём: назовите тенанты как в движке; пустой список означает "
                "все",
                "holds an empty id, or one with a comma: name each tenant as the engine does; an empty list means all",
            )
        )
    return ids
