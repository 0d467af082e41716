"""Figures as people write them: `34,848`, `884k`, `~60M`, `<25M`."""

from __future__ import annotations

import re

from cnncalc.core.record import Record

SUFFIXES = {"": 1, "K": 10**3, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_FIGURE = r"(?a)([~<]?)(\d{1,18})(?:\.(\d{1,12}))?([KkMGBT]?)"


def _power(decimals: int) -> int:
    return int(10**decimals)


class Figure(Record):
    """A published figure: `sign` is empty, `~` (within 5 %) or `<`; `digits` × `unit` is its value."""

    sign: str
    digits: int
    decimals: int
    suffix: str

    @property
    def rounded(self) -> bool:
        """Whether the figure stands for a range of numbers, because it was written with a suffix."""
        return bool(self.suffix)

    def fits(self, number: float) -> bool:
        """Whether an exact number may be written so.

        Without a suffix a whole number is equal; with one, and as any number that is not whole, it rounds (half up) or
        truncates to the digits written.

        >>> read_figure("884k").fits(884_736), read_figure("885k").fits(884_736), read_figure("884k").fits(885_000)
        (True, True, False)
        >>> read_figure("~60M").fits(62_378_344), read_figure("<25M").fits(25_000_000)
        (True, False)
        >>> read_figure("1.5", whole=False).fits(1.46), read_figure("1.5", whole=False).fits(1.44)
        (True, False)
        """
        scale, power = SUFFIXES[self.suffix], _power(self.decimals)
        scaled, value = number * power, self.digits * scale  # compare number with digits · scale / power
        if self.sign == "<":
            return scaled < value
        if self.sign == "~":
            return 20 * abs(scaled - value) <= value
        if not self.suffix and isinstance(number, int):
            return scaled == value
        return scaled // scale == self.digits or (2 * scaled + scale) // (2 * scale) == self.digits

    def rewritten(self, number: float) -> str:
        """`number` with this figure's sign and suffix, and its decimals, or as many more as it takes to be right.

        >>> read_figure("1.5G").rewritten(1_749_999_999), read_figure("<25M").rewritten(26_100_000)
        ('1.7G', '<27M')
        >>> read_figure("~2M").rewritten(1_400_000)
        '~1.4M'
        """
        scale, power = SUFFIXES[self.suffix], _power(self.decimals)
        digits = number * power // scale + 1 if self.sign == "<" else (2 * number * power + scale) // (2 * scale)
        near = self._replace(digits=int(digits))
        if self.sign == "~" and scale > power and not near.fits(number):
            return near._replace(decimals=self.decimals + 1).rewritten(number)
        whole, rest = divmod(int(digits), power)
        return f"{self.sign}{whole}{f'.{rest:0{self.decimals}}' if self.decimals else ''}{self.suffix}"

    def value(self) -> float:
        """The number that the figure says."""
        return self.digits * SUFFIXES[self.suffix] / _power(self.decimals)


def read_figure(text: str, whole: bool = True) -> Figure | None:
    """The figure that a text means; None where it is none, as `1.5` of what is `whole`."""
    match = re.fullmatch(_FIGURE, text.strip())
    if match is None or (whole and match[3] and not match[4] and match[1] != "~"):
        return None
    return Figure(match[1], int(match[2] + (match[3] or "")), len(match[3] or ""), match[4])


def exact(number: float) -> str:
    """A number with thousands separators, to four digits where it is not whole; zero is a dash.

    >>> exact(34848), exact(0), exact(22.5), exact(2 / 3), exact(12_345.6)
    ('34,848', '–', '22.5', '0.6667', '12,346')
    """
    if not isinstance(number, int):
        return f"{number:,.0f}" if number >= 1000 else _to_digits(number, 4) if number else "–"
    return f"{number:,}" if number else "–"


def told(number: float | None) -> str:
    """A number in a sentence.

    >>> told(34848), told(0), told(22.5), told(None)
    ('34,848', '0', '22.5', 'none')
    """
    return "none" if number is None else exact(number) if number else "0"


def _to_digits(number: float, digits: int) -> str:
    """A number as decimals of so many digits, without zeros at the end."""
    return f"{float(f'{number:.{digits}g}'):.12f}".rstrip("0").rstrip(".")


def short(number: float) -> str:
    """A number to four digits; zero is a dash.

    >>> short(34848), short(105_415_200), short(999_999), short(640), short(0)
    ('34.85k', '105.4M', '1.000M', '640', '–')
    """
    if number < 1000:
        return exact(number)
    number = round(number)
    for suffix, scale in (("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12)):
        for decimals in (3, 2, 1):
            digits = (2 * number * 10**decimals + scale) // (2 * scale)  # half up
            if digits < 10_000:
                return f"{digits // 10**decimals}.{digits % 10**decimals:0{decimals}}{suffix}"
    return f"{number // 10**12:,}T"


def many(number: int, noun: str) -> str:
    """A number of things.

    >>> many(1, "file"), many(1200, "file"), many(2, "bias")
    ('1 file', '1,200 files', '2 biases')
    """
    return f"{number:,} {plural(noun, number)}"


def plural(noun: str, number: int) -> str:
    """A noun for so many things."""
    return noun if number == 1 else f"{noun}{'es' if noun.endswith('s') else 's'}"


def percent(part: float | None, whole: float | None) -> str:
    """A share to one decimal.

    >>> percent(1, 8), percent(1, 0)
    ('12.5%', '–')
    """
    return f"{100 * part / whole:.1f}%" if whole and part else "–"


def megabytes(size: int, more: int = 0) -> str:
    """Bytes as MB of 10^6 bytes, with so many `more` decimals than usual.

    >>> megabytes(801_661_056), megabytes(246_824)
    ('801.7 MB', '0.247 MB')
    """
    return f"{size / 1e6:,.{(1 if size >= 10**6 else 3) + more}f} MB"


def change(before: float | None, after: float | None) -> str:
    """The growth of a figure, in percent of what it was, with as many decimals as show it.

    >>> change(200, 201), change(200, 100), change(10**9, 10**9 + 1), change(5, 5), change(0, 3)
    ('+0.5 %', '−50.0 %', '+0.0000001 %', '=', 'from 0')
    """
    if before == after:
        return "="
    if before is None or after is None:
        return "–"
    if not before:
        return "from 0"
    amount = 100 * abs(after - before) / before
    decimals = 1
    while decimals < 12 and amount < 0.5 / 10**decimals:
        decimals += 1
    return f"{'+' if after > before else '−'}{amount:,.{decimals}f} %"


def ratio(before: float | None, after: float | None) -> str:
    """The factor between two values: how many times as much.

    >>> ratio(200, 100), ratio(200, 202), ratio(1, 12_345), ratio(10**9, 1), ratio(0, 3), ratio(3, 3)
    ('×0.50', '×1.01', '×12,345', '×0.000000001', '–', '=')
    """
    if before == after:
        return "="
    if not before or after is None:
        return "–"
    times = after / before
    if times and times < 0.1:
        return f"×{_to_digits(times, 2)}"
    return f"×{times:,.0f}" if times >= 100 else f"×{times:.2f}"
