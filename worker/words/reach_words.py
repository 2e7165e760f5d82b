"""Texts for causes on the way to a side: no connection, no answer, or an answer from something in front of it."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker import PROGRAM
from worker.words.cause_text import Explanation
from worker.words.phrase import Phrase

ON_THE_WAY: Mapping[Cause, Explanation] = {
    Cause.REFUSED: Explanation(
        Phrase(
            "{side} не принимает соединение{at}: порт закрыт", "{side} refuses the connection{at}: the port is closed"
        ),
        Phrase("Запустите его или исправьте адрес в {address}", "Start it, or correct the address in {address}"),
        passes=True,
    ),
    Cause.UNKNOWN_NAME: Explanation(
        Phrase(
            "DNS не знает имя узла{at}: {side} недоступен",
            "DNS does not know the host name{at}: {side} is unreachable",
        ),
        Phrase(
            "Исправьте {address} или настройку DNS этой машины",
            "Correct {address}, or the DNS settings of this machine",
        ),
        passes=True,
    ),
    Cause.NO_ROUTE: Explanation(
        Phrase(
            "не удалось установить соединение{at}: {side} недоступен",
            "no connection could be established{at}: {side} is unreachable",
        ),
        Phrase("Проверьте сеть и файрвол на пути к нему", "Check the network and firewalls on the way to it"),
        passes=True,
    ),
    Cause.CONNECT_TIMEOUT: Explanation(
        Phrase("{side} не отвечает на попытку соединения{at}", "{side} does not respond to the connection attempt{at}"),
        Phrase(
            "Проверьте адрес в {address}, сеть и файрвол", "Check the address in {address}, the network and firewalls"
        ),
        passes=True,
    ),
    Cause.PROXY_UNREACHABLE: Explanation(
        Phrase("не удалось соединиться с прокси{at}", "could not connect to the proxy{at}"),
        Phrase(
            "Запустите прокси или исправьте адрес в {proxy} (если там env — в HTTPS_PROXY или HTTP_PROXY)",
            "Start the proxy, or correct the address in {proxy} (if that is env, in HTTPS_PROXY or HTTP_PROXY)",
        ),
        passes=True,
    ),
    Cause.PROXY_LOGIN: Explanation(
        Phrase(
            "прокси{at} требует имя и пароль (HTTP 407)", "the proxy{at} requires a user name and a password (HTTP 407)"
        ),
        Phrase(
            "Укажите верные имя и пароль в {proxy} (если там env — в HTTPS_PROXY или HTTP_PROXY)",
            "Set the right user name and password in {proxy} (if that is env, in HTTPS_PROXY or HTTP_PROXY)",
        ),
    ),
    Cause.PROXY_REFUSED: Explanation(
        Phrase(
            "прокси{at} не пропускает запросы к этому адресу{http}",
            "the proxy{at} lets no requests through to this address{http}",
        ),
        Phrase(
            "Разрешите адрес в правилах прокси или измените {proxy} (если там env — HTTPS_PROXY или HTTP_PROXY)",
            "Allow the address in the proxy's rules, or change {proxy} (if that is env, HTTPS_PROXY or HTTP_PROXY)",
        ),
        passes=True,
    ),
    Cause.TLS_AUTHORITY: Explanation(
        Phrase(
            "{side} показывает сертификат, издателя которого нет среди доверенных{at}: {said}",
            "{side} shows a certificate whose issuer is not among the trusted ones{at}: {said}",
        ),
        Phrase(
            "Укажите в {ca_file} файл PEM с сертификатом вашего удостоверяющего центра или исправьте цепочку на "
            "сервере",
            "Set {ca_file} to a PEM file with your authority's certificate, or fix the certificate chain on the server",
        ),
    ),
    Cause.TLS_NAME: Explanation(
        Phrase("{side} показывает сертификат на другое имя{at}", "{side} shows a certificate for another name{at}"),
        Phrase(
            "Укажите в {address} имя из сертификата или выпустите сертификат на это имя",
            "Use the certificate's name in {address}, or issue a certificate for this name",
        ),
    ),
    Cause.TLS_EXPIRED: Explanation(
        Phrase(
            "{side} показывает сертификат, который сейчас не действует{at}",
            "{side} shows a certificate that is not valid at this time{at}",
        ),
        Phrase(
            "Продлите сертификат сервера; проверьте часы обеих машин",
            "Renew the server's certificate; check the clocks of both machines",
        ),
    ),
    Cause.TLS_FAILED: Explanation(
        Phrase(
            "не удалось установить защищённое соединение (TLS){at}: {side} прервал его",
            "no secure connection (TLS) could be established{at}: {side} ended it",
        ),
        Phrase(
            "Проверьте TLS на сервере: версии, сертификат, прокси перед ним и не требует ли он сертификат клиента "
            "({client_cert})",
            "Check TLS on the server: versions, certificate, the proxy in front of it, and whether it wants a client "
            "certificate ({client_cert})",
        ),
        passes=True,
    ),
    Cause.TLS_CLIENT_MISSING: Explanation(
        Phrase(
            "{side} требует сертификат клиента{at}{http}, а он не задан",
            "{side} wants a client certificate{at}{http}, and none is set",
        ),
        Phrase(
            "Укажите в {client_cert} сертификат, который {side} принимает, а в {client_key} его ключ",
            "Set {client_cert} to a certificate that {side} accepts, and {client_key} to its key",
        ),
    ),
    Cause.TLS_CLIENT: Explanation(
        Phrase(
            "{side} не принимает наш сертификат клиента{at}{http}: {said}",
            "{side} does not accept our client certificate{at}{http}: {said}",
        ),
        Phrase(
            "Замените в файле из {client_cert} сертификат на выпущенный удостоверяющим центром, которому {side} "
            "доверяет, вместе с ключом; воркер прочитает их сам",
            "Replace the file of {client_cert} by a certificate of an authority that {side} trusts, and its key "
            "likewise; the worker reads them by itself",
        ),
    ),
    Cause.TLS_CLIENT_ENDED: Explanation(
        Phrase(
            "наш сертификат клиента истёк, {side} его не принимает{at}{http}: {said}",
            "our client certificate has ended, {side} does not accept it{at}{http}: {said}",
        ),
        Phrase(
            "Когда файл из {client_cert} обновят, воркер прочитает его сам, без перезапуска. Если его никто не "
            "обновляет, выпустите новый сертификат и замените файл",
            "Once the file of {client_cert} is renewed, the worker reads it by itself, without a restart. If nobody "
            "renews it, issue a new certificate and replace the file",
        ),
        passes=True,
    ),
    Cause.TLS_FILES: Explanation(
        Phrase(
            "нельзя прочитать свой сертификат, ключ или список удостоверяющих центров для TLS{at}: {said}",
            "our own certificate, key or list of authorities for TLS cannot be read{at}: {said}",
        ),
        Phrase(
            "Верните файлы из {ca_file} и {client_cert} и его ключ; воркер прочитает их сам. Что с ними не так, "
            f"говорит {PROGRAM} validate",
            "Put the files of {ca_file} and {client_cert} back, and the key; the worker reads them by itself. "
            f"{PROGRAM} validate says what is wrong with them",
        ),
        passes=True,
    ),
    Cause.PLAIN_HTTP: Explanation(
        Phrase(
            "на этом порту{at} нет TLS: {side} отвечает обычным HTTP",
            "there is no TLS on this port{at}: {side} speaks plain HTTP",
        ),
        Phrase(
            "Если так и задумано, напишите в {address} http:// (для портала — только на этой машине, localhost); иначе "
            "укажите порт с TLS",
            "If that is meant, write http:// in {address} (for the portal only on this machine, localhost); otherwise "
            "use a TLS port",
        ),
    ),
    Cause.TLS_EXPECTED: Explanation(
        Phrase(
            "этот порт{at} принимает только TLS: {side} не отвечает по http://",
            "this port{at} accepts only TLS: {side} does not answer http://",
        ),
        Phrase("Укажите в {address} https://", "Use https:// in {address}"),
    ),
    Cause.NO_ANSWER: Explanation(
        Phrase("{side} не ответил вовремя{at}", "{side} did not answer in time{at}"),
        Phrase(
            "Проверьте нагрузку и лог сервера, сеть до него",
            "Check the server's load and log, and the network to it",
        ),
        passes=True,
    ),
    Cause.CLOSED: Explanation(
        Phrase(
            "{side} или прокси перед ним закрыл соединение без ответа{at}",
            "{side}, or a proxy in front of it, closed the connection without an answer{at}",
        ),
        Phrase(
            "Проверьте лог сервера и прокси перед ним", "Check the log of the server and of the proxy in front of it"
        ),
        passes=True,
    ),
    Cause.ANSWER_TOO_LONG: Explanation(
        Phrase(
            "ответ длиннее, чем воркер читает{at}: отвечает {side} или прокси",
            "the answer is longer than the worker reads{at}: it comes from {side} or a proxy",
        ),
        Phrase("Проверьте, что отвечает по адресу в {address}", "Check what answers at the address in {address}"),
        passes=True,
    ),
    Cause.ANSWER_ENCODED: Explanation(
        Phrase(
            "ответ сжат, хотя воркер просил несжатый{at}",
            "the answer is compressed, though the worker asked for an uncompressed one{at}",
        ),
        Phrase("Отключите сжатие в прокси перед сервером", "Turn compression off in the proxy in front of the server"),
    ),
    Cause.MOVED: Explanation(
        Phrase(
            "{side} перенаправляет на другой адрес{at}{http}: {said}",
            "{side} redirects to another address{at}{http}: {said}",
        ),
        Phrase(
            "Если адрес сменился, укажите в {address} новый; если это страница входа, пропустите воркер мимо неё",
            "If the address has changed, set {address} to the new one; if it is a log-in page, let the worker past it",
        ),
    ),
    Cause.NO_JSON: Explanation(
        Phrase(
            "вместо JSON пришёл другой ответ{at}{http}{size}: {said}",
            "the answer is not JSON{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address} и что отвечает по этому адресу", "Check {address} and what answers there"),
        passes=True,
    ),
    Cause.NO_FILE: Explanation(
        Phrase(
            "вместо файла пришёл другой ответ{at}{http}{size}: {said}",
            "the answer is not the file{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address} и что отвечает по этому адресу", "Check {address} and what answers there"),
        passes=True,
    ),
    Cause.TOO_LARGE: Explanation(
        Phrase(
            "запрос{sent} слишком велик для сервера{at}{http}{size}: {said}",
            "the request{sent} is too large for the server{at}{http}{size}: {said}",
        ),
        Phrase(
            "Увеличьте на сервере предел размера тела запроса",
            "Raise the server's limit for the size of a request body",
        ),
        passes=True,
    ),
    Cause.FORBIDDEN: Explanation(
        Phrase(
            "сервер или прокси не пропустил запрос{at}{http}{size}: {said}",
            "the server or a proxy did not let the request through{at}{http}{size}: {said}",
        ),
        Phrase(
            "Проверьте правила прокси или защиты перед сервером",
            "Check the rules of the proxy or firewall in front of the server",
        ),
        passes=True,
    ),
    Cause.GATEWAY: Explanation(
        Phrase(
            "{side} временно недоступен, вместо него отвечает прокси или страница обслуживания{at}{http}{size}: {said}",
            "{side} is temporarily unavailable, a proxy or a maintenance page answers instead{at}{http}{size}: {said}",
        ),
        Phrase(
            "Дождитесь конца обслуживания или запустите сервер за прокси",
            "Wait for the end of the maintenance, or start the server behind the proxy",
        ),
        passes=True,
    ),
    Cause.TOO_MANY: Explanation(
        Phrase(
            "сервер ограничивает число запросов{at}{http}: {said}",
            "the server limits the number of requests{at}{http}: {said}",
        ),
        Phrase(
            "Ничего делать не нужно, воркер замедлится. Или увеличьте предел на сервере",
            "You need do nothing, the worker slows down. Or raise the server's limit",
        ),
        passes=True,
    ),
    Cause.ODD_ANSWER: Explanation(
        Phrase(
            "ответ не похож на Camunda 7 REST API{at}: {said}",
            "the answer does not look like the Camunda 7 REST API{at}: {said}",
        ),
        Phrase("Проверьте {address} и что отвечает по этому адресу", "Check {address} and what answers there"),
        passes=True,
    ),
}
