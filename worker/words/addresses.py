"""Texts for invalid addresses in the configuration: what is wrong, and what the address must look like."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.webhook import AddressFault
from worker.words.phrase import Phrase

WEBHOOK: Mapping[AddressFault, Phrase] = {
    AddressFault.NO_ADDRESS: Phrase(
        "это не адрес; скопируйте его со страницы вебхука на портале",
        "is not an address; copy it from the webhook's page on the portal",
    ),
    AddressFault.OTHER_FORM: Phrase(
        "ожидается вид https://ПОРТАЛ/rest/НОМЕР/СЕКРЕТ/, без кавычек и других знаков вокруг",
        "must look like https://PORTAL/rest/USER_NUMBER/SECRET/, without quotes or other signs around it",
    ),
    AddressFault.PLAIN_HTTP: Phrase(
        "должен начинаться с https://: тот, кто перехватит адрес, сможет действовать от имени "
        "владельца (http:// допустим только на этой машине: localhost)",
        "must begin with https://: anybody who intercepts the address can act as its owner (http:// is "
        "allowed only on this machine: localhost)",
    ),
    AddressFault.TOO_MUCH: Phrase(
        "должен заканчиваться секретом, без имени пользователя, ? и #",
        "must end after the secret, without a user name, ? or #",
    ),
    AddressFault.OTHER_PATH: Phrase(
        "неверный путь; нужен один адрес с /rest/НОМЕР/СЕКРЕТ/ без имени метода (например profile.json) в конце",
        "has the wrong path; it must be one address with /rest/USER_NUMBER/SECRET/, without a method name such as "
        "profile.json",
    ),
    AddressFault.SUB_PATH: Phrase(
        "лишний путь перед /rest/: портал Битрикс24 работает только в корне своего адреса, https://ПОРТАЛ/rest/…",
        "has a path before /rest/: a Bitrix24 portal works only at the root of its address, https://PORTAL/rest/…",
    ),
}
PROXY = Phrase(
    "ожидается вид http://proxy:3128 или http://пользователь:пароль@proxy:3128 (знаки @ : / ? # % в "
    "пароле пишутся %40 %3A %2F %3F %23 %25); поддерживается только http://",
    "must look like http://proxy:3128 or http://user:password@proxy:3128 (in a password, @ : / ? # % are "
    "written %40 %3A %2F %3F %23 %25); only http:// is supported",
)
PROXY_OR_ENV = Phrase(
    f"{PROXY.ru}; env — взять из HTTPS_PROXY или HTTP_PROXY", f"{PROXY.en}; env takes that of HTTPS_PROXY or HTTP_PROXY"
)
