"""Finds comparisons of an answer's variable with a value that no answer gives: such a flow is never taken.

`${Approve == 'ДА'}` and `${Approve == true}` are false after every answer, and a default flow then is a silent no.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_COMPARED = r"(?<![\w.]){variable}(?:_\d+)*\s*(?:==|!=|\beq\b|\bne\b)\s*('[^']*'|\"[^\"]*\"|true\b|false\b)"


def never_given(conditions: Collection[str], variable: str, given: Collection[str]) -> list[str]:
    """The comparisons of the variable, or of an instance's own, with text or a boolean that is not `given`."""
    pattern = re.compile(_COMPARED.format(variable=re.escape(variable)))
    compared = (match for text in conditions for match in pattern.finditer(text))
    return list(
        dict.fromkeys(match[0] for match in compared if match[1].strip("'\"") not in given or match[1][0] in "tf")
    )
