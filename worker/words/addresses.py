"""Texts for invalid addresses in the configuration: what is wrong, and what the address must look like."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.webhook import AddressFault
from worker.words.phrase import Phrase

WEBHOOK: Mapping[AddressFault, Phrase] = {
    AddressFault.NO_ADDRESS: Phrase(
        "не адрес; скопируйте его со страницы вебхука на портале",
        "is not an address; copy it from the webhook's page on the portal",
    ),
    AddressFault.OTHER_FORM: Phrase(
        "ожидается вид https://portal.example/rest/1/secret/", "must look like https://portal.example/rest/1/secret/"
    ),
    AddressFault.PLAIN_HTTP: Phrase(
        "должен начинаться с https://: прочитавший адрес может действовать от имени владельца",
        "must begin with https://, for whoever reads the address can act in its owner's name",
    ),
    AddressFault.TOO_MUCH: Phrase(
        "должен заканчиваться секретом: без пользователя, без ? и без #",
        "must end after the secret: no user, no ? and no #",
    ),
    AddressFault.OTHER_PATH: Phrase(
        "неверный путь; нужен /rest/НОМЕР/СЕКРЕТ/, и имя метода вроде profile.json за ним не следует",
        "has the wrong path; it is /rest/USER_NUMBER/SECRET/ and no method name such as profile.json follows",
    ),
}
PROXY = Phrase(
    "ожидается вид http://proxy:3128 или http://пользователь:пароль@proxy:3128 (знаки @ : / ? # % в "
    "пароле пишутся %40 %3A %2F %3F %23 %25) или env; кроме http:// ничего не поддерживается",
    "must look like http://proxy:3128 or http://user:password@proxy:3128 (in a password, @ : / ? # % are "
    "written %40 %3A %2F %3F %23 %25), or be env; other kinds than http:// are not spoken",
)
