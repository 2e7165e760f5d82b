"""The marks: names by which a step says that somebody must answer or close its task. Recognises misspelt marks."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from itertools import permutations, product

EXPECTED_FIELD = "UF_RESULT_EXPECTED"
QUESTION_FIELD = "UF_RESULT_QUESTION"
ANSWER_FIELD = "UF_RESULT_ANSWER"
"""A person answers in this field. If it were filled at creation, the task would already be answered."""
WAIT_PROPERTY = "waitForCompletion"
LOOP_COUNTER = "loopCounter"
"""The engine's number of an instance in a multi-instance. Not a mark, but fetched for every step."""
MOST_EDITS = 2
"""How many letters may be wrong, missing, extra or swapped. Three would also match names with another meaning."""
FAMILY = "ufresult"
"""How the marks for questions begin, in the form of `plain`. No other name that begins so is read at a step."""
LOOKALIKES = str.maketrans("аеорсухкмтвн", "aeopcyxkmtbh")
"""Cyrillic letters that look like Latin ones: nobody sees that they were typed in the wrong layout."""


def plain(name: str) -> str:
    """A name for comparison: `UF_RESULT_EXPECTED`, `ufResultExpected` and `UFRESULTEXPECTED` are the same."""
    return name.replace("_", "").lower()


def _written(*words: str) -> Iterator[str]:
    cased = [(word, word.upper(), word.capitalize()) for word in words]
    for joints in product(("", "_"), repeat=len(words) - 1):
        for letters in product(*cased):
            yield "".join(word + joint for word, joint in zip(letters, (*joints, ""), strict=True))


SPELLINGS = frozenset(
    (
        *_written("uf", "result", "expected"),
        *_written("uf", "result", "question"),
        *_written("wait", "for", "completion"),
    )
)
"""The spellings of the marks that are fetched as process variables: the engine compares whole names. Each word is in
lower case, upper case or capitalised, joined with or without an underscore."""
MARKS = {plain(name): name for name in (EXPECTED_FIELD, QUESTION_FIELD, WAIT_PROPERTY)}
MEANT = dict.fromkeys(("waitforclose", "waitforclosed", "waitforcomplete", "waitforcompleted"), WAIT_PROPERTY)
"""Too far from the mark for a typing error, and yet meant for it."""
REORDERED = {
    "".join(words): mark
    for mark, named in (
        (EXPECTED_FIELD, ("uf", "result", "expected")),
        (QUESTION_FIELD, ("uf", "result", "question")),
        (WAIT_PROPERTY, ("wait", "for", "completion")),
    )
    for words in permutations(named)
}
"""The words of the marks in any order."""
_OTHER_WORDS = {
    EXPECTED_FIELD: re.compile(
        r"uf(result|answer|reply)?expect(s|ed)?(result|answer|reply)?|uf(is)?(answer|reply)(is)?(required|needed|expected)"
        r"|uf(required|needed)(result|answer|reply)|(wait|waits|waiting)(for|until)?(the|an)?(answer|answered|reply)"
    ),
    QUESTION_FIELD: re.compile(r"uf(answer|reply|task)?question(text)?"),
    WAIT_PROPERTY: re.compile(
        r"(wait|waits|waiting)(for|until)?(the)?(task)?(is)?"
        r"(clos(e|es|ed|ing|ure)|complet(e|es|ed|ion|ing)|finish(ed|ing)?|done)"
    ),
}
"""How people write a mark if they remember its purpose but not its name. A name with any other word does not match."""
_PREFIX = re.compile(r"(camunda|operaton|bitrix(24)?)[:./]|.*[:./](?=uf)", re.IGNORECASE | re.DOTALL)
"""A prefix that hides a mark. `waitForCompletion` under any other prefix belongs to somebody else."""


def misspelt(name: str) -> str | None:
    """The mark that a name is a misspelling or synonym (`MEANT`) of; None: it is a mark, or not similar to one."""
    if plain(name) in MARKS:
        return None
    letters = bare(name)
    near = (mark for known, mark in MARKS.items() if _edits(letters, known) <= MOST_EDITS)
    return MEANT.get(letters) or next(near, None)


def meant(name: str) -> str | None:
    """The mark that a step's property or parameter was probably meant for; None: it is a mark, or meant otherwise.

    Wider than `misspelt`: also for a name that begins like a mark, such as `UF_RESULT_ANSWER`, which people fill in the
    task, and for one that describes a mark's purpose in other words.
    """
    own = _unprefixed(name)
    if plain(name) in MARKS:
        return None
    letters = bare(own)
    worded = (mark for mark, words in _OTHER_WORDS.items() if words.fullmatch(letters))
    return MARKS.get(plain(own)) or resembled(own) or REORDERED.get(letters) or next(worded, None)


def resembled(name: str) -> str | None:
    """Like `misspelt`, and also for every other name that begins with `UF_RESULT_`."""
    if found := misspelt(name):
        return found
    letters = bare(name)
    if plain(name) in MARKS or not letters.startswith(FAMILY):
        return None
    questions = difflib.get_close_matches(letters, (plain(QUESTION_FIELD),), cutoff=0.75)
    return QUESTION_FIELD if questions else EXPECTED_FIELD


def is_answer(name: str) -> bool:
    """Whether a name was probably meant for `ANSWER_FIELD`."""
    return _edits(bare(_unprefixed(name)), plain(ANSWER_FIELD)) <= MOST_EDITS


def _unprefixed(name: str) -> str:
    prefix = _PREFIX.match(name)
    return name[prefix.end() :] if prefix else name


def bare(name: str) -> str:
    """The letters and digits of `plain`, with Latin letters in place of Cyrillic ones that look alike."""
    return "".join(letter for letter in plain(name).translate(LOOKALIKES) if letter.isalnum())


def _edits(one: str, other: str) -> int:
    """How many letters to change, drop, add or swap with a neighbour. May be too small above `MOST_EDITS`."""
    if abs(len(one) - len(other)) > MOST_EDITS:
        return MOST_EDITS + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            edits = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if before and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                edits = min(edits, before[j - 2] + 1)
            row.append(edits)
        before, last = last, row
    return last[-1]
