"""Names in any script: what they may hold, and the one form in which they are compared."""

from __future__ import annotations

import re

LONGEST_NAME = 200
TAKEN_NAMES = ("input", "total", "previous")
A_NAME = "a name is letters, digits, `_`, `-` and `.`"

_JOINTS = re.compile(r"[.-]")

# Letters and marks that are drawn as nothing; control and bidirectional characters are no part of words anyway
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def is_word(text: str) -> bool:
    """Whether a text is letters, digits and `_`, of any script, and begins with none of the digits.

    >>> [is_word(text) for text in ("n1", "합성곱1", "१", "a-b", "a\\u200bb", "a\\ufe00")]
    [True, True, False, False, False, False]
    """
    return text.isidentifier() and (text.isascii() or _UNSEEN.isdisjoint(text))


def unseen(text: str) -> str | None:
    """The first character of a text that shows nothing, or turns others around, by its number; None without any.

    >>> unseen("a\\u202eb"), unseen("a b")
    ('U+202E', None)
    """
    return next((f"U+{ord(one):04X}" for one in text if not one.isprintable() or one in _UNSEEN), None)


def wrong_name(text: str) -> tuple[str, str, str | None] | None:
    """The fault of a name: the code, what is wrong, a cure where it is a certain one; None where it is a name.

    A name is letters and digits of any script and `_ - .`, not too many, not a number alone, and not taken.

    >>> wrong_name("conv.1"), wrong_name("7")
    (None, ('bad-name', 'a name is not a number alone: `7`', 'write, for example, `stage7`'))
    """
    if len(text) > LONGEST_NAME:
        return "limit", f"a name of {len(text):,} letters (limit: name length {LONGEST_NAME})", "choose a shorter one"
    if not text or not is_word(_JOINTS.sub("", f"_{text}")):
        character = unseen(text)
        cure = f"it holds {character}, which cannot be seen: write it anew" if character else None
        return "bad-name", f"`{text}` is no name", cure
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return "bad-name", f"a name is not a number alone: `{text}`", f"write, for example, `stage{text}`"
    if text in TAKEN_NAMES:
        return "bad-name", f"the name `{text}` is taken", "choose another name"
    return None


def composed(text: str) -> str:
    """A text in the form in which names are compared (NFC): there are two ways to write `é`.

    >>> len("e\\u0301"), len(composed("e\\u0301"))
    (2, 1)
    """
    if text.isascii():
        return text
    from unicodedata import normalize  # most texts are ASCII

    return normalize("NFC", text)
