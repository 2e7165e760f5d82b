"""Why a call failed, as language-neutral codes: the clients set them, `worker.words.causes` puts them in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Cause(StrEnum):
    """Why a call failed. Each cause has one name in log, page and documentation, one sentence and one cure."""

    # --- no connection to the side ---
    REFUSED = "refused"
    UNKNOWN_NAME = "unknown_name"
    NO_ROUTE = "no_route"
    CONNECT_TIMEOUT = "connect_timeout"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_LOGIN = "proxy_login"
    PROXY_REFUSED = "proxy_refused"
    TLS_AUTHORITY = "tls_authority"
    TLS_NAME = "tls_name"
    TLS_EXPIRED = "tls_expired"
    TLS_FAILED = "tls_failed"
    TLS_CLIENT_MISSING = "tls_client_missing"
    TLS_CLIENT = "tls_client"
    TLS_CLIENT_ENDED = "tls_client_ended"
    TLS_FILES = "tls_files"
    PLAIN_HTTP = "plain_http"
    # --- connected, but no answer could be read ---
    TLS_EXPECTED = "tls_expected"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    ANSWER_TOO_LONG = "answer_too_long"
    ANSWER_ENCODED = "answer_encoded"
    # --- something in front of the side, or in its place, answered ---
    MOVED = "moved"
    NO_JSON = "no_json"
    NO_FILE = "no_file"
    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"
    GATEWAY = "gateway"
    TOO_MANY = "too_many"
    ODD_ANSWER = "odd_answer"
    # --- the portal refused the call ---
    NO_REST = "no_rest"
    WEBHOOK_UNKNOWN = "webhook_unknown"
    WEBHOOK_EXPIRED = "webhook_expired"
    SCOPE_MISSING = "scope_missing"
    NOT_ADMIN = "not_admin"
    USER_BLOCKED = "user_blocked"
    DENIED = "denied"
    HTTPS_REQUIRED = "https_required"
    PORTAL_CLOSED = "portal_closed"
    METHOD_MISSING = "method_missing"
    LIMIT = "limit"
    OPERATION_LIMIT = "operation_limit"
    OVERLOAD = "overload"
    REJECTED = "rejected"
    MODULE_SAYS = "module_says"
    UNCLEAR = "unclear"
    # --- the answer to a look-up proves nothing ---
    NO_WITNESS = "no_witness"
    LIST_BEHIND = "list_behind"
    CUT_SHORT = "cut_short"
    FILTER_IGNORED = "filter_ignored"
    MALFORMED = "malformed"
    # --- the engine refused the call ---
    ENGINE_PATH = "engine_path"
    ENGINE_LOGIN = "engine_login"
    ENGINE_NO_LOGIN = "engine_no_login"
    ENGINE_TOKEN = "engine_token"  # noqa: S105 - no password
    ENGINE_FILE_TOKEN = "engine_file_token"  # noqa: S105 - likewise
    ENGINE_RIGHTS = "engine_rights"
    ENGINE_TOO_OLD = "engine_too_old"
    ENGINE_SAYS = "engine_says"
    OUTCOME_REFUSED = "outcome_refused"
    INSTANCE_SUSPENDED = "instance_suspended"
    # --- there is nothing to log in to the engine with ---
    TOKEN_FILE = "token_file"  # noqa: S105 - likewise
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - likewise
    TOKEN_ODD = "token_odd"  # noqa: S105 - likewise
    TOKEN_FAILED = "token_failed"  # noqa: S105 - likewise
    # --- the ledger ---
    DISK_FULL = "disk_full"
    DISK_FAILED = "disk_failed"
    LEDGER_DAMAGED = "ledger_damaged"
    LEDGER_REPLACED = "ledger_replaced"
    LEDGER_LOCKED = "ledger_locked"
    LEDGER_IN_USE = "ledger_in_use"
    LEDGER_NEWER = "ledger_newer"
    DATABASE_UNREACHABLE = "database_unreachable"
    DATABASE_STARTING = "database_starting"
    DATABASE_OPTION = "database_option"
    DATABASE_NO_TLS = "database_no_tls"
    DATABASE_CERTIFICATE = "database_certificate"
    DATABASE_CLIENT_CERTIFICATE = "database_client_certificate"
    DATABASE_TLS_FILES = "database_tls_files"
    DATABASE_TLS = "database_tls"
    DATABASE_LOGIN = "database_login"
    DATABASE_HBA = "database_hba"
    DATABASE_MISSING = "database_missing"
    DATABASE_RIGHTS = "database_rights"
    DATABASE_CONNECTIONS = "database_connections"
    DATABASE_LOCKED = "database_locked"
    LEDGER_AWAY = "ledger_away"
    # --- a side answers, but not what can be right ---
    TASKS_GONE = "tasks_gone"
    STEPS_GONE = "steps_gone"
    LOCKED_UNKNOWN = "locked_unknown"
    LOCKED_BY_STRANGER = "locked_by_stranger"
    LEDGER_NEW = "ledger_new"
    CLOCK_JUMPED = "clock_jumped"
    CHANGES_MISSED = "changes_missed"
    PORTAL_SLOW = "portal_slow"
    ENGINE_SLOW = "engine_slow"
    LEDGER_SLOW = "ledger_slow"
    MACHINE_BUSY = "machine_busy"
    PORTAL_CLOCK_JUMPED = "portal_clock_jumped"


Side = Literal["portal", "engine", "ledger"]
Party = Literal["portal", "engine", "ledger", "token"]
"""Who is called: a side, or the token server that belongs to the engine's side."""
OVERLOADED = (502, 503, 504)
TLS_EXPECTED_WORDS = ("plain http request was sent to https port", "speaking plain http to an ssl-enabled server")
"""What nginx and Apache write when they receive plain HTTP on a TLS port; both answer with a page and status 400."""


TLS_CLIENT_WORDS = ("no required ssl certificate was sent", "the ssl certificate error")
"""What nginx writes, with a page and status 400, when it misses our certificate or does not accept it."""
OF_OUR_FILES = frozenset({Cause.TLS_AUTHORITY, Cause.TLS_CLIENT, Cause.TLS_FILES})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed call, or what is wrong with all. `call`: the method. `place`: its host and port, or the ledger's file.

    `said`: the side's own words, or the path of our own file to blame. `code`: the portal's error code. `size`: bytes
    of the answer; `sent`: bytes of the request's body; `free`: bytes free on the ledger's disk. `took`: seconds that a
    call takes; `usual`: that it usually takes; `at_once`: calls that may be made at once; `stretch`: how many times
    longer computing lasts on this machine than it should. A fact that is not known is empty or None.
    """

    side: Party
    cause: Cause
    call: str = ""
    place: str = ""
    said: str = ""
    code: str = ""
    status: int | None = None
    size: int | None = None
    sent: int | None = None
    free: int | None = None
    took: float | None = None
    usual: float | None = None
    at_once: int | None = None
    stretch: float | None = None


def of_status(status: int, said: str) -> Cause:
    """The cause of an answer that something in front of the side gave. `said`: the words of the answer."""
    if any(words in said.lower() for words in TLS_EXPECTED_WORDS):
        return Cause.TLS_EXPECTED
    if any(words in said.lower() for words in TLS_CLIENT_WORDS):
        return Cause.TLS_CLIENT
    if 300 <= status < 400:
        return Cause.MOVED
    if status in OVERLOADED:
        return Cause.GATEWAY
    return {403: Cause.FORBIDDEN, 405: Cause.FORBIDDEN, 413: Cause.TOO_LARGE, 429: Cause.TOO_MANY}.get(
        status, Cause.NO_JSON
    )
