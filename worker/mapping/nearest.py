"""Finds the known name that an unknown name was probably meant for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from worker.mapping.marks import bare

CUTOFF = 0.8
"""The least similarity, from 0 to 1: `bitrix_create_tsk` is near `bitrix_create_task`, `billing_create_task` is not."""


def nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """The most similar known name, ignoring case and punctuation; None: none is near.

    If known names differ only in case and punctuation, the last one counts.
    """
    spelled = {bare(one): one for one in known}
    close = difflib.get_close_matches(bare(name), spelled, 1, cutoff)
    return spelled[close[0]] if close else None


def with_nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str:
    """Such as `UF_CONTARCT → UF_CONTRACT?`; the name alone if none is near."""
    meant = nearest(name, known, cutoff=cutoff)
    return f"{name} → {meant}?" if meant else name
