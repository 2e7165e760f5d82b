"""Each cause in a few words, for the first sentence of page and `status`; the whole sentence follows there."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.causes import KNOWN, SIDES
from worker.words.headline import DOWN
from worker.words.phrase import Phrase

CERTIFICATE = Phrase("{side} показывает негодный сертификат", "{side} shows a certificate that is not valid")
CLIENT_CERTIFICATE = Phrase("{side} не принимает сертификат воркера", "{side} does not accept the worker's certificate")
PROXY = Phrase("прокси не пропускает запросы: {side}", "a proxy lets nothing through to {side}")
WRONG_ADDRESS = Phrase("неверный адрес: {side}", "the address of {side} is wrong")
NO_TOKEN = Phrase("нет токена для движка", "there is no token for the engine")
UNRELIABLE = Phrase("список задач портала ненадёжен", "the portal's list of tasks is unreliable")
BRIEF: Mapping[Cause, Phrase] = {
    Cause.REFUSED: Phrase("{side} не принимает соединений", "{side} refuses connections"),
    Cause.UNKNOWN_NAME: Phrase("DNS не знает имени узла: {side}", "DNS does not know the host of {side}"),
    Cause.PROXY_UNREACHABLE: Phrase("прокси недоступен: {side}", "the proxy to {side} is unreachable"),
    Cause.PROXY_LOGIN: Phrase(
        "прокси требует имя и пароль: {side}", "the proxy to {side} wants a user name and password"
    ),
    Cause.PROXY_REFUSED: PROXY,
    Cause.TLS_AUTHORITY: Phrase(
        "{side} показывает сертификат неизвестного издателя", "{side} shows a certificate of an unknown authority"
    ),
    Cause.TLS_NAME: Phrase("{side} показывает сертификат на другое имя", "{side} shows a certificate for another name"),
    Cause.TLS_EXPIRED: CERTIFICATE,
    Cause.TLS_FAILED: Phrase("нет защищённого соединения (TLS): {side}", "no secure connection (TLS) to {side}"),
    Cause.TLS_CLIENT_MISSING: Phrase("{side} требует сертификат клиента", "{side} wants a client certificate"),
    Cause.TLS_CLIENT: CLIENT_CERTIFICATE,
    Cause.TLS_CLIENT_ENDED: Phrase("сертификат воркера истёк", "the worker's certificate has expired"),
    Cause.TLS_FILES: Phrase("не прочитать файлы TLS: {side}", "the files for TLS to {side} cannot be read"),
    Cause.PLAIN_HTTP: WRONG_ADDRESS,
    Cause.TLS_EXPECTED: WRONG_ADDRESS,
    Cause.NO_ANSWER: Phrase("{side} не отвечает вовремя", "{side} does not answer in time"),
    Cause.MOVED: Phrase("{side} переехал на другой адрес", "{side} has moved to another address"),
    Cause.ANSWER_ENCODED: Phrase("прокси сжимает ответы: {side}", "a proxy compresses the answers of {side}"),
    Cause.FORBIDDEN: PROXY,
    Cause.TOO_MANY: Phrase("{side} ограничивает число запросов", "{side} limits the number of requests"),
    Cause.NO_REST: WRONG_ADDRESS,
    Cause.WEBHOOK_UNKNOWN: Phrase("вебхук отозван или указан неверно", "the webhook is revoked or mistyped"),
    Cause.WEBHOOK_EXPIRED: Phrase("срок вебхука истёк", "the webhook has expired"),
    Cause.SCOPE_MISSING: Phrase("вебхуку не хватает права", "the webhook lacks a scope"),
    Cause.NOT_ADMIN: Phrase("владелец вебхука не администратор", "the webhook's owner is not an administrator"),
    Cause.USER_BLOCKED: Phrase("владельцу вебхука закрыт доступ", "the webhook's owner has no access"),
    Cause.DENIED: Phrase("портал отказал в доступе", "the portal denied access"),
    Cause.HTTPS_REQUIRED: Phrase("портал требует https", "the portal requires https"),
    Cause.PORTAL_CLOSED: Phrase(
        "портал закрыт или лицензия истекла", "the portal is closed or its licence has expired"
    ),
    Cause.METHOD_MISSING: Phrase("портал не знает нужного метода", "the portal lacks a method"),
    Cause.LIMIT: Phrase("портал ограничивает частоту запросов", "the portal limits the rate of requests"),
    Cause.OPERATION_LIMIT: Phrase("время выполнения на портале исчерпано", "the portal's execution time is used up"),
    Cause.OVERLOAD: Phrase(
        "портал заблокировал REST из-за нагрузки", "the portal has blocked REST because of its load"
    ),
    Cause.REJECTED: Phrase("портал отклоняет данные", "the portal rejects the data"),
    Cause.NO_WITNESS: UNRELIABLE,
    Cause.LIST_BEHIND: UNRELIABLE,
    Cause.CUT_SHORT: UNRELIABLE,
    Cause.FILTER_IGNORED: UNRELIABLE,
    Cause.ENGINE_PATH: Phrase("по адресу движка нет его REST", "no engine REST API answers at the engine's address"),
    Cause.ENGINE_LOGIN: Phrase("движок не принимает имя и пароль", "the engine does not accept name and password"),
    Cause.ENGINE_NO_LOGIN: Phrase("движок требует входа", "the engine wants a log-in"),
    Cause.ENGINE_TOKEN: Phrase("движок не принимает токен", "the engine does not accept the token"),
    Cause.ENGINE_FILE_TOKEN: Phrase(
        "движок не принимает токен из файла", "the engine does not accept the token from the file"
    ),
    Cause.ENGINE_RIGHTS: Phrase("воркеру не хватает прав в движке", "the worker lacks permissions in the engine"),
    Cause.ENGINE_TOO_OLD: Phrase("движок слишком старый", "the engine is too old"),
    Cause.OUTCOME_REFUSED: Phrase("движок не принимает итог шага", "the engine refuses the outcome of a step"),
    Cause.INSTANCE_SUSPENDED: Phrase("процесс приостановлен", "the process is suspended"),
    Cause.TOKEN_FILE: NO_TOKEN,
    Cause.TOKEN_REFUSED: Phrase("сервер токенов не выдаёт токен", "the token server issues no token"),
    Cause.TOKEN_ODD: NO_TOKEN,
    Cause.TOKEN_FAILED: NO_TOKEN,
    Cause.DISK_FULL: Phrase("на диске журнала нет места", "the ledger's disk is full"),
    Cause.DISK_FAILED: Phrase(
        "не прочитать или не записать файл журнала", "the ledger's file cannot be read or written"
    ),
    Cause.LEDGER_DAMAGED: Phrase("файл журнала повреждён", "the ledger's file is damaged"),
    Cause.LEDGER_REPLACED: Phrase("файл журнала удалён или подменён", "the ledger's file was deleted or replaced"),
    Cause.LEDGER_LOCKED: Phrase("файл журнала заблокирован", "the ledger's file is locked"),
    Cause.LEDGER_IN_USE: Phrase("журнал занят другим воркером", "the ledger is in use by another worker"),
    Cause.LEDGER_NEWER: Phrase("журнал создан более новой версией", "the ledger is of a newer version"),
    Cause.DATABASE_UNREACHABLE: Phrase("база журнала недоступна", "the ledger's database is unreachable"),
    Cause.DATABASE_STARTING: Phrase("база журнала ещё запускается", "the ledger's database is still starting"),
    Cause.DATABASE_OPTION: Phrase("неверный параметр в адресе журнала", "a parameter of the ledger's address is wrong"),
    Cause.DATABASE_NO_TLS: Phrase("PostgreSQL работает без TLS", "PostgreSQL runs without TLS"),
    Cause.DATABASE_CERTIFICATE: Phrase(
        "PostgreSQL показывает негодный сертификат", "PostgreSQL shows a certificate that is not valid"
    ),
    Cause.DATABASE_CLIENT_CERTIFICATE: Phrase(
        "PostgreSQL не принимает сертификат воркера", "PostgreSQL does not accept the worker's certificate"
    ),
    Cause.DATABASE_TLS_FILES: Phrase(
        "не прочитать файлы TLS для PostgreSQL", "the files for TLS to PostgreSQL cannot be read"
    ),
    Cause.DATABASE_TLS: Phrase("нет защищённого соединения с PostgreSQL", "no secure connection (TLS) to PostgreSQL"),
    Cause.DATABASE_LOGIN: Phrase(
        "PostgreSQL не принимает имя и пароль", "PostgreSQL does not accept name and password"
    ),
    Cause.DATABASE_HBA: Phrase("pg_hba.conf не пускает воркера", "pg_hba.conf does not let the worker in"),
    Cause.DATABASE_MISSING: Phrase("в PostgreSQL нет базы журнала", "PostgreSQL has no database of the ledger"),
    Cause.DATABASE_LOCKED: Phrase("таблица журнала заблокирована", "a table of the ledger is locked"),
    Cause.DATABASE_RIGHTS: Phrase("воркеру не хватает прав в PostgreSQL", "the worker lacks rights in PostgreSQL"),
    Cause.DATABASE_CONNECTIONS: Phrase("в PostgreSQL кончились подключения", "PostgreSQL has no connection left"),
}

HARMED = frozenset({Cause.LEDGER_DAMAGED, Cause.LEDGER_REPLACED, Cause.DISK_FAILED})
"""Of them nobody can say that nothing is lost: what the ledger had may be."""


def brief(side: str, cause: str | None) -> Phrase:
    """What is the matter with a side, in a few words. `cause`: its name; None, or one of a later version: unknown."""
    said = BRIEF.get(Cause(cause)) if cause in KNOWN else None
    return said.format(side=SIDES[side]) if said else DOWN[side]
