"""Texts for invalid addresses in the configuration: what is wrong with this one, and what it must look like."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.address import AddressFault
from bitrix.webhook import LARGEST_OWNER
from worker.words.phrase import Phrase, unchanged

HTTP = Phrase("http:// или https://", "http:// or https://")
WRONG: Mapping[AddressFault, Phrase] = {
    AddressFault.EMPTY: Phrase("пусто", "is empty"),
    AddressFault.NO_SCHEME: Phrase(
        "начинается не с {schemes} (кавычек и других знаков перед этим быть не должно)",
        "does not begin with {schemes} (no quote or other sign may stand before it)",
    ),
    AddressFault.BLANK: Phrase("внутри пробел", "has a blank inside"),
    AddressFault.LOGIN: Phrase(
        "содержит имя пользователя или знак @: {login}", "holds a user name or the sign @: {login}"
    ),
    AddressFault.UNESCAPED: Phrase(
        "в пароле знак, который нужно записать иначе: @ : / ? # % пишутся %40 %3A %2F %3F %23 %25",
        "has a sign in its password that is written otherwise: @ : / ? # % as %40 %3A %2F %3F %23 %25",
    ),
    AddressFault.NO_HOST: Phrase("после // нет имени сервера", "names no server after //"),
    AddressFault.BAD_HOST: Phrase(
        "такого имени сервера не бывает: лишний знак или точка, или между точками больше 63 символов",
        "names a server as none can be called: a sign or dot is too much, or more than 63 characters lie between dots",
    ),
    AddressFault.BAD_PORT: Phrase(
        "неверный порт: нужно число от 1 до 65535", "has a wrong port: it is a number from 1 to 65535"
    ),
    AddressFault.BARE_IPV6: Phrase(
        "содержит адрес IPv6 без квадратных скобок: возьмите его в скобки, вида http://[::1]:8080",
        "holds an IPv6 address without brackets: write it in brackets, like http://[::1]:8080",
    ),
    AddressFault.FRAGMENT: Phrase(
        "содержит #, как адрес страницы в браузере: уберите его и всё после него",
        "has a #, as a page in the browser has: remove it and what follows",
    ),
    AddressFault.QUERY: Phrase("содержит ?: уберите его и всё после него", "has a ?: remove it and what follows"),
    AddressFault.OTHER_PATH: Phrase("путь после имени сервера лишний", "has a path after the server's name"),
}
FORM = Phrase("{what}; ожидается вид {example}", "{what}; it must look like {example}")
LEAVE_OUT = Phrase("уберите его", "remove it")
WEBHOOK_FORM = Phrase(
    "https://ПОРТАЛ/rest/НОМЕР/СЕКРЕТ/, скопируйте его со страницы вебхука на портале",
    "https://PORTAL/rest/USER_NUMBER/SECRET/, copy it from the webhook's page on the portal",
)
WEBHOOK: Mapping[AddressFault, Phrase] = {
    AddressFault.PLAIN_HTTP: Phrase(
        "должен начинаться с https://: тот, кто перехватит адрес, сможет действовать от имени "
        "владельца (http:// допустим только на этой машине: localhost)",
        "must begin with https://: anybody who intercepts the address can act as its owner (http:// is "
        "allowed only on this machine: localhost)",
    ),
    AddressFault.OTHER_PATH: Phrase(
        f"неверный путь: после имени сервера должно идти /rest/; ожидается вид {WEBHOOK_FORM.ru}",
        f"has the wrong path: /rest/ must follow the server's name; it must look like {WEBHOOK_FORM.en}",
    ),
    AddressFault.NO_OWNER: Phrase(
        f"после /rest/ должен идти номер пользователя, от 1 до {LARGEST_OWNER}; ожидается вид {WEBHOOK_FORM.ru}",
        f"must have the number of a user after /rest/, from 1 to {LARGEST_OWNER}; it must look like {WEBHOOK_FORM.en}",
    ),
    AddressFault.NO_CODE: Phrase(
        f"после номера пользователя нет секрета; ожидается вид {WEBHOOK_FORM.ru}",
        f"has no secret after the user's number; it must look like {WEBHOOK_FORM.en}",
    ),
    AddressFault.BAD_CODE: Phrase(
        f"в секрете лишний знак: в нём бывают только латинские буквы, цифры и . _ ~ -; ожидается вид {WEBHOOK_FORM.ru}",
        f"has a sign in its secret that is never there: it has only Latin letters, digits and . _ ~ -; it must look "
        f"like {WEBHOOK_FORM.en}",
    ),
    AddressFault.BEYOND: Phrase(
        f"лишнее после секрета, например имя метода (profile.json): уберите; ожидается вид {WEBHOOK_FORM.ru}",
        f"has more after its secret, such as a method (profile.json): remove that; it must look like {WEBHOOK_FORM.en}",
    ),
    AddressFault.SUB_PATH: Phrase(
        "лишний путь перед /rest/: портал Битрикс24 работает только в корне своего адреса, https://ПОРТАЛ/rest/…",
        "has a path before /rest/: a Bitrix24 portal works only at the root of its address, https://PORTAL/rest/…",
    ),
}
ONLY_HTTP = unchanged("http://")
PROXY_FORM = Phrase(
    "http://proxy:3128 или http://пользователь:пароль@proxy:3128 (прокси https:// и socks:// не поддерживаются)",
    "http://proxy:3128 or http://user:password@proxy:3128 (proxies by https:// and socks:// are not supported)",
)
OR_ENV = Phrase(
    "{wrong}; env — взять из HTTPS_PROXY или HTTP_PROXY", "{wrong}; env takes that of HTTPS_PROXY or HTTP_PROXY"
)


def wrong_address(fault: AddressFault, example: Phrase, *, login: Phrase = LEAVE_OUT, schemes: Phrase = HTTP) -> Phrase:
    """What is wrong with an address, and what it must look like. `login`: what to do with a user name in it."""
    return FORM.format(what=WRONG[fault].format(login=login, schemes=schemes), example=example)


def wrong_webhook(fault: AddressFault) -> Phrase:
    return WEBHOOK.get(fault) or wrong_address(fault, WEBHOOK_FORM)


def wrong_proxy(fault: AddressFault) -> Phrase:
    return wrong_address(fault, PROXY_FORM, schemes=ONLY_HTTP)
