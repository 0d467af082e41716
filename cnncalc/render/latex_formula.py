"""Formulas and text as LaTeX, for amsmath: the fourth reading of a formula's tree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.core.formula import Tree, parse

# How tightly a text binds; in a tighter place it needs brackets
_CASES, _LOGIC, _COMPARISON, _SUM, _PRODUCT, _ATOM = range(6)
_SIGNS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_FENCES = {"floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil")}
_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "·": r"\ensuremath{\cdot}",
    "×": r"\ensuremath{\times}", "−": r"\ensuremath{-}", "≥": r"\ensuremath{\ge}", "≤": r"\ensuremath{\le}",
    "√": r"\ensuremath{\surd}", "α": r"\ensuremath{\alpha}", "β": r"\ensuremath{\beta}", "γ": r"\ensuremath{\gamma}",
    "ε": r"\ensuremath{\varepsilon}", "μ": r"\ensuremath{\mu}", "σ": r"\ensuremath{\sigma}",
    "→": r"\ensuremath{\to}", "–": "--", "—": "---", "…": r"\dots{}", "’": "'", "‘": "`",
    "`": "`{}", "“": "``", "”": "''",
    "\N{NO-BREAK SPACE}": "~", "Π": r"\ensuremath{\Pi}", "Σ": r"\ensuremath{\Sigma}", "Φ": r"\ensuremath{\Phi}",
    "≠": r"\ensuremath{\ne}", "²": r"\ensuremath{^2}", "³": r"\ensuremath{^3}", "°": r"\ensuremath{^\circ}",
    "✅": "", "❌": "", "⚠": "", "\N{VARIATION SELECTOR-16}": "",
} | {sign: f"\\{sign}" for sign in "&%$#_{}"}  # fmt: skip
_ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327"
_LETTERS = "ßøØæÆœŒłŁ"


def formula(text: str, name: Callable[[str], str], whole: Callable[[str], Sequence[str]]) -> str:
    """A formula as LaTeX mathematics; `name` and `whole` say what names stand for, as for `shown`.

    >>> letters = {"side": "W", "kernel": "F", "padding": "P", "stride": "S", "groups": "groups"}
    >>> print(formula("(side - kernel + 2*padding) // stride + 1", letters.__getitem__, lambda name: ["F_h", "F_w"]))
    \\left\\lfloor \\frac{W - F + 2P}{S} \\right\\rfloor + 1
    >>> print(formula("prod(kernel) / groups", letters.__getitem__, lambda name: ["F_h", "F_w"]))
    \\frac{F_h \\cdot F_w}{\\text{groups}}
    """

    def put(tree: Tree, least: int = _CASES) -> str:
        """The text of a tree, in brackets where it binds more loosely than its place asks for."""
        text, level = read(tree)
        return text if level >= least else rf"\left( {text} \right)"

    def read(tree: Tree) -> tuple[str, int]:
        kind = tree[0]
        if kind == "number":
            return atom({True: "true", False: "false"}[tree[1]] if isinstance(tree[1], bool) else str(tree[1])), _ATOM
        if kind == "name":
            return atom(name(tree[1])), _ATOM
        if kind == "chain":
            return chain(tree)
        if kind == "minus":
            return f"-{put(tree[1], _PRODUCT)}", _SUM
        if kind == "power":
            return f"{{{put(tree[1], _ATOM)}}}^{{{put(tree[2])}}}", _PRODUCT
        if kind == "compare":
            return f"{put(tree[2], _SUM)} {_SIGNS[tree[1]]} {put(tree[3], _SUM)}", _COMPARISON
        if kind == "call":
            return call(tree[1], tree[2])
        if kind == "if":
            cases = rf"{put(tree[2])} & \text{{if }} {put(tree[1])} \\ {put(tree[3])} & \text{{otherwise}}"
            return rf"\begin{{cases}} {cases} \end{{cases}}", _ATOM
        if kind == "not":
            return rf"\lnot {put(tree[1], _ATOM)}", _COMPARISON
        sign = r" \land " if kind == "and" else r" \lor "
        return sign.join(put(part, _COMPARISON) for part in tree[1:]), _LOGIC

    def chain(tree: Tree) -> tuple[str, int]:
        """Sums and products from left to right; a quotient takes all to its left as its numerator."""
        text, numerator = put(tree[1], _PRODUCT), put(tree[1])  # over a fraction's line no brackets are needed
        if tree[2][0][0] in ("+", "-"):
            return " ".join([text, *(f"{sign} {put(operand, _PRODUCT)}" for sign, operand in tree[2])]), _SUM
        level = _PRODUCT
        for operator, operand in tree[2]:
            if level == _SUM:  # `a mod b` goes on
                text = rf"\left( {text} \right)"
            if operator == "*":
                right = put(operand, _PRODUCT)
                juxtaposed = text.isdigit() and re.match(r"[A-Z]", right)  # 2P, as it is written
                text, level = text + ("" if juxtaposed else r" \cdot ") + right, _PRODUCT
            elif operator == "%":
                text, level = rf"{text} \bmod {put(operand, _PRODUCT)}", _SUM
            else:
                text, level = rf"\frac{{{numerator}}}{{{put(operand)}}}", _ATOM
                text = rf"\left\lfloor {text} \right\rfloor" if operator == "//" else text
            numerator = text
        return text, level

    def call(function: str, arguments: list[Any]) -> tuple[str, int]:
        if function in ("prod", "sum") and arguments[0][0] == "name":
            parts = [atom(part) for part in whole(arguments[0][1])] or ["1"]
            level = _ATOM if len(parts) == 1 else _SUM if function == "sum" else _PRODUCT
            return (" + " if function == "sum" else r" \cdot ").join(parts), level
        if function in _FENCES:
            left, right = _FENCES[function]
            return rf"\left{left} {put(arguments[0])} \right{right}", _ATOM
        listed = ", ".join(put(argument) for argument in arguments)
        named = rf"\{function}" if function in ("min", "max") else rf"\operatorname{{{escape(function)}}}"
        return rf"{named}\left( {listed} \right)", _ATOM

    return put(parse(text))


def atom(text: str) -> str:
    """A symbol or a number as LaTeX mathematics: one letter and its index stay letters, words become text.

    >>> print(atom("F_h"), atom("C_in"), atom("out_channels"), atom("34,848"), atom("6·3"), atom("…"))
    F_h C_{\\text{in}} \\text{out\\_channels} 34{,}848 6 \\cdot 3 \\dots
    """
    if text == "…":
        return r"\dots"
    if re.fullmatch(r"−?[\d,./·×]+", text):
        signs = {",": "{,}", "·": r" \cdot ", "×": r" \times ", "−": "-"}
        return "".join(signs.get(sign, sign) for sign in text)
    letter = re.fullmatch(r"([A-Z])(?:_(\w+))?", text)
    if not letter:
        return rf"\text{{{escape(text)}}}"
    index = letter[2] or ""
    if len(index) > 1:
        index = f"{{{index}}}" if index.isdigit() else rf"{{\text{{{escape(index)}}}}}"
    return f"{letter[1]}_{index}" if index else text


def escape(text: str) -> str:
    """Text that LaTeX prints as it is.

    What pdfLaTeX has no letter for prints as `?` there, and as itself with XeLaTeX and LuaLaTeX.

    >>> print(escape("block_1: 50% of R&D #2, 3×3, Müller"))
    block\\_1: 50\\% of R\\&D \\#2, 3\\ensuremath{\\times}3, Müller
    """
    parts = re.split("(?<=-)(?=-)", text)  # else two hyphens make a dash
    return "{}".join("".join(_SPECIAL.get(one, _letter(one)) for one in part) for part in parts)


def _letter(character: str) -> str:
    if character.isascii() or character in _LETTERS:
        return character if character.isprintable() else " "
    parts = unicodedata.normalize("NFD", character)
    base, accents = parts[0], parts[1:]
    if character <= "\u017f" and base.isascii() and base.isalpha() and all(accent in _ACCENTS for accent in accents):
        return character
    return rf"{{\ifx\Umathchar\undefined ?\else {character}\fi}}" if character.isprintable() else "?"
