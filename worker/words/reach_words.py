"""Texts for causes on the way to a side: no connection, no answer, or an answer from something in front of it."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
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
            "имя узла не найдено в DNS{at}: {side} недоступен",
            "DNS does not know the host name{at}: {side} is unreachable",
        ),
        Phrase("Исправьте {address} или настройку DNS этой машины", "Correct {address}, or this machine's DNS"),
        passes=True,
    ),
    Cause.NO_ROUTE: Explanation(
        Phrase(
            "соединение не устанавливается{at}: {side} недоступен",
            "no connection can be made{at}: {side} is unreachable",
        ),
        Phrase("Проверьте сеть и файрвол между ним и воркером", "Check network and firewall on the way to it"),
        passes=True,
    ),
    Cause.CONNECT_TIMEOUT: Explanation(
        Phrase("{side} не отвечает на попытку соединения{at}", "{side} does not answer the attempt to connect{at}"),
        Phrase("Проверьте адрес в {address}, сеть и файрвол", "Check the address in {address}, network and firewall"),
        passes=True,
    ),
    Cause.PROXY_UNREACHABLE: Explanation(
        Phrase("нет соединения с прокси{at}", "no connection to the proxy{at}"),
        Phrase("Запустите прокси или исправьте {proxy}", "Start the proxy, or correct {proxy}"),
        passes=True,
    ),
    Cause.PROXY_LOGIN: Explanation(
        Phrase(
            "прокси{at} требует имя и пароль (HTTP 407)", "the proxy{at} wants a user name and a password (HTTP 407)"
        ),
        Phrase("Укажите верные имя и пароль в {proxy}", "Put the right ones into {proxy}"),
    ),
    Cause.PROXY_REFUSED: Explanation(
        Phrase(
            "прокси{at} не пропускает к этому адресу{http}", "the proxy{at} lets nothing through to this address{http}"
        ),
        Phrase("Разрешите адрес в правилах прокси или измените {proxy}", "Allow it in the proxy, or change {proxy}"),
        passes=True,
    ),
    Cause.TLS_AUTHORITY: Explanation(
        Phrase(
            "{side} показывает сертификат, издателю которого здесь не доверяют{at}",
            "{side} shows a certificate of an authority that is not trusted here{at}",
        ),
        Phrase(
            "Укажите в {ca_file} файл PEM с сертификатом вашего центра, либо исправьте цепочку на сервере",
            "Name a PEM file with your authority's certificate in {ca_file}, or fix the server's chain",
        ),
    ),
    Cause.TLS_NAME: Explanation(
        Phrase("{side} показывает сертификат на другое имя{at}", "{side} shows a certificate for another name{at}"),
        Phrase(
            "Напишите в {address} имя из сертификата или выпустите его на это имя",
            "Write the certificate's name into {address}, or issue one for this name",
        ),
    ),
    Cause.TLS_EXPIRED: Explanation(
        Phrase(
            "{side} показывает сертификат, который сейчас не действует{at}",
            "{side} shows a certificate that is not valid now{at}",
        ),
        Phrase(
            "Продлите сертификат сервера; проверьте часы обеих машин",
            "Renew the server's certificate; check both machines' clocks",
        ),
    ),
    Cause.TLS_FAILED: Explanation(
        Phrase(
            "защищённое соединение (TLS) не устанавливается{at}: {side} прервал его",
            "no secure connection (TLS) comes about{at}: {side} has ended it",
        ),
        Phrase(
            "Проверьте TLS на сервере: версии, сертификат и что стоит перед ним",
            "Check TLS on the server: versions, certificate, and what stands before it",
        ),
        passes=True,
    ),
    Cause.PLAIN_HTTP: Explanation(
        Phrase(
            "на этом порту{at} нет TLS: {side} отвечает обычным HTTP",
            "there is no TLS on this port{at}: {side} speaks plain HTTP",
        ),
        Phrase("Напишите в {address} http:// или порт с TLS", "Write http:// into {address}, or a TLS port"),
    ),
    Cause.TLS_EXPECTED: Explanation(
        Phrase(
            "этот порт{at} принимает только TLS: {side} не отвечает по http://",
            "this port{at} takes TLS only: {side} does not answer http://",
        ),
        Phrase("Напишите в {address} https://", "Write https:// into {address}"),
    ),
    Cause.NO_ANSWER: Explanation(
        Phrase("{side} не ответил вовремя{at}", "{side} has not answered in time{at}"),
        Phrase(
            "Проверьте нагрузку и журнал сервера, сеть до него",
            "Check the server's load and log, and the network to it",
        ),
        passes=True,
    ),
    Cause.CLOSED: Explanation(
        Phrase(
            "соединение закрыто без ответа{at}: {side} или то, что перед ним",
            "the connection was closed without an answer{at}: {side}, or what is before it",
        ),
        Phrase("Проверьте журнал сервера и прокси перед ним", "See its log, and its proxy's"),
        passes=True,
    ),
    Cause.ANSWER_TOO_LONG: Explanation(
        Phrase(
            "{side} отвечает длиннее, чем воркер читает{at}", "the answer of {side} is longer than the worker reads{at}"
        ),
        Phrase("Проверьте, что по этому адресу отвечает именно он", "See that it is really this side that answers"),
        passes=True,
    ),
    Cause.ANSWER_ENCODED: Explanation(
        Phrase(
            "ответ сжат, хотя запрошен несжатый{at}", "the answer is compressed, though a plain one was asked for{at}"
        ),
        Phrase("Отключите сжатие в прокси перед сервером", "Turn compression off in the proxy before it"),
    ),
    Cause.MOVED: Explanation(
        Phrase("{side} отсылает на другой адрес{at}{http}", "{side} redirects to another address{at}{http}"),
        Phrase("Напишите в {address} новый адрес", "Write the new address into {address}"),
    ),
    Cause.NO_JSON: Explanation(
        Phrase(
            "вместо JSON — другой ответ{at}{http}{size}: {said}",
            "another answer instead of JSON{at}{http}{size}: {said}",
        ),
        Phrase("Проверьте {address} и что отвечает по этому адресу", "Check {address}, and what answers there"),
        passes=True,
    ),
    Cause.TOO_LARGE: Explanation(
        Phrase(
            "запрос{sent} слишком велик для сервера{at}{http}{size}: {said}",
            "the request{sent} is too large for the server{at}{http}{size}: {said}",
        ),
        Phrase("Увеличьте предел тела запроса на нём", "Raise its limit of a request's body"),
        passes=True,
    ),
    Cause.FORBIDDEN: Explanation(
        Phrase("запрос не пропущен{at}{http}{size}: {said}", "the request was not let through{at}{http}{size}: {said}"),
        Phrase("Проверьте правила прокси или защиты перед сервером", "Check the rules of the proxy before the server"),
        passes=True,
    ),
    Cause.GATEWAY: Explanation(
        Phrase(
            "{side} временно недоступен: за него отвечает прокси или обслуживание{at}{http}{size}: {said}",
            "{side} is away for now: a proxy or its maintenance answers{at}{http}{size}: {said}",
        ),
        Phrase(
            "Дождитесь конца обслуживания или запустите сервер за прокси",
            "Wait for the end of the maintenance, or start the server behind the proxy",
        ),
        passes=True,
    ),
    Cause.TOO_MANY: Explanation(
        Phrase(
            "запросов больше, чем пропускает сервер{at}{http}: {said}",
            "more requests than the server lets through{at}{http}: {said}",
        ),
        Phrase("Ничего: воркер замедлится; или поднимите предел", "Nothing: the worker slows down; or raise it"),
        passes=True,
    ),
    Cause.ODD_ANSWER: Explanation(
        Phrase(
            "ответ не похож на Camunda 7 REST API{at}: {said}",
            "the answer is not that of a Camunda 7 REST API{at}: {said}",
        ),
        Phrase("Проверьте {address} и что отвечает по этому адресу", "Check {address}, and what answers there"),
        passes=True,
    ),
}
