"""Who is called by ``@name`` in a remark. Pure."""

import re

#: Splits a text before and behind each call.
CALL = re.compile(r"((?<![^\s(])@[^\s@.,:;!?()]+)")


def called_in(text: str) -> tuple[str, ...]:
    """Return the names that are called, as they are written, without the sign."""
    return tuple(one[1:] for one in CALL.findall(text))
