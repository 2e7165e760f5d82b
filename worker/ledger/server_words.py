"""Finds the cause of a connection that PostgreSQL did not make, in words: the driver gives no code before it is there.

The server's texts are those of PostgreSQL's catalogue of messages, in English and Russian: it chooses the language
(`lc_messages`). Those of its client library, libpq, are in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bitrix.causes import Cause

WORDS: Iterable[tuple[str, Cause]] = (
    (
        r"invalid connection option|invalid \w+ value|invalid integer value|invalid port|weak sslmode",
        Cause.DATABASE_OPTION,
    ),
    (r"invalid SSL protocol version|may not be used with sslrootcert", Cause.DATABASE_OPTION),
    (r"server does not support SSL", Cause.DATABASE_NO_TLS),
    (r"requires a valid client certificate|требуется годный сертификат клиента", Cause.DATABASE_CLIENT_CERTIFICATE),
    (r"certificate authentication failed|\(по сертификату\)|по сертификату:", Cause.DATABASE_CLIENT_CERTIFICATE),
    (r"alert (unknown ca|bad certificate|(unsupported )?certificate)", Cause.DATABASE_CLIENT_CERTIFICATE),
    (r"(certificate|private key) file|locate root certificate", Cause.DATABASE_TLS_FILES),
    (r"certificate verify failed|does not match host name|for a verified SSL connection", Cause.DATABASE_CERTIFICATE),
    (r"SSL error|SSL connection could not|could not (initiate|establish) SSL", Cause.DATABASE_TLS),
    (r"pg_hba\.conf|host rejected|не разрешённый компьютер", Cause.DATABASE_HBA),
    (r"database \"[^\n]*\" does not exist|база данных \"[^\n]*\" не существует", Cause.DATABASE_MISSING),
    (r"authentication failed|does not exist|(no|empty) password|not permitted to log in", Cause.DATABASE_LOGIN),
    (r"прошёл проверку подлинности|не существует|пустой пароль|вход запрещён", Cause.DATABASE_LOGIN),
    (r"permission denied for database|доступ к базе", Cause.DATABASE_RIGHTS),
    (r"too many (clients|connections)|connection slots are reserved", Cause.DATABASE_CONNECTIONS),
    (r"слишком много (клиентов|подключений)|слоты подключений зарезервированы", Cause.DATABASE_CONNECTIONS),
    (r"the database system is shutting down|система баз данных останавливается", Cause.DATABASE_UNREACHABLE),
    (r"the database system is|система баз данных|система БД", Cause.DATABASE_STARTING),
)
"""The first that is found counts. Those of the client come before those of the server, who may say the same."""
ANSWERED = re.compile(r"\b(FATAL|ВАЖНО|ERROR|ОШИБКА):")
"""A server has answered, whatever it said."""


def cause_in(said: str) -> Cause:
    """The cause of a connection that was not made. `said`: the words of the server, or of the driver."""
    found = next((cause for words, cause in WORDS if re.search(words, said)), None)
    return found or (Cause.LEDGER_AWAY if ANSWERED.search(said) else Cause.DATABASE_UNREACHABLE)
