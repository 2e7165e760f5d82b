"""The environment's variables as they are meant: without what a file with Windows' line ends leaves around a value.

Docker, Kubernetes and a shell hand on all that stands in a line. Nobody means a line break at an end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

MARK = "\ufeff"
"""The byte order mark, with which some editors begin a file: it is taken for a part of the first name or value."""
BREAKS = "\r\n"
OF_THE_SYSTEM = "TZ"
"""The system reads it too, as it is: a worker that read it otherwise would have two time zones."""
MOST_NAMED = 5
WITH_RETURN = Phrase(
    "в конце перевод строки Windows (CR){others}, он отброшен: сохраните файл, из которого взяты переменные, с "
    "переводами строк Unix: sed -i 's/\\r$//' ФАЙЛ",
    "ends with a line end of Windows (CR){others}, which is left out: save the file that sets it with line ends of "
    "Unix: sed -i 's/\\r$//' FILE",
)
WITH_BREAK = Phrase(
    "в конце перевод строки{others}, он отброшен: уберите его там, где задано значение",
    "ends with a line break{others}, which is left out: remove it where the value is set",
)
WITH_MARK = Phrase(
    "в начале невидимая метка порядка байтов (BOM){others}, она отброшена: сохраните файл, из которого взято значение, "
    "в UTF-8 без BOM",
    "begins with a byte order mark (BOM) that nobody sees{others}, which is left out: save the file that sets it "
    "as UTF-8 without BOM",
)
OTHERS = Phrase(" (также: {names})", " (also: {names})")


class Environment(Mapping[str, str]):
    """Variables by name. It remembers what was left out of those that are read."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said
        self._marked = {
            bare: name for name in said if name != (bare := name.removeprefix(MARK)) and bare not in {*said}
        }
        self._left_out = dict[Phrase, set[str]]()

    def __getitem__(self, name: str) -> str:
        said = self._said[self._marked.get(name, name)]
        if name == OF_THE_SYSTEM:
            return said
        unmarked = said.removeprefix(MARK)
        meant = unmarked.rstrip(BREAKS)
        if unmarked != said or name in self._marked:
            self._left_out.setdefault(WITH_MARK, set()).add(name)
        if meant != unmarked:
            how = WITH_RETURN if "\r" in unmarked[len(meant) :] else WITH_BREAK
            self._left_out.setdefault(how, set()).add(name)
        return meant

    def __iter__(self) -> Iterator[str]:
        marked = self._marked.values()
        return iter((*(name for name in self._said if name not in marked), *self._marked))

    def __len__(self) -> int:
        return len(self._said)

    def doubts(self) -> Iterator[Problem]:
        """A warning for each kind of what was left out so far, with the names of the variables."""
        for phrase, names in self._left_out.items():
            first, *others = sorted(names)
            listed = ", ".join(others[:MOST_NAMED]) + (", …" if others[MOST_NAMED:] else "")
            yield Problem(first, phrase.format(others=OTHERS.format(names=listed) if others else ""))
