"""Which of the known names was probably meant: told wherever a name is not one of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from worker.mapping.marks import LOOKALIKES, plain

CUTOFF = 0.8
"""How alike two names are, from 0 to 1: `bitrix_create_tsk` is near, `billing_create_task` is not."""


def nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """The known name that is most like this one, however both are written; None: none is near.

    Of known names that differ in case and signs only, the last counts.
    """
    spelled = {_bare(one): one for one in known}
    close = difflib.get_close_matches(_bare(name), spelled, 1, cutoff)
    return spelled[close[0]] if close else None


def with_nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str:
    """Such as `UF_CONTARCT → UF_CONTRACT?`; the bare name where none is near."""
    meant = nearest(name, known, cutoff=cutoff)
    return f"{name} → {meant}?" if meant else name


def _bare(name: str) -> str:
    return "".join(letter for letter in plain(name).translate(LOOKALIKES) if letter.isalnum())
