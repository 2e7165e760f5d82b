"""The parameters after the `?` of a ledger's address in PostgreSQL: whether libpq can take them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from worker.config.home_path import home_fault
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase, unchanged

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
OF_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "passfile")
OPTION = unchanged("{name}: {words}")
SYSTEM = "system"
"""As `sslrootcert`: the authorities of the system, which libpq takes only where it verifies the name too."""
UNKNOWN = Phrase(
    "параметра {name} нет в PostgreSQL: исправьте имя{near} или уберите его",
    "PostgreSQL has no parameter {name}: correct its name{near}, or remove it",
)
WRONG_MODE = Phrase("sslmode={given}: допустимо {known}", "sslmode={given}: must be one of {known}")
WEAK_MODE = Phrase(
    "с sslrootcert=system PostgreSQL принимает только sslmode=verify-full",
    "with sslrootcert=system PostgreSQL takes sslmode=verify-full alone",
)


def prove_options(given: Mapping[str, str]) -> None:
    """Raises `InvalidSetting` for the first that cannot be meant."""
    if not given:
        return
    from psycopg.pq import Conninfo  # noqa: PLC0415 - a ledger without parameters starts faster

    known = [one.keyword.decode() for one in Conninfo.get_defaults()]
    if unknown := next((name for name in given if name not in known), None):
        near = difflib.get_close_matches(unknown, known, 1)
        raise InvalidSetting(UNKNOWN.format(name=unknown, near=f" → {near[0]}" if near else ""))
    for name in (one for one in OF_FILES if one in given):
        if phrase := home_fault(given[name]):
            raise InvalidSetting(OPTION.format(name=name, words=phrase))
    mode = given.get("sslmode", SSL_MODES[-1])
    if mode not in SSL_MODES:
        raise InvalidSetting(WRONG_MODE.format(given=mode, known=", ".join(SSL_MODES)))
    if given.get("sslrootcert") == SYSTEM and mode != SSL_MODES[-1]:
        raise InvalidSetting(WEAK_MODE)
