"""How wide a text is drawn: the advance widths of Liberation Sans, which Arial and Helvetica share.

Measured from the fonts themselves, in 1/2048 of the type size, for ASCII and for the signs that are written here;
kerning is left out, so such a text is never wider than this says. A letter with an accent is as wide as without it. How
wide another character counts, its class says, and the picture's `textLength` holds it to that.
"""

from __future__ import annotations

from functools import cache
from unicodedata import category, east_asian_width, normalize

EM = 2048
ASCENT, DESCENT = 0.75, 0.22  # of the type size: what letters and digits take above and below their line

REGULAR = {
    384: "′", 391: "'", 455: "ijlł‘’", 532: "|", 569: " !,./:;I[\\]ftìíîïı", 682: "()-`r²³·“”", 684: "{}", 717: "•",
    725: "″", 727: '"', 797: "*", 819: "°", 961: "^", 1024: "Jcksvxyz", 1124: "±√≈≤≥",
    1139: "#$0123456789?L_abdeghnopquđŁ«»–", 1180: "µ", 1196: "+<=>~×−", 1251: "FTZßø", 1366: "&ABEKPSVXY",
    1479: "CDHNRUw", 1593: "GOQØ", 1706: "Mm", 1708: "½", 1821: "%æ", 1933: "Wœ", 2048: "ÆŒ—…←→", 2079: "@",
}  # fmt: skip
BOLD = {
    487: "'", 491: "′", 569: " ,./I\\ijlłìíîïı‘’", 573: "|", 682: "!()-:;[]`ft²³·", 717: "•", 797: "*r{}", 819: "°",
    971: '"', 981: "″", 1024: "z“”", 1124: "±√≈≤≥", 1139: "#$0123456789J_aceksvxy«»–", 1180: "µ", 1196: "+<=>^~×−",
    1251: "?FLTZbdghnopquđŁßø", 1366: "EPSVXY", 1479: "&ABCDHKNRU", 1593: "GOQwØ", 1706: "M", 1708: "½", 1821: "%mæ",
    1933: "Wœ", 1997: "@", 2048: "ÆŒ—…←→",
}  # fmt: skip
SMALL, CAPITAL = 1250, 1600  # letters of other alphabets: wider than most


class _Widths(dict[str, int]):
    """The width of each character: listed ones, and others as they are met."""

    def __missing__(self, character: str) -> int:
        base = normalize("NFD", character)[0]
        kind = category(character)
        if base in self and base != character:
            width = self[base]
        elif kind in ("Mn", "Me", "Cf"):  # combining marks and joiners stand on other characters
            width = 0
        elif kind[0] == "L" and east_asian_width(character) not in "WF":
            width = CAPITAL if kind == "Lu" else SMALL
        else:
            width = EM
        self[character] = width
        return width


@cache
def _widths(bold: bool) -> _Widths:
    return _Widths({each: width for width, listed in (BOLD if bold else REGULAR).items() for each in listed})


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels, drawn `size` pixels high.

    >>> text_width("55×55×96", 12), text_width("", 12)
    (54.05859375, 0.0)
    """
    widths = _widths(bold)
    return sum(widths[character] for character in text) * size / EM


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """A text, cut and ended with `…` where it has no room.

    >>> fitted("a_very_long_name", 12, 60)
    'a_very_l…'
    """
    if text_width(text[:400], size, bold) <= room and len(text) <= 400:
        return text
    widths, left = _widths(bold), room * EM / size - _widths(bold)["…"]
    for end, character in enumerate(text):
        left -= widths[character]
        if left < 0:
            return text[:end].rstrip() + "…"
    return text


def wrapped(text: str, size: float, room: float, most: int = 3) -> list[str]:
    """A text in at most so many lines, broken at its spaces.

    >>> wrapped("conv 3×3, 256, padding 1, groups 2", 12, 100)
    ['conv 3×3, 256,', 'padding 1, groups', '2']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [fitted(line.removesuffix(" ·"), size, room) for line in lines]
