"""One answer as people of any keyboard write it: `55 × 55 × 96`, `３４,９４４`, `4억 4789만`, `11·11·3·96 + 96`.

What cannot be read is said to be so: it is for a person to look at, and never wrong.
"""

from __future__ import annotations

import re
import unicodedata
from math import prod

from cnncalc.core.formula import FormulaError, evaluate, parse
from cnncalc.core.record import Record
from cnncalc.teaching.question import Answer, Question

LONGEST = 200  # characters of an answer
MOST_DIGITS = 18
LEAST_DIGITS = 2  # of a rounded figure: `0G` and `3M` say too little

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("×✕✖⨯⨉·⋅∙•∗хХχ・ㆍ", "*"),
        **dict.fromkeys("−–—‐‑‒﹣", "-"),
        **dict.fromkeys("“”„‟«»「」『』", '"'),
        **dict.fromkeys("‘’‚‛‹›`´", "'"),
        **dict.fromkeys("≈≃≅≒∼", "~"),
        "。": ".", "、": ",", "٬": ",", "٫": ".", "÷": "/", "К": "K", "к": "k", "М": "M",
    }
)  # fmt: skip
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_AROUND = " _*$\"'"

# Each a power of ten; letters as they stand, words in any case.
_LETTERS = {"k": 3, "K": 3, "M": 6, "m": 6, "G": 9, "B": 9, "T": 12}
_WORDS = {
    "tys": 3, "mille": 3, "nghìn": 3, "lakh": 5, "milion": 6, "miljoen": 6, "milyon": 6, "triệu": 6, "crore": 7,
    "thousand": 3, "tsd": 3, "tausend": 3, "тыс": 3, "천": 3, "千": 3, "만": 4, "万": 4, "萬": 4, "십만": 5, "十万": 5,
    "million": 6, "millions": 6, "millionen": 6, "mio": 6, "mln": 6, "mn": 6, "млн": 6, "백만": 6, "百万": 6, "百萬": 6,
    "천만": 7, "千万": 7, "千萬": 7, "억": 8, "億": 8, "亿": 8, "billion": 9, "billions": 9, "bn": 9, "mrd": 9,
    "milliarde": 9, "milliarden": 9, "milliard": 9, "milliards": 9, "млрд": 9, "십억": 9, "十億": 9, "十亿": 9,
    "백억": 10, "百億": 10, "百亿": 10, "천억": 11, "千億": 11, "千亿": 11, "trillion": 12, "조": 12, "兆": 12,
}  # fmt: skip
_SCALE = rf"(?:{'|'.join(_LETTERS)}|(?i:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\.?)(?![^\W\d_가-힣])"
_THOUSANDS = r"[1-9]\d{0,2}(?P<between>[,.'_ ])\d{3}(?:(?P=between)\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3}"
_NUMBER = r"\d(?:[\d,.'_]| (?=\d{3}(?!\d)))*"
_PART = re.compile(rf"\s*({_NUMBER})\s*({_SCALE})?")
_POWER = re.compile(rf"(?:({_NUMBER})\s*[x*]\s*)?10\s*(?:\^|\*\*)\s*\(?\+?(\d{{1,2}})\)?", re.IGNORECASE)
_EXPONENT = re.compile(rf"({_NUMBER})\s*e\s*\+?(\d{{1,2}})", re.IGNORECASE)

_ABOUT = re.compile(
    r"(?:~|(?:ca|circa|approx|approximately|about|around|rund|etwa|ungefähr|environ|примерно)\b\.?|약|대략|約|约|大约)\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\W\d][^:=]{0,30}[:=]\s*(?=\S)")
_LINE = re.compile(r"(?:line|zeile|ligne|строка)\s+", re.IGNORECASE)
_UNITS = re.compile(
    r"\s*(?:(?<![^\W\d_])(?:(?:learnable |trainable )?param(?:s|eters?)?|parametern?|paramètres|parámetros|параметров"
    r"|weights?|gewichte|multiplies|multiplications|multiplikationen|mults?|macs?|flops?|operations|values?|units?"
    r"|neurons|filters?|pcs|stück|st)\b\.?|(?:개|個|个|회|번|回|次)의?|(?:개의? ?)?(?:파라미터|매개변수|가중치|곱셈)"
    r"|参数|번째 줄|행|줄|行)$",
    re.IGNORECASE,
)

_TIMES = re.compile(r" by | ?[x*;,/ ] ?", re.IGNORECASE)
_SHAPE = re.compile(
    r"(?:(?:tf\.)?tensorshape|(?P<torch>(?:torch\.)?size)|tuple|(?:output[ _])?shape)\s*[:=]?\s*(?=[(\[])",
    re.IGNORECASE,
)
_AXES = {
    **dict.fromkeys(("c", "ch", "channel", "channels", "d", "depth", "채널"), 0),
    **dict.fromkeys(("h", "height", "높이", "세로"), 1),
    **dict.fromkeys(("w", "width", "너비", "폭", "가로"), 2),
}
_NAMED = re.compile(r"([^\W\d_]+)\s*[=:]\s*(\d{1,15})")
_BATCH = ("n", "b", "bs", "batch", "?")
_ALIKE = str.maketrans("АВСЕΑΒΕ", "ABCEABE")  # letters of other alphabets that look like these


class Reading(Record):
    """The meaning of a text: `values`, of which a person who writes so may mean any, and `maybe`, an unlikely one.

    A number is written to its `place` (a power of ten) with so many `digits`; `rounded` says that it may be a rounded
    one. `remark` says why it cannot be read, or what it lacks. What is not `clear` is for a person, unless it is right.
    """

    values: tuple[Answer, ...] = ()
    maybe: tuple[Answer, ...] = ()
    place: int = 0
    digits: int = 0
    rounded: bool = False
    remark: str = ""
    clear: bool = True

    def fits(self, number: int) -> bool:
        """Whether it may be a number rounded (half up) or cut to two digits or more; zeros at its end are no digits."""
        if not self.rounded or self.digits < LEAST_DIGITS:
            return False
        units = [10**place for place in range(1, len(str(number)) - LEAST_DIGITS + 1)]
        near = {number // unit * unit for unit in units} | {(2 * number + unit) // (2 * unit) * unit for unit in units}
        return any(value in near for value in self.values)


class _Answer(Record):
    """A number as it is written: `digits` times ten to the `place`; `other` is what it may be in another country."""

    digits: int
    place: int
    other: tuple[int, ...] = ()


def plain(text: str) -> str:
    """A text with the signs of one keyboard: full width, other digits, signs for times, quotes.

    >>> plain("５５×５５×９６"), plain("3.5·10⁴"), plain("٣٤٬٩٤٤"), plain("①")
    ('55*55*96', '3.5*10^4', '34,944', '①')
    """
    text = text.replace("{,}", ",").replace("\\,", "")  # of LaTeX
    text = re.sub(r"\\(?:times|cdot)(?![A-Za-z]) ?", "*", text)
    text = re.sub(r"\^\{(\d+)\}|<sup>(\d+)</sup>", lambda match: f"^{match[1] or match[2]}", text)
    text = re.sub(r"[⁰¹²³⁴-⁹]+", lambda match: f"^{match[0].translate(_SUPERSCRIPTS)}", text)
    return "".join(map(_plain, text.translate(_SIGNS)))


def _plain(sign: str) -> str:
    if "！" <= sign <= "～":
        return chr(ord(sign) - 0xFEE0)
    return str(unicodedata.decimal(sign)) if not sign.isascii() and unicodedata.category(sign) == "Nd" else sign


def tidy(text: str) -> str:
    """A text without Markdown's signs, quotes, the line to write on, and an equals sign or a plus before it.

    >>> tidy(" **“34,944”** ____"), tidy("= 55 × 55."), tidy(" – ")
    ('34,944', '55 * 55', '')
    """
    text = _SPACES.sub(" ", plain(text[: 2 * LONGEST])).strip(_AROUND)
    text = text.lstrip("=+ ").rstrip(" .,;?!_").strip(_AROUND)
    return "" if text == "-" else text


def shown(text: str) -> str:
    """An answer as it was written, without Markdown's signs and the line to write on."""
    return _SPACES.sub(" ", text[: 2 * LONGEST]).strip(" _*`$")[:LONGEST]


def read_answer(question: Question, text: str, layout: str) -> Reading:
    """The reading of an answer to a question.

    >>> shape = Question("1", "shapes", "shape", "conv1", "", ((96, 55, 55),), (), ())
    >>> [read_answer(shape, text, "hwc").values for text in ("55 × 55 × 96", "(None, 55, 55, 96)", "96@55x55", "four")]
    [((96, 55, 55),), ((96, 55, 55),), ((96, 55, 55),), ()]
    >>> number = Question("2", "params", "integer", "conv1", "", (34944,), (), (), rounded=True)
    >>> [read_answer(number, text, "hwc").values for text in ("34,944", "34 944", "3만 4944", "11·11·3·96 + 96")]
    [(34944,), (34944,), (34944,), (34944,)]
    >>> [read_answer(number, text, "hwc").fits(34944) for text in ("35k", "34.9k", "35000", "34k", "0.03M")]
    [True, True, True, True, False]
    """
    text = tidy(text)
    if len(text) > LONGEST:
        return _unclear(f"longer than {LONGEST} characters")
    if question.kind == "choice":
        return _read_choice(question, text)
    return _read_shape(question, text, layout) if question.kind == "shape" else _read_number(question, text)


def _unclear(remark: str) -> Reading:
    return Reading(remark=remark, clear=False)


def _read_choice(question: Question, text: str) -> Reading:
    letters = [choice[:1] for choice in question.choices]
    text = text.translate(_ALIKE)
    for said in (text, _LABEL.sub("", text, 1)):
        match = re.fullmatch(r"\(?([A-Za-z])\)?(?:[:.)].*)?", said)
        if match and (not letters or match[1].upper() in letters):
            return Reading((match[1].upper(),))
    return _unclear(f"a letter from {letters[0]} to {letters[-1]} is asked for" if letters else "a letter is asked for")


# ------------------------------------------------------------------------------------------------ numbers


def _read_number(question: Question, text: str) -> Reading:
    """A number, a word that is right, or a computation: `150 + 6 = 156`, whose sides must be the same."""
    if text.lower() in question.accepted:
        return Reading((text.lower(),))
    text = _LABEL.sub("", text, 1) if text[:1].isalpha() and not _ABOUT.match(text) else text
    sides = [_side(question, side.strip()) for side in re.split(r"=|(?<=[\d)]) ?~", text)]
    first, *others = sides
    if not first.values or not others:
        return first if len(sides) == 1 else _unclear("a whole number is asked for")
    (value, *_) = first.values
    same = isinstance(value, int) and all(value in side.values or side.fits(value) for side in others)
    return first._replace(clear=False) if same else _unclear("its two sides are not the same number")


def _side(question: Question, text: str) -> Reading:
    text = _LINE.sub("", _ABOUT.sub("", _UNITS.sub("", text).strip(), 1), 1).removeprefix("+").strip()
    found = _written(text)
    if found is None:
        value = _computed(text)
        if value is not None:
            remark = "" if value in question.accepted else f"{text} is {value:,}"
            return Reading((value,), remark=remark, clear=False)
        many = sum(character.isdigit() for character in text) > MOST_DIGITS
        return _unclear(f"more than {MOST_DIGITS} digits" if many else "a whole number is asked for")
    digits, place, other = found
    if place < 0 and digits % 10**-place:
        return _unclear("a whole number is asked for")._replace(maybe=other)
    value = digits * 10**place if place > 0 else digits // 10**-place
    written = Reading((value,), other, max(place, 0), len(str(digits)), question.rounded)
    if value in question.accepted or place <= 0:
        return written
    if not question.rounded:
        return written._replace(remark="an exact number is asked for")
    short = written.digits < LEAST_DIGITS
    return written._replace(remark=f"a rounded figure needs {LEAST_DIGITS} digits or more" if short else "")


def _written(text: str) -> _Answer | None:
    """A number with its thousands, decimals, powers of ten and scales; None where it is none.

    >>> [_written(text) for text in ("34.9k", "4억 4789만 7600", "3.5e4", "1,234.0", "34,94,400", "12 34")]
    [_Answer(digits=349, place=2, other=()), _Answer(digits=447897600, place=0, other=()), \
_Answer(digits=35, place=3, other=()), _Answer(digits=12340, place=-1, other=()), \
_Answer(digits=3494400, place=0, other=()), None]
    """
    if sum(character.isdigit() for character in text) > MOST_DIGITS:
        return None
    power = _POWER.fullmatch(text) or _EXPONENT.fullmatch(text)
    if power:
        found = _decimal(power[1] or "1", scaled=True)
        return _within(found._replace(place=found.place + int(power[2]))) if found else None
    parts: list[tuple[_Answer, int]] = []
    end = 0
    while end < len(text):
        match = _PART.match(text, end)
        if match is None:
            return None
        end = match.end()
        scale = _scale(match[2])
        decimals = match[2] is not None and not ("," in match[1] and match[2][0] >= "一")  # `3,775만` has thousands
        number = _decimal(match[1], scaled=decimals)
        if number is None or (parts and not 0 <= scale < parts[-1][1]):
            return None
        parts.append((number, scale))
    if not parts or any(number.place for number, _ in parts[:-1]):
        return None
    if len(parts) == 1:
        (number, scale), *_ = parts
        other = tuple(value * 10**scale for value in number.other)
        return _within(_Answer(number.digits, number.place + scale, other))
    place = parts[-1][0].place + parts[-1][1]
    total = sum(number.digits * 10 ** (number.place + scale - place) for number, scale in parts)
    return _within(_Answer(total, place))


def _within(found: _Answer) -> _Answer | None:
    return found if len(str(found.digits)) + found.place <= MOST_DIGITS else None


def _scale(text: str | None) -> int:
    if not text:
        return 0
    return _LETTERS[text] if text in _LETTERS else _WORDS[text.lower().rstrip(".")]


def _decimal(text: str, scaled: bool) -> _Answer | None:
    """`34944`, `34,944`, `34.944,0`, `34.9`. With a scale three decimals are decimals, else they are thousands."""
    if text.isdigit():
        return _Answer(int(text), 0)
    point = re.fullmatch(r"(\d+)[.,](\d{1,12})", text)
    whole = re.fullmatch(_THOUSANDS, text)
    if point and not (whole and not scaled):
        other = (int(re.sub(r"\D", "", text)),) if whole else ()
        return _Answer(int(point[1] + point[2]), -len(point[2]), other)
    if whole:
        thousandth = int(text[:-4]) if point and text.endswith("000") else None
        return _Answer(int(re.sub(r"\D", "", text)), 0, () if thousandth is None else (thousandth,))
    both = re.fullmatch(rf"(?:{_THOUSANDS})(?P<point>[.,])(?P<decimals>\d{{1,12}})", text)
    if both and both["point"] != (both["between"] or ","):
        return _Answer(int(re.sub(r"\D", "", text)), -len(both["decimals"]))
    return None


def _computed(text: str) -> int | None:
    """The value of a computation with whole numbers; None where it is none, or too large.

    >>> _computed("11x11x3x96 + 96"), _computed("5^2*6"), _computed("(227 - 11) / 4 + 1"), _computed("5 + a")
    (34944, 150, 55, None)
    """
    text = re.sub(r"(?<=\d)[,'](?=\d{3}(?!\d))", "", text.translate(str.maketrans("[]{}", "()()")))
    text = re.sub(r"(?<=[\d)]) ?x ?(?=[\d(])", "*", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\d{1,9})(?:\^|\*\*)\(?([1-9])\)?", lambda m: f"({'*'.join([m[1]] * int(m[2]))})", text)
    if not re.fullmatch(r"[\d+\-*/(). ]*\d[\d+\-*/(). ]*", text, re.ASCII):
        return None
    try:
        value = evaluate(parse(text), {})
    except FormulaError:
        return None
    return value if type(value) is int and value >= 0 else None


# ------------------------------------------------------------------------------------------------ shapes


def _read_shape(question: Question, text: str, layout: str) -> Reading:
    """A shape in the order of the sheet, or in the one that its notation has: PyTorch's, Keras', LeCun's, or named."""
    (right, *_) = question.accepted
    rank = len(right) if isinstance(right, tuple) else 0
    named = _named(text, rank)
    if named:
        return Reading((named,))
    torch = _SHAPE.match(text)
    if torch is None and text[:1].isalpha():
        text = _LABEL.sub("", text, 1)
        torch = _SHAPE.match(text)
    text = _UNITS.sub("", _SHAPE.sub("", text, 1)).strip("()[]{}<> ").rstrip(", ")
    text = re.sub(r"\b(\d{1,9})\^2(?!\d)", r"\1*\1", text)
    orders = ["chw"] if torch and torch["torch"] else [layout]
    channels_first = re.fullmatch(r"(\d{1,9})\s*@\s*(.+)", text, re.ASCII)
    if channels_first:  # LeCun's way of writing says which number is which
        text, orders = f"{channels_first[1]}x{channels_first[2]}", ["chw"]
    found: list[tuple[int, ...]] = []
    number = _written(text)
    if number and number.place <= 0 and not number.digits % 10**-number.place:
        found.append((number.digits // 10**-number.place,))
    sides = [part.strip() for part in _TIMES.split(text)]
    others: tuple[str, ...] = ()
    if sides[0].lower() == "none":  # Keras has channels last
        sides, orders = sides[1:], list(dict.fromkeys(["hwc", layout]))
    elif sides[0] == "-1":  # as PyTorch's summaries have it
        sides, orders, others = sides[1:], ["chw"], ("hwc",)
    elif sides[0].lower() in _BATCH:
        sides, others = sides[1:], ("hwc", "chw")
    elif torch and torch["torch"] and len(sides) == rank + 1:
        sides = sides[1:]
    numbers: tuple[int, ...] = ()
    if sides and all(re.fullmatch(r"\d{1,15}(?:\.0+)?", side, re.ASCII) for side in sides):
        numbers = tuple(int(side.partition(".")[0]) for side in sides)
        found += [_channels_first(numbers, order) for order in orders if len(numbers) > 1 or not found]
    if not found:
        return _unclear("a shape is asked for, like 55x55x96" if rank > 1 else "one number is asked for")
    maybe = tuple(_channels_first(numbers, order) for order in others if numbers)
    fitting = tuple(shape for shape in found if len(shape) == rank)
    if fitting:
        return Reading(fitting, maybe)
    lacks = f"{rank} numbers are asked for" if rank > 1 else "one number is asked for"
    assert isinstance(right, tuple)
    same = any(sorted(one for one in shape if one != 1) == sorted(one for one in right if one != 1) for shape in found)
    flat = rank == 1 and any(prod(shape) == right[0] for shape in found)
    return Reading(tuple(found), remark=lacks, clear=not (same or flat))


def _channels_first(numbers: tuple[int, ...], order: str) -> tuple[int, ...]:
    return numbers if order == "chw" else (numbers[-1], *numbers[:-1])


def _named(text: str, rank: int) -> tuple[int, ...] | None:
    """`H=55, W=55, C=96` in any order."""
    pairs = _NAMED.findall(text)
    axes = {_AXES.get(name.lower()): int(number) for name, number in pairs}
    if rank == 3 and set(axes) == {0, 1, 2} and not re.sub(r"[\s,;x*/()]", "", _NAMED.sub("", text)):
        return axes[0], axes[1], axes[2]
    return None
