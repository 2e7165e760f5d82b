"""Texts for causes in the ledger: its file and disk, its database, another program that has it."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Explanation
from worker.words.documents import LOST
from worker.words.phrase import Phrase

OF_THE_LEDGER: Mapping[Cause, Explanation] = {
    Cause.DISK_FULL: Explanation(
        Phrase(
            "на диске журнала нет места{at}{free}: {said}",
            "the disk of the ledger is full{at}{free}: {said}",
        ),
        Phrase(
            "Освободите место на этом диске (df -h). Работающий воркер продолжит сам, завершившийся запустите снова",
            "Free space on this disk (df -h). A running worker then resumes by itself, start one that has ended again",
        ),
    ),
    Cause.DISK_FAILED: Explanation(
        Phrase(
            "не удаётся читать или писать файл журнала{at}{free}: {said}",
            "the file of the ledger cannot be read or written{at}{free}: {said}",
        ),
        Phrase(
            "Проверьте диск (dmesg, df -h), квоту, предел размера файлов, права на файл и папку",
            "Check the disk (dmesg, df -h), the quota, the limit of file sizes, the rights of file and folder",
        ),
    ),
    Cause.LEDGER_DAMAGED: Explanation(
        Phrase(
            "файл журнала повреждён, или это не журнал{at}: {said}",
            "the file of the ledger is damaged, or is not a ledger{at}: {said}",
        ),
        Phrase(
            "Восстановите его из резервной копии или исправьте {address}",
            "Restore it from a backup, or correct {address}",
        ),
    ),
    Cause.LEDGER_REPLACED: Explanation(
        Phrase(
            "файл журнала удалён или заменён во время работы{at}",
            "the file of the ledger was deleted or replaced while the worker runs{at}",
        ),
        Phrase(
            f"Остановите воркер, верните файл или резервную копию на место и запустите снова. Если их нет: {LOST}",
            f"Stop the worker, put the file or a backup in its place, and start again. If there is neither: {LOST}",
        ),
    ),
    Cause.LEDGER_LOCKED: Explanation(
        Phrase(
            "файл журнала занят другой программой{at}: {said}",
            "another program keeps the file of the ledger locked{at}: {said}",
        ),
        Phrase(
            "Завершите программу, которая держит файл открытым, например sqlite3: её покажет fuser или lsof",
            "End the program that keeps the file open, for example sqlite3: fuser or lsof names it",
        ),
        passes=True,
    ),
    Cause.DATABASE_LOCKED: Explanation(
        Phrase(
            "другая сессия PostgreSQL держит таблицу журнала заблокированной{at}: {said}",
            "another session of PostgreSQL keeps a table of the ledger locked{at}: {said}",
        ),
        Phrase(
            "Завершите транзакцию, которая держит блокировку: её покажут pg_locks и pg_stat_activity",
            "End the transaction that holds the lock: pg_locks and pg_stat_activity name it",
        ),
        passes=True,
    ),
    Cause.LEDGER_IN_USE: Explanation(
        Phrase("журнал занят другим `run`{at}: {said}", "the ledger is in use by another `run`{at}: {said}"),
        Phrase(
            "Один журнал обслуживает один процесс: остановите другой или задайте этому свой ledger.url",
            "One ledger serves one process: stop the other one, or give this one a ledger.url of its own",
        ),
    ),
    Cause.LEDGER_NEWER: Explanation(
        Phrase(
            "журнал записан более новой версией программы{at}: {said}",
            "the ledger was written by a newer version of the program{at}: {said}",
        ),
        Phrase("Установите ту версию снова; журнал не изменён", "Install that version again; the ledger is unchanged"),
    ),
    Cause.DATABASE_UNREACHABLE: Explanation(
        Phrase(
            "база журнала (PostgreSQL) недоступна{at}: {said}",
            "the database of the ledger (PostgreSQL) is unreachable{at}: {said}",
        ),
        Phrase(
            "Запустите PostgreSQL, проверьте сеть и адрес в {address}",
            "Start PostgreSQL, check the network and the address in {address}",
        ),
        passes=True,
    ),
    Cause.DATABASE_STARTING: Explanation(
        Phrase(
            "база журнала (PostgreSQL) ещё запускается или восстанавливается после сбоя{at}: {said}",
            "the database of the ledger (PostgreSQL) is still starting, or recovers after a crash{at}: {said}",
        ),
        Phrase(
            "Подождите: работающий воркер продолжит автоматически, завершившийся запустите, когда PostgreSQL будет "
            "готов. Если это длится долго, посмотрите лог сервера; сервер-реплика (standby) для журнала не подходит",
            "Wait: a running worker resumes by itself, start one that has ended once PostgreSQL is ready. If it takes "
            "long, see the server's log; a standby server does not do for the ledger",
        ),
        passes=True,
    ),
    Cause.DATABASE_OPTION: Explanation(
        Phrase(
            "параметр в адресе журнала не подходит PostgreSQL{at}: {said}",
            "a parameter in the ledger's address does not fit PostgreSQL{at}: {said}",
        ),
        Phrase(
            "Исправьте то, что стоит в {address} после знака ?, например ?sslmode=require",
            "Correct what follows the ? in {address}, such as ?sslmode=require",
        ),
    ),
    Cause.DATABASE_NO_TLS: Explanation(
        Phrase(
            "PostgreSQL работает без TLS, а {address} требует его{at}: {said}",
            "PostgreSQL runs without TLS, but {address} requires it{at}: {said}",
        ),
        Phrase(
            "Включите TLS на сервере (ssl = on в postgresql.conf) или, если сеть до него своя, уберите sslmode из "
            "{address}",
            "Switch TLS on at the server (ssl = on in postgresql.conf) or, if the network to it is your own, remove "
            "sslmode from {address}",
        ),
    ),
    Cause.DATABASE_CERTIFICATE: Explanation(
        Phrase(
            "сертификат PostgreSQL не прошёл проверку: издатель неизвестен, срок истёк или имя другое{at}: {said}",
            "the certificate of PostgreSQL was not accepted: unknown authority, expired, or another name{at}: {said}",
        ),
        Phrase(
            "Укажите в {address} файл издателя (sslrootcert=…) и хост, на который выписан сертификат, или обновите "
            "сертификат сервера",
            "Name in {address} the authority's file (sslrootcert=…) and the host that the certificate is for, or renew "
            "the server's certificate",
        ),
    ),
    Cause.DATABASE_CLIENT_CERTIFICATE: Explanation(
        Phrase(
            "PostgreSQL не принимает сертификат воркера, или его нет{at}: {said}",
            "PostgreSQL does not accept the worker's certificate, or there is none{at}: {said}",
        ),
        Phrase(
            "Укажите в {address} действующий сертификат (sslcert=…) и ключ (sslkey=…) от издателя, которому сервер "
            "доверяет (ssl_ca_file); заменённые файлы воркер прочитает сам",
            "Name in {address} a valid certificate (sslcert=…) and key (sslkey=…) of an authority that the server "
            "trusts (ssl_ca_file); the worker reads replaced files by itself",
        ),
    ),
    Cause.DATABASE_TLS_FILES: Explanation(
        Phrase(
            "не прочитать файл, с которым воркер соединяется с PostgreSQL по TLS{at}: {said}",
            "a file for TLS to PostgreSQL cannot be used{at}: {said}",
        ),
        Phrase(
            "Исправьте этот файл или его права, воркер прочитает его сам; или путь в {address} (sslrootcert, sslcert, "
            "sslkey)",
            "Correct this file or its permissions, the worker reads it by itself; or its path in {address} "
            "(sslrootcert, sslcert, sslkey)",
        ),
        passes=True,
    ),
    Cause.DATABASE_TLS: Explanation(
        Phrase(
            "не удалось установить защищённое соединение (TLS) с PostgreSQL{at}: {said}",
            "no secure connection (TLS) to PostgreSQL{at}: {said}",
        ),
        Phrase(
            "Сверьте TLS на сервере (ssl_min_protocol_version, ssl_ciphers) с тем, что стоит в {address}; посмотрите "
            "лог сервера",
            "Compare TLS at the server (ssl_min_protocol_version, ssl_ciphers) with what {address} says; see the "
            "server's log",
        ),
    ),
    Cause.DATABASE_LOGIN: Explanation(
        Phrase(
            "PostgreSQL не принимает имя или пароль воркера{at}: {said}",
            "PostgreSQL does not accept the worker's user or password{at}: {said}",
        ),
        Phrase(
            "Исправьте пользователя или пароль в {address} (особые знаки пишутся как %40) или заведите такого: "
            "CREATE ROLE … LOGIN PASSWORD …",
            "Correct user or password in {address} (special characters are written like %40), or make this user: "
            "CREATE ROLE … LOGIN PASSWORD …",
        ),
    ),
    Cause.DATABASE_HBA: Explanation(
        Phrase(
            "pg_hba.conf на сервере PostgreSQL не разрешает воркеру войти{at}: {said}",
            "pg_hba.conf of PostgreSQL does not let the worker in{at}: {said}",
        ),
        Phrase(
            "Добавьте в pg_hba.conf строку для этих хоста, пользователя и базы и перечитайте файл (pg_ctl reload). "
            "Если строка есть, но с hostssl, добавьте в {address} ?sslmode=require",
            "Add a line for this host, user and database to pg_hba.conf, and reload it (pg_ctl reload). If there is "
            "one with hostssl, add ?sslmode=require to {address}",
        ),
    ),
    Cause.DATABASE_MISSING: Explanation(
        Phrase(
            "базы журнала нет на сервере PostgreSQL{at}: {said}",
            "the database of the ledger does not exist in PostgreSQL{at}: {said}",
        ),
        Phrase(
            f"Исправьте имя базы в {{address}} или создайте её (CREATE DATABASE). Если она была: {LOST}",
            f"Correct the database's name in {{address}}, or make it (CREATE DATABASE). If there was one: {LOST}",
        ),
    ),
    Cause.DATABASE_RIGHTS: Explanation(
        Phrase(
            "пользователю PostgreSQL не хватает прав в базе журнала{at}: {said}",
            "the user of PostgreSQL lacks rights in the database of the ledger{at}: {said}",
        ),
        Phrase(
            "Сделайте этого пользователя владельцем таблиц журнала; для входа в базу ему нужно право CONNECT",
            "Make this user the owner of the ledger's tables; to enter the database it needs the right CONNECT",
        ),
    ),
    Cause.DATABASE_CONNECTIONS: Explanation(
        Phrase(
            "у PostgreSQL не осталось свободных подключений{at}: {said}",
            "PostgreSQL has no connection left{at}: {said}",
        ),
        Phrase(
            "Завершите лишние сессии (их покажет pg_stat_activity) или увеличьте max_connections, у роли и базы — "
            "CONNECTION LIMIT: один воркер занимает до 24 подключений",
            "End sessions that nobody needs (pg_stat_activity names them), or raise max_connections, or the CONNECTION "
            "LIMIT of role and database: one worker takes up to 24 connections",
        ),
        passes=True,
    ),
    Cause.LEDGER_AWAY: Explanation(
        Phrase("журнал недоступен{at}: {said}", "the ledger cannot be used{at}: {said}"),
        Phrase(
            "Устраните причину, которую назвала база данных; посмотрите её лог",
            "Fix the cause that the database names; see its log",
        ),
        passes=True,
    ),
}
