"""Texts for a person who must act before the ledger can be opened: its file, its database, whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from worker.words.documents import LOST
from worker.words.phrase import Phrase, unchanged

OF_THE_LEDGER: Mapping[str, Phrase] = {
    "ledger_no_file": Phrase(
        "ledger.url: в «{url}» нет имени файла; напишите sqlite:///worker.db или полный путь.",
        "ledger.url: “{url}” has no file name; write sqlite:///worker.db or a full path.",
    ),
    "ledger_missing": Phrase(
        "Журнала {path} пока нет. Если здесь ещё ничего не запускали, его создаст `run`. Если уже запускали, проверьте "
        f"ledger.url и текущую папку и до запуска верните журнал на место; если его больше нет: {LOST}.",
        "There is no ledger {path} yet. If nothing has run here so far, `run` makes it. If something has, check "
        f"ledger.url and the current folder, and put the ledger back before a start; if it is gone: {LOST}.",
    ),
    "ledger_empty": Phrase(
        "Файл {path} есть, но он пуст: журнала в нём нет. Если журнал здесь был, не запускайте `run`, он создал бы "
        f"пустой: сначала верните файл или резервную копию, иначе {LOST}. Если не был, `run` создаст его в этом файле.",
        "The file {path} is there and empty: it holds no ledger. If there was one, do not start `run`, it would make "
        f"an empty one: put the file or a backup in its place first, otherwise see {LOST}. If there was none, `run` "
        "makes it in this file.",
    ),
    "ledger_is_folder": Phrase(
        "ledger.url: {path} — папка. Укажите файл в ней, например worker.db.",
        "ledger.url: {path} is a folder. Name a file in it, such as worker.db.",
    ),
    "ledger_without_folder": Phrase(
        "ledger.url: {path} не создать: {why}. Укажите существующую папку или создайте её.",
        "ledger.url: {path} cannot be made: {why}. Choose an existing folder, or make this one.",
    ),
    "ledger_folder_closed": Phrase(
        "ledger.url: рядом с {path} журнал создаёт файлы. Укажите папку, в которую этому пользователю можно писать, а "
        "если эта нужна одному журналу, откройте её: {why}.",
        "ledger.url: the ledger makes files beside {path}. Choose a folder to which this user may write; if this one "
        "is for the ledger alone, open it: {why}.",
    ),
    "ledger_file_closed": Phrase(
        "ledger.url: {path} не открыть для записи: {why}.",
        "ledger.url: {path} cannot be opened for writing: {why}.",
    ),
    "ledger_file_unread": Phrase(
        "ledger.url: {path} не прочитать: {why}.",
        "ledger.url: {path} cannot be read: {why}.",
    ),
    "ledger_not_writable": Phrase(
        "ledger.url: {path} не открыть для записи: {why}. Устраните причину или укажите другую папку.",
        "ledger.url: {path} cannot be opened for writing: {why}. Fix the cause, or choose another folder.",
    ),
    "ledger_unusable": unchanged("ledger.url: {words}."),
    "ledger_unread": Phrase("журнал не прочитан", "the ledger could not be read"),
    "ledger_older": Phrase(
        "Журнал записан прежней версией программы (схема {found}, нужна {known}), а эта команда его не меняет. "
        "Запустите `run` этой версии или вызовите эту команду той версией. Журнал не изменён.",
        "This ledger was written by an earlier version of the program (schema {found}, needed: {known}), and this "
        "command changes nothing. Start `run` of this version, or call this command of that version. The ledger is "
        "unchanged.",
    ),
    "ledger_not_upgraded": Phrase(
        "Не удалось обновить журнал с версии {found} до версии {known}: {words}. Журнал не изменён, прежняя "
        "версия программы с ним работает. Если причина — место на диске, связь, блокировка или права (на "
        "сервере пользователь должен быть владельцем таблиц), устраните её и повторите. Иначе верните "
        "прежнюю версию и пришлите эту строку.",
        "The ledger could not be upgraded from version {found} to version {known}: {words}. It is unchanged, "
        "and the previous version of the program works with it. If the reason is disk space, the connection, "
        "a lock or rights (on a server the user must own the tables), fix it and repeat. Otherwise install "
        "the previous version again and report this line.",
    ),
    "ledger_incomplete": Phrase(
        "В журнале версии {known} нет нужных частей ({missing}): его записала промежуточная сборка "
        "программы, или его изменили вручную. Восстановите его из резервной копии либо установите программу, "
        "которая его записала.",
        "The ledger has version {known} but lacks parts ({missing}): an interim build of the program wrote it, "
        "or somebody changed it by hand. Restore it from a backup, or install the program that wrote it.",
    ),
    "ledger_of_somebody": Phrase(
        "ledger.url: таблица {table} в этой базе принадлежит другой программе. Задайте в ledger.url "
        "отдельный файл или отдельную базу.",
        "ledger.url: the table {table} in this database belongs to another program. Give ledger.url a file "
        "or a database of its own.",
    ),
    "ledger_of_other_tenants": Phrase(
        "С общим журналом работают воркеры других тенантов ({found}), а этот обслуживает {expected}. Если "
        "тенанты сменились, остановите те воркеры, иначе задайте этому свой ledger.url. (* — все тенанты, - "
        "— шаги без тенанта)",
        "Workers for other tenants ({found}) use the shared ledger, and this one serves {expected}. If the "
        "tenants have changed, stop those workers; otherwise give this one a ledger.url of its own. (*: all "
        "tenants, -: steps without a tenant)",
    ),
    "ledger_of_another": Phrase(
        "Этот журнал принадлежит {found}, а не {expected}. Сначала проверьте {setting}: новый ledger.url нужен, только "
        "если там всё верно.",
        "This ledger belongs to {found}, not to {expected}. Check {setting} first: a new ledger.url is needed only "
        "if that is right.",
    ),
}
AND = Phrase("{one} и {other}", "{one} and {other}")


def both_of(names: Iterable[str]) -> Phrase:
    """One name, or several in a row."""
    return reduce(lambda one, other: AND.format(one=one, other=other), map(unchanged, names))
