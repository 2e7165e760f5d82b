"""The worker id: stable over restarts, unique among running processes."""

from __future__ import annotations


def own_id(named: str | None, host: str, ledger_id: str) -> str:
    """With a ledger of its own: as it is set, otherwise of host name and ledger."""
    return named or f"{host}-{ledger_id[:8]}"


def shared_id(named: str | None, host: str, slot: object) -> str:
    """With a shared ledger, in which the worker has leased a slot under the name that is set, or its host's."""
    return f"{named or host}-{slot}"
