"""Finds conditions that no answer meets: they compare it with a value that no answer gives, or misspell its variable.

`${Approve == 'ДА'}` and `${Approve == true}` are false after every answer, and a default flow then is a silent no. With
`${Aprove == 'ok'}` the engine refuses the completion, after somebody has answered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from worker.mapping.nearest import nearest

NEAR = 0.85
"""How similar a name must be to be told as a misspelt one."""
_COMPARED = r"(?<![\w.]){variable}(?:_\d+)*\s*(?:==|!=|\beq\b|\bne\b)\s*('[^']*'|\"[^\"]*\"|true\b|false\b)"


_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")


def never_given(conditions: Collection[str], variable: str, given: Collection[str]) -> list[str]:
    """The comparisons of the variable, or of an instance's own, with text or a boolean that is not `given`."""
    pattern = re.compile(_COMPARED.format(variable=re.escape(variable)))
    compared = (match for text in conditions for match in pattern.finditer(text))
    return list(
        dict.fromkeys(match[0] for match in compared if match[1].strip("'\"") not in given or match[1][0] in "tf")
    )


def misspelt_in(conditions: Iterable[str], variable: str, known: Collection[str]) -> list[str]:
    """The names in conditions that resemble the variable, and are none that is `known`."""
    names = dict.fromkeys(name for text in conditions for name in _NAME.findall(_QUOTED.sub("", text)))
    others = (name for name in names if name != variable and not name.startswith(f"{variable}_") and name not in known)
    return [name for name in others if nearest(name, [variable], cutoff=NEAR)]
