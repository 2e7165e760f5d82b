"""Causes on the way to a side, in words: nobody was reached, nothing was answered, or something else has answered."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.causes import Cause
from worker.words.cause_text import Told, Words

ON_THE_WAY: Mapping[Cause, Words] = {
    Cause.REFUSED: Words(
        Told("{side} не принимает соединение{at}: порт закрыт", "Запустите его или исправьте адрес в {address}"),
        Told("{side} refuses the connection{at}: the port is closed", "Start it, or correct the address in {address}"),
        passes=True,
    ),
    Cause.UNKNOWN_NAME: Words(
        Told("имя узла не найдено в DNS{at}: {side} недоступен", "Исправьте {address} или настройку DNS этой машины"),
        Told("DNS does not know the host name{at}: {side} is unreachable", "Correct {address}, or this machine's DNS"),
        passes=True,
    ),
    Cause.NO_ROUTE: Words(
        Told("соединение не устанавливается{at}: {side} недоступен", "Проверьте сеть и файрвол между ним и воркером"),
        Told("no connection can be made{at}: {side} is unreachable", "Check network and firewall on the way to it"),
        passes=True,
    ),
    Cause.CONNECT_TIMEOUT: Words(
        Told("{side} не отвечает на попытку соединения{at}", "Проверьте адрес в {address}, сеть и файрвол"),
        Told(
            "{side} does not answer the attempt to connect{at}", "Check the address in {address}, network and firewall"
        ),
        passes=True,
    ),
    Cause.PROXY_UNREACHABLE: Words(
        Told("нет соединения с прокси{at}", "Запустите прокси или исправьте {proxy}"),
        Told("no connection to the proxy{at}", "Start the proxy, or correct {proxy}"),
        passes=True,
    ),
    Cause.PROXY_LOGIN: Words(
        Told("прокси{at} требует имя и пароль (HTTP 407)", "Укажите верные имя и пароль в {proxy}"),
        Told("the proxy{at} wants a user name and a password (HTTP 407)", "Put the right ones into {proxy}"),
    ),
    Cause.PROXY_REFUSED: Words(
        Told("прокси{at} не пропускает к этому адресу{http}", "Разрешите адрес в правилах прокси или измените {proxy}"),
        Told("the proxy{at} lets nothing through to this address{http}", "Allow it in the proxy, or change {proxy}"),
        passes=True,
    ),
    Cause.TLS_AUTHORITY: Words(
        Told(
            "{side} показывает сертификат, издателю которого здесь не доверяют{at}",
            "Укажите в {ca_file} файл PEM с сертификатом вашего центра, либо исправьте цепочку на сервере",
        ),
        Told(
            "{side} shows a certificate of an authority that is not trusted here{at}",
            "Name a PEM file with your authority's certificate in {ca_file}, or fix the server's chain",
        ),
    ),
    Cause.TLS_NAME: Words(
        Told(
            "{side} показывает сертификат на другое имя{at}",
            "Напишите в {address} имя из сертификата или выпустите его на это имя",
        ),
        Told(
            "{side} shows a certificate for another name{at}",
            "Write the certificate's name into {address}, or issue one for this name",
        ),
    ),
    Cause.TLS_EXPIRED: Words(
        Told(
            "{side} показывает сертификат, который сейчас не действует{at}",
            "Продлите сертификат сервера; проверьте часы обеих машин",
        ),
        Told(
            "{side} shows a certificate that is not valid now{at}",
            "Renew the server's certificate; check both machines' clocks",
        ),
    ),
    Cause.TLS_FAILED: Words(
        Told(
            "защищённое соединение (TLS) не устанавливается{at}: {side} прервал его",
            "Проверьте TLS на сервере: версии, сертификат и что стоит перед ним",
        ),
        Told(
            "no secure connection (TLS) comes about{at}: {side} has ended it",
            "Check TLS on the server: versions, certificate, and what stands before it",
        ),
        passes=True,
    ),
    Cause.PLAIN_HTTP: Words(
        Told("на этом порту{at} нет TLS: {side} отвечает обычным HTTP", "Напишите в {address} http:// или порт с TLS"),
        Told(
            "there is no TLS on this port{at}: {side} speaks plain HTTP", "Write http:// into {address}, or a TLS port"
        ),
    ),
    Cause.TLS_EXPECTED: Words(
        Told("этот порт{at} принимает только TLS: {side} не отвечает по http://", "Напишите в {address} https://"),
        Told("this port{at} takes TLS only: {side} does not answer http://", "Write https:// into {address}"),
    ),
    Cause.NO_ANSWER: Words(
        Told("{side} не ответил вовремя{at}", "Проверьте нагрузку и журнал сервера, сеть до него"),
        Told("{side} has not answered in time{at}", "Check the server's load and log, and the network to it"),
        passes=True,
    ),
    Cause.CLOSED: Words(
        Told(
            "соединение закрыто без ответа{at}: {side} или то, что перед ним",
            "Проверьте журнал сервера и прокси перед ним",
        ),
        Told(
            "the connection was closed without an answer{at}: {side}, or what is before it",
            "See its log, and its proxy's",
        ),
        passes=True,
    ),
    Cause.ANSWER_TOO_LONG: Words(
        Told("{side} отвечает длиннее, чем воркер читает{at}", "Проверьте, что по этому адресу отвечает именно он"),
        Told(
            "the answer of {side} is longer than the worker reads{at}", "See that it is really this side that answers"
        ),
        passes=True,
    ),
    Cause.ANSWER_ENCODED: Words(
        Told("ответ сжат, хотя запрошен несжатый{at}", "Отключите сжатие в прокси перед сервером"),
        Told(
            "the answer is compressed, though a plain one was asked for{at}",
            "Turn compression off in the proxy before it",
        ),
    ),
    Cause.MOVED: Words(
        Told("{side} отсылает на другой адрес{at}{http}", "Напишите в {address} новый адрес"),
        Told("{side} redirects to another address{at}{http}", "Write the new address into {address}"),
    ),
    Cause.NO_JSON: Words(
        Told(
            "вместо JSON — другой ответ{at}{http}{size}: {said}", "Проверьте {address} и что отвечает по этому адресу"
        ),
        Told("another answer instead of JSON{at}{http}{size}: {said}", "Check {address}, and what answers there"),
        passes=True,
    ),
    Cause.TOO_LARGE: Words(
        Told("запрос{sent} слишком велик для сервера{at}{http}{size}: {said}", "Увеличьте предел тела запроса на нём"),
        Told(
            "the request{sent} is too large for the server{at}{http}{size}: {said}",
            "Raise its limit of a request's body",
        ),
        passes=True,
    ),
    Cause.FORBIDDEN: Words(
        Told("запрос не пропущен{at}{http}{size}: {said}", "Проверьте правила прокси или защиты перед сервером"),
        Told(
            "the request was not let through{at}{http}{size}: {said}", "Check the rules of the proxy before the server"
        ),
        passes=True,
    ),
    Cause.GATEWAY: Words(
        Told(
            "{side} временно недоступен: за него отвечает прокси или обслуживание{at}{http}{size}: {said}",
            "Дождитесь конца обслуживания или запустите сервер за прокси",
        ),
        Told(
            "{side} is away for now: a proxy or its maintenance answers{at}{http}{size}: {said}",
            "Wait for the end of the maintenance, or start the server behind the proxy",
        ),
        passes=True,
    ),
    Cause.TOO_MANY: Words(
        Told(
            "запросов больше, чем пропускает сервер{at}{http}: {said}",
            "Ничего: воркер замедлится; или поднимите предел",
        ),
        Told(
            "more requests than the server lets through{at}{http}: {said}",
            "Nothing: the worker slows down; or raise it",
        ),
        passes=True,
    ),
    Cause.ODD_ANSWER: Words(
        Told("ответ не похож на Camunda 7 REST API{at}: {said}", "Проверьте {address} и что отвечает по этому адресу"),
        Told("the answer is not that of a Camunda 7 REST API{at}: {said}", "Check {address}, and what answers there"),
        passes=True,
    ),
}
