"""Arithmetic as text: one grammar, three readings of the same tree.

`parse` turns text into a tree. `evaluate` reads the tree with exact, bounded numbers: it is the only reading that
ever sees text from a file. `compiled` turns a formula of a layer *declaration* (our own text, never a user's) into
a plain Python function. `shown` prints a formula in symbols or with the numbers put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from math import ceil, floor, prod
from typing import Any

from cnncalc.core.figures import many
from cnncalc.core.names import is_word, unseen
from cnncalc.core.record import Record

Value = Any  # int | Fraction | bool | str (a word) | tuple of values
Tree = tuple[Any, ...]

LARGEST = 10**15
_MOST_BITS = LARGEST.bit_length()  # 2 to the power of more is beyond it
LONGEST = 1_000
DEEPEST = 30

WORDS = ("same", "valid")
JOINING = ("if", "else", "and", "or", "not")
RESERVED = ("true", "false", *WORDS, *JOINING, "channels", "input")

# A letter or _, then digits too, or what is not ASCII: whether that is a letter is looked at when it is taken. (Written
# as what it is not, for to compile a range of all Unicode takes as long as all other imports.)
_WORD = r"[^\x00-@\[-^`{-\x7f][^\x00-/:-@\[-^`{-\x7f]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?P<name>\$?{_WORD}(?:\.{_WORD}){{0,2}})"
    r"|(?P<op>\*\*|//|==|!=|<=|>=|[-+*/%()<>,]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
# How tightly a text binds; what stands in a tighter place needs brackets
_LOOSE, _OR, _AND, _NOT, _COMPARED, _ADDED, _MULTIPLIED, _FACTORS, _POWER, _ATOM = range(10)
_LEVELS = {
    "or": _OR, "and": _AND, **dict.fromkeys(_COMPARE, _COMPARED), **dict.fromkeys("+-", _ADDED),
    **dict.fromkeys(("*", "/", "//", "%"), _MULTIPLIED), "**": _POWER,
}  # fmt: skip


class FormulaError(ValueError):
    """Text that is no formula, or a formula without a value: `what` is wrong, a problem's `code`, perhaps a `cure`."""

    def __init__(self, what: str, cure: str | None = None, code: str = "bad-expression") -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
        self.code = code


class UnknownName(FormulaError):
    """A name in a formula that stands for nothing here."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown name `{name}`", code="unknown-name")
        self.name = name


# ---------------------------------------------------------------------------------------------- text → tree


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip()
            if re.match(r"\.\d", rest):
                raise FormulaError("a number cannot begin with a point", f"write `0{re.match(r'[.0-9]+', rest)[0]}`")  # type: ignore[index]
            raise FormulaError(f"unexpected `{rest[0]}`", _cure_for(rest[0]))
        kind = str(match.lastgroup)
        token = match[kind]
        position = match.end()
        if kind == "name" and not token.isascii():
            _refuse_odd_word(token)
        if kind == "number":
            _refuse_odd_number(token, text[position : position + 1], text[position:])
        tokens.append((kind, token))
    tokens.append(("end", ""))
    return tokens


def _refuse_odd_word(token: str) -> None:
    """Refuse signs, digits and what cannot be seen among the letters of other scripts."""
    if all(map(is_word, token.lstrip("$").split("."))):
        return
    odd = next((one for one in token if one not in "$." and not is_word(f"_{one}")), token.lstrip("$")[0])
    hidden = unseen(odd)
    raise FormulaError(f"unexpected {hidden or f'`{odd}`'}", "write it anew" if hidden else _cure_for(odd))


def _cure_for(character: str) -> str | None:
    return {
        "[": "the language has no lists and no indexing: give each value a name of its own",
        "?": "write `A if C else B`",
        "^": "write `n ** 2`",
        "=": "write `==` to compare",
        "&": "write `and`",
        "|": "write `or`",
        "!": "write `not`",
        "×": "write `*`",
        "·": "write `*`",
        "−": "write `-`",
        "≤": "write `<=`",
        "≥": "write `>=`",
        "≠": "write `!=`",
    }.get(character)


def _refuse_odd_number(token: str, following: str, rest: str) -> None:
    if following == ".":
        raise FormulaError("a number cannot end with a point", f"write `{token}` or `{token}.0`")
    if following == "_":
        plain = re.sub(r"_", "", token + re.match(r"\w*", rest)[0])  # type: ignore[index]
        raise FormulaError("digits are written together", f"write `{plain}`")
    if token == "0" and following in ("x", "X", "o", "b"):
        raise FormulaError("numbers are decimal", "write the number in decimal digits")
    if following.isalpha():
        raise FormulaError(
            f"`{token}{following}` is no number",
            "a figure like `64k` is for `expect` only; a name begins with a letter",
        )
    whole = token.split(".")[0]
    if len(whole) > 1 and whole[0] == "0":
        raise FormulaError("a number cannot begin with 0", f"write `{whole.lstrip('0') or '0'}{token[len(whole) :]}`")


class _Parser:
    """Reads a formula from left to right; what binds more tightly is read first."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.index = 0
        self.depth = 0
        self.names: list[tuple[str, str]] = []  # as they are read, each with the function that takes it whole

    def peek(self) -> str:
        return self.tokens[self.index][1]

    def take(self) -> tuple[str, str]:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def expect(self, token: str) -> None:
        found = self.peek()
        if found != token:
            raise FormulaError(f"expected `{token}`, found " + (f"`{found}`" if found else "the end"))
        self.index += 1

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(f"nested too deep (limit: formula nesting {DEEPEST})", code="limit")

    def choice(self) -> Tree:
        self.deeper()
        value = self.operation(_OR)
        if self.peek() == "if":
            self.index += 1
            condition = self.operation(_OR)
            self.expect("else")
            value = ("if", condition, value, self.choice())
        self.depth -= 1
        return value

    def operation(self, least: int) -> Tree:
        """Operands and the operators between them that bind at least so tightly."""
        token = self.peek()
        if token == "-" or (token == "not" and least <= _NOT):
            self.index += 1
            self.deeper()
            left: Tree = ("minus", self.operation(_FACTORS)) if token == "-" else ("not", self.operation(_NOT))
            self.depth -= 1
        else:
            left = self.primary()
        while (level := _LEVELS.get(operator := self.peek(), -1)) >= least:
            if level == _COMPARED:
                self.index += 1
                left = ("compare", operator, left, self.operation(level + 1))
                if self.peek() in _COMPARE:
                    raise FormulaError("one comparison at a time", "join two comparisons with `and`")
                continue
            if level == _POWER:  # to the right: the exponent may be a power, and have a sign
                self.index += 1
                self.deeper()
                left = ("power", left, self.operation(_FACTORS))
                self.depth -= 1
                continue
            rest = []
            while _LEVELS.get(self.peek()) == level:
                rest.append((self.take()[1], self.operation(level + 1)))
            left = ("chain", left, rest) if level > _COMPARED else (operator, left, *(part for _, part in rest))
        return left

    def primary(self) -> Tree:
        kind, token = self.take()
        if kind == "number":
            return ("number", _number(token))
        if token == "(":
            tree = self.choice()
            self.expect(")")
            return tree
        if kind == "name":
            if token in ("true", "false"):
                return ("number", token == "true")
            if token in WORDS:
                return ("number", token)
            if self.peek() == "(":
                return self.call(token)
            if token not in JOINING:
                self.names.append((token, ""))
                return ("name", token)
        raise FormulaError(f"expected a value, found `{token}`" if token else "the expression ends too early")

    def call(self, function: str) -> Tree:
        if function not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS.keys() - {"prod"}))  # which is for declarations
            raise FormulaError(f"unknown function `{function}`", f"the functions are {known}")
        self.expect("(")
        arguments = [self.choice()]
        while self.peek() == ",":
            self.index += 1
            arguments.append(self.choice())
        self.expect(")")
        takes = FUNCTIONS[function][1]
        if takes not in (None, len(arguments)):
            raise FormulaError(f"`{function}` takes {many(takes, 'argument')}, not {len(arguments)}")
        tree = ("call", function, arguments)
        if name := whole_name(tree):
            self.names[-1] = (name, function)
        return tree


class _Formula(Record):
    """A formula that was read: its tree, its names, and how many steps it is."""

    tree: Tree
    names: dict[str, str]
    steps: int


@lru_cache(maxsize=1024)
def _read(text: str) -> _Formula:
    if len(text) > LONGEST:
        what = f"an expression of {len(text):,} characters (limit: expression length {LONGEST:,})"
        raise FormulaError(what, code="limit")
    parser = _Parser(text)
    tree = parser.choice()
    kind, token = parser.take()
    if kind != "end":
        raise FormulaError(f"unexpected `{token}`")
    found: dict[str, str] = {}
    for name, function in parser.names:
        found[name] = function and found.get(name, function)
    return _Formula(tree, found, len(parser.tokens))


def parse(text: str) -> Tree:
    """The tree of a formula; raises FormulaError.

    >>> parse("(W - F + 2*P) // S + 1")[0]
    'chain'
    """
    return _read(text).tree


def names(text: str) -> dict[str, str]:
    """The names that a formula reads, from left to right, each with what takes it whole: `prod`, `sum` or nothing.

    >>> names("prod(kernel) * c + max(2, c)")
    {'kernel': 'prod', 'c': ''}
    """
    return _read(text).names


def steps(text: str) -> int:
    """The work that a formula is: the number of its numbers, names and signs.

    >>> steps("2 * (n + 1)")
    7
    """
    return _read(text).steps - 1  # without the end


def whole_name(tree: Tree) -> str:
    """The name that `prod(name)` or `sum(name)` takes whole, all axes or all addends of it; else nothing."""
    if tree[0] == "call" and tree[1] in ("prod", "sum") and len(tree[2]) == 1 and tree[2][0][0] == "name":
        return str(tree[2][0][1])
    return ""


def parts(tree: Tree) -> Sequence[Tree]:
    """The trees that a tree is made of, as they are written from left to right."""
    kind = tree[0]
    if kind in ("number", "name"):
        return ()
    if kind == "chain":
        return (tree[1], *(operand for _, operand in tree[2]))
    if kind == "call":
        return tree[2]  # type: ignore[no-any-return]
    if kind == "compare":
        return tree[2:]
    if kind == "if":
        return (tree[2], tree[1], tree[3])
    return tree[1:]


# ---------------------------------------------------------------------------------------------- tree → value


def _number(token: str) -> Value:
    if token.isdigit():
        return bounded(int(token))
    from fractions import Fraction

    exponent = token.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > 30:
        raise FormulaError(f"`{token}` is beyond ±10^15 (limit: numbers 10^15)", code="limit")
    return bounded(simple(Fraction(token)))


def simple(value: Value) -> Value:
    """A whole Fraction as an int, anything else as it is."""
    return value.numerator if not isinstance(value, (int, str, tuple)) and value.denominator == 1 else value


def bounded(value: Value) -> Value:
    """The value itself; FormulaError where numerator or denominator leave ±10^15."""
    if -LARGEST <= value.numerator <= LARGEST and value.denominator <= LARGEST:
        return value
    raise FormulaError("a value beyond ±10^15 (limit: numbers 10^15)", code="limit")


def divide(a: Value, b: Value) -> Value:
    """Exact quotient: an int where it is whole, else a Fraction.

    >>> divide(6, 3), divide(7, 5)
    (2, Fraction(7, 5))
    """
    if type(a) is int and type(b) is int and b and a % b == 0:  # so that a file without fractions imports none
        return a // b
    from fractions import Fraction

    return simple(Fraction(a) / b)


def half_up(value: Value) -> int:
    """The nearest whole number, halves upwards."""
    whole: int = floor(value + divide(1, 2))
    return whole


def round_to(value: Value, step: Value) -> Value:
    """The mobile papers' rule: the nearest multiple of `step`, at least `step`, never below 0.9 of the value.

    Source: `_make_divisible` of the MobileNet V1-V3 code.

    >>> round_to(divide(224, 5), 8), round_to(10, 8)
    (48, 16)
    """
    nearest = max(step, half_up(divide(value, step)) * step)
    return nearest + step if 10 * nearest < 9 * value else nearest


def _least(*values: Value) -> Value:
    return min(values)


def _most(*values: Value) -> Value:
    return max(values)


def _total(*values: Value) -> Value:
    return sum(values)


FUNCTIONS: dict[str, tuple[Callable[..., Value], int | None]] = {  # with the number of arguments, None: one or more
    "min": (_least, None),
    "max": (_most, None),
    "sum": (_total, None),
    "ceil": (ceil, 1),
    "floor": (floor, 1),
    "round": (half_up, 1),
    "round_to": (round_to, 2),
    "prod": (prod, 1),  # of a per-axis attribute; for the declarations
}


def _numeric(value: Value) -> Value:
    if isinstance(value, (bool, str, tuple)):
        raise FormulaError(f"`{written(value)}` is no number")
    return value


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise FormulaError(f"`{written(value)}` is neither true nor false", "compare it: `n > 0`")
    return value


def apply(operator: str, a: Value, b: Value) -> Value:
    """One step of arithmetic, exact; FormulaError for a division by zero."""
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    if b == 0:
        raise FormulaError("division by zero")
    if operator == "/":
        return divide(a, b)
    return simple(a // b if operator == "//" else a % b)


def power(base: Value, exponent: Value) -> Value:
    """Exact power; FormulaError where it is beyond ±10^15, before it is worked out.

    >>> power(-2, 3), power(divide(1, 2), 2), power(1, 10**12)
    (-8, Fraction(1, 4), 1)
    """
    if type(exponent) is not int or exponent < 0:
        what = f"the exponent of `**` must be a whole number, at least 0, is {written(exponent)}"
        raise FormulaError(what, "for 1 / n write the quotient" if exponent < 0 else None)
    if exponent > _MOST_BITS and max(abs(base.numerator), base.denominator) > 1:
        raise FormulaError("a value beyond ±10^15 (limit: numbers 10^15)", code="limit")
    return simple(base**exponent)


def evaluate(tree: Tree, scope: Mapping[str, Value]) -> Value:
    """The exact value of a tree; every step bounded, every name looked up in `scope`.

    >>> evaluate(parse("1.4 * 32"), {})
    Fraction(224, 5)
    >>> evaluate(parse("-7 // 2 if deep else c"), {"deep": True})
    -4
    """
    kind = tree[0]
    if kind == "number":
        return tree[1]
    if kind == "name":
        try:
            return scope[tree[1]]
        except KeyError:
            raise UnknownName(tree[1]) from None
    if kind == "chain":
        value = _numeric(evaluate(tree[1], scope))
        for operator, operand in tree[2]:
            value = bounded(simple(apply(operator, value, _numeric(evaluate(operand, scope)))))
        return value
    if kind == "minus":
        return -_numeric(evaluate(tree[1], scope))
    if kind == "power":
        return bounded(power(*(_numeric(evaluate(part, scope)) for part in tree[1:])))
    if kind == "compare":
        return _compare(tree[1], evaluate(tree[2], scope), evaluate(tree[3], scope))
    if kind == "call":
        arguments = [_numeric(evaluate(argument, scope)) for argument in tree[2]]
        if tree[1] == "round_to" and arguments[1] <= 0:
            raise FormulaError("`round_to` needs a step above 0")
        if tree[1] == "prod":
            raise FormulaError("`prod` is for the declarations of layers", "write the product")
        return bounded(simple(FUNCTIONS[tree[1]][0](*arguments)))
    if kind == "if":
        return evaluate(tree[2] if _truth(evaluate(tree[1], scope)) else tree[3], scope)
    if kind == "not":
        return not _truth(evaluate(tree[1], scope))
    stop = kind == "or"
    return stop if any(_truth(evaluate(operand, scope)) is stop for operand in tree[1:]) else not stop


def _compare(operator: str, a: Value, b: Value) -> bool:
    if operator in ("==", "!="):
        if isinstance(a, (bool, str)) != isinstance(b, (bool, str)) or isinstance(a, tuple) or isinstance(b, tuple):
            raise FormulaError(f"`{written(a)}` cannot be compared with `{written(b)}`")
        return _COMPARE[operator](a, b)
    return _COMPARE[operator](_numeric(a), _numeric(b))


def written(value: Value) -> str:
    """A value as a file would write it.

    >>> written(True), written((1, 2))
    ('true', '[1, 2]')
    >>> [written(divide(*parts)) for parts in [(3, 2), (-1, 20), (1, 10**6), (3, 128), (1, 3)]]
    ['1.5', '-0.05', '0.000001', '3/128', '1/3']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(written(part) for part in value)}]"
    parts = getattr(value, "denominator", 1)  # only fractions have some
    if parts > 1 and 10**6 % parts == 0:
        whole, rest = divmod(abs(value.numerator), parts)
        return f"{'-' * (value < 0)}{whole}.{rest * 10**6 // parts:06}".rstrip("0")
    return str(value)


# ------------------------------------------------------------------------- declarations: tree → function, tree → text


def _python(tree: Tree, per_axis: frozenset[str]) -> str:
    kind = tree[0]
    if kind == "number":
        return repr(tree[1])
    if kind == "name":
        return f"n[{tree[1]!r}]" + ("[axis]" if tree[1] in per_axis else "")
    if kind == "chain":
        text = _python(tree[1], per_axis)
        for operator, operand in tree[2]:
            right = _python(operand, per_axis)
            text = f"divide({text}, {right})" if operator == "/" else f"({text} {operator} {right})"
        return text
    if kind == "minus":
        return f"(-{_python(tree[1], per_axis)})"
    if kind == "power":
        return f"({_python(tree[1], per_axis)} ** {_python(tree[2], per_axis)})"
    if kind == "compare":
        return f"({_python(tree[2], per_axis)} {tree[1]} {_python(tree[3], per_axis)})"
    if kind == "call":
        whole = tree[1] in ("prod", "sum")  # these two take a whole tuple, never one axis of it
        arguments = ", ".join(_python(part, frozenset() if whole else per_axis) for part in tree[2])
        return f"{tree[1]}({arguments})"
    if kind == "if":
        return "({1} if {0} else {2})".format(*(_python(part, per_axis) for part in tree[1:]))
    if kind == "not":
        return f"(not {_python(tree[1], per_axis)})"
    return "(" + f" {kind} ".join(_python(part, per_axis) for part in tree[1:]) + ")"


_TRUSTED = {"__builtins__": {}, "divide": divide, "sum": sum} | {
    name: function for name, (function, _) in FUNCTIONS.items() if name != "sum"
}


Function = Callable[[Mapping[str, Any], int | None], Any]


@cache
def compiled(text: str, per_axis: frozenset[str] = frozenset()) -> Function:
    """A declared formula as a Python function of a namespace and an axis, on which names in `per_axis` are read.

    Only for text of declarations: what a file says goes through `evaluate`.

    >>> places = compiled("(side - kernel) // stride + 1", frozenset({"side", "kernel", "stride"}))
    >>> places({"side": (227, 224), "kernel": (11, 11), "stride": (4, 4)}, 0)
    55
    """
    return _function(parse(text), per_axis)


@cache
def left_over(text: str, per_axis: frozenset[str]) -> Function | None:
    """The rest of a window's steps, `(…) % stride` for `(…) // stride + 1`; None for another formula.

    >>> left_over("(c - 1) // stride + 1", frozenset())({"c": 6, "stride": 3}, None)
    2
    """
    match parse(text):
        case ("chain", ("chain", whole, [("//", ("name", "stride") as stride)]), [("+", ("number", 1))]):
            return _function(("chain", whole, [("%", stride)]), per_axis)
    return None


def _function(tree: Tree, per_axis: frozenset[str]) -> Function:
    function: Function = eval(f"lambda n, axis: {_python(tree, per_axis)}", _TRUSTED)
    return function


_OPPOSITE = {"==": "≠", "!=": "=", "<": "≥", "<=": ">", ">": "≤", ">=": "<"}


def denied(tree: Tree) -> Tree:
    """The comparison that holds where this one does not, for `shown`; any other tree stays as it is."""
    return ("compare", _OPPOSITE[tree[1]], *tree[2:]) if tree[0] == "compare" else tree


_SIGNS = {"*": "·", "/": "/", "//": " // ", "%": " % ", "+": " + ", "-": " − "}


def shown(formula: str | Tree, name: Callable[[str], str], whole: Callable[[str], Sequence[str]]) -> str:
    """A formula for reading: `name` gives what stands for a name, `whole` the factors or addends of a tuple.

    >>> shown("prod(kernel) * c / groups - 1", {"c": "3", "groups": "1"}.__getitem__, lambda n: ["11", "11"])
    '11·11·3/1 − 1'
    >>> shown("side + 2*padding", {"side": "W", "padding": "P"}.__getitem__, list)
    'W + 2P'
    """

    def put(tree: Tree, least: int) -> str:
        text, level = read(tree)
        return text if level >= least else f"({text})"

    def read(tree: Tree) -> tuple[str, int]:
        kind = tree[0]
        if kind == "number":
            return written(tree[1]), _ATOM
        if kind == "name":
            return name(tree[1]), _ATOM
        if kind == "chain":
            return chain(tree)
        if kind == "minus":
            return f"−{put(tree[1], _FACTORS)}", _FACTORS
        if kind == "power":
            return f"{put(tree[1], _ATOM)} ** {put(tree[2], _FACTORS)}", _POWER
        if kind == "compare":
            return f"{put(tree[2], _ADDED)} {tree[1]} {put(tree[3], _ADDED)}", _COMPARED
        if kind == "call":
            return call(tree)
        if kind == "if":
            return f"{put(tree[2], _OR)} if {put(tree[1], _OR)} else {put(tree[3], _LOOSE)}", _LOOSE
        if kind == "not":
            return f"not {put(tree[1], _NOT)}", _NOT
        level = _AND if kind == "and" else _OR
        return f" {kind} ".join(put(part, level + 1) for part in tree[1:]), level

    def chain(tree: Tree) -> tuple[str, int]:
        _, left, rest = tree
        level = _ADDED if rest[0][0] in ("+", "-") else _MULTIPLIED
        text = put(left, level)
        for operator, operand in rest:
            right = put(operand, _MULTIPLIED if level == _ADDED else _FACTORS if operator == "*" else _ATOM)
            juxtaposed = operator == "*" and left[0] == "number" and "A" <= right[0] <= "Z"  # 2P, as it is written
            text += ("" if juxtaposed else _SIGNS[operator]) + right
            left = operand
        return text, level

    def call(tree: Tree) -> tuple[str, int]:
        _, function, arguments = tree
        if not (taken := whole_name(tree)):
            return f"{function}({', '.join(put(argument, _LOOSE) for argument in arguments)})", _ATOM
        found = whole(taken)
        if len(found) < 2:
            return "".join(found) or ("1" if function == "prod" else "0"), _ATOM
        return ("·".join(found), _FACTORS) if function == "prod" else (f"({' + '.join(found)})", _ATOM)

    return put(parse(formula) if isinstance(formula, str) else formula, _LOOSE)
