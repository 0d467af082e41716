"""Names in any script: what they may hold, and the one form in which they are compared."""

from __future__ import annotations

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


def composed(text: str) -> str:
    """A text in the form in which names are compared (NFC): there are two ways to write `é`.

    >>> len("e\\u0301"), len(composed("e\\u0301"))
    (2, 1)
    """
    if text.isascii():
        return text
    from unicodedata import normalize  # most texts are ASCII

    return normalize("NFC", text)
