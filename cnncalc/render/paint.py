"""Colours of a terminal."""

from __future__ import annotations

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


def painted(text: str, style: str) -> str:
    """Text in a style such as `bold red`; the blanks around it stay as they are.

    >>> painted(" it ", "bold red")
    ' \\x1b[1;31mit\\x1b[0m '
    """
    bare = text.strip(" ")
    if not (style and bare):
        return text
    before, _, after = text.partition(bare)
    return f"{before}\x1b[{';'.join(str(_CODES[word]) for word in style.split())}m{bare}\x1b[0m{after}"
