"""Says why this user may not use a file or a folder: who it is, whose the file is, and the command that changes it."""

from __future__ import annotations

from pathlib import Path

from bitrix.file_rights import closed_to_us
from worker.words.phrase import Phrase, unchanged

NOT_READ = Phrase(
    "пользователю {user} нельзя читать {place} ({whose}); {how}", "{user} may not read {place} ({whose}); {how}"
)
NOT_WRITTEN = Phrase(
    "пользователю {user} нельзя писать в {place} ({whose}); {how}", "{user} may not write to {place} ({whose}); {how}"
)
NOT_ENTERED = Phrase(
    "пользователю {user} нельзя войти в папку {place} ({whose}); {how}",
    "{user} may not enter the folder {place} ({whose}); {how}",
)
WHOSE = Phrase("владелец {owner}:{group}, права {mode}", "owner {owner}:{group}, mode {mode}")
BY_US, BY_ROOT = unchanged("{command}"), Phrase("от root: {command}", "as root: {command}")
SEALED = Phrase(
    "нет прав на {what}, хотя владелец и права это позволяют: проверьте списки доступа (getfacl), SELinux и AppArmor",
    "the permission to {what} it is missing, though owner and mode give it: check access lists (getfacl), SELinux and "
    "AppArmor",
)
READING, WRITING = Phrase("чтение", "read"), Phrase("запись", "write to")


def why_closed(path: str | Path, *, writing: bool = False) -> Phrase:
    """Why a file or folder that the system has refused to this user is closed, and how to open it."""
    closed = closed_to_us(path, writing=writing)
    if closed is None:
        return SEALED.format(what=WRITING if writing else READING)
    said = NOT_ENTERED if closed.is_above else NOT_WRITTEN if writing else NOT_READ
    whose = WHOSE.format(owner=closed.owner, group=closed.group, mode=closed.mode)
    how = (BY_US if closed.is_ours else BY_ROOT).format(command=closed.command)
    return said.format(user=closed.user, place=closed.place, whose=whose, how=how)
