"""A picture as TikZ: a `tikzpicture` to paste into a document, or a document of its own."""

from __future__ import annotations

from cnncalc.core.problem import clean
from cnncalc.drawing.picture import FONTS, Caption, Face, Item, Line, Picture
from cnncalc.drawing.svg import DARK, LIGHT, color

_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
_SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "·": r"$\cdot$", "×": r"$\times$",
    "−": "$-$", "√": r"$\surd$", "–": "--", "—": "---", "…": r"\dots{}", "²": "$^2$", "→": r"$\to$",
} | {sign: f"\\{sign}" for sign in "&%$#_{}"}  # fmt: skip
_DASHED = {"cone": "densely dotted", "hidden": "densely dashed", "frame": "dashed"}


def render(picture: Picture, theme: str = "light", standalone: bool = False) -> str:
    """The picture in points, y downwards; each colour is defined once, and texts are as LaTeX escapes them."""
    palette = DARK if theme == "dark" else LIGHT
    used: dict[str, str] = {}

    def ink(code: str) -> str:
        return used.setdefault(code, f"cnncalc{len(used)}")

    body = [line for item in picture.items for line in _drawn(item, palette, ink)]
    colors = [rf"\definecolor{{{name}}}{{HTML}}{{{code[1:].upper()}}}" for code, name in used.items()]
    lines = [r"\begin{tikzpicture}[x=1bp, y=-1bp, line width=1bp, line join=round]", *body, r"\end{tikzpicture}"]
    if not standalone:
        return "\n".join([r"% needs \usepackage{tikz}", *colors, *lines]) + "\n"
    head = [r"\documentclass[border=4bp]{standalone}", r"\usepackage[T1]{fontenc}", r"\usepackage{amsmath,tikz}"]
    head += [r"\usepackage[scaled]{helvet}", r"\renewcommand{\familydefault}{\sfdefault}", r"\begin{document}"]
    return "\n".join([*head, *colors, *lines, r"\end{document}"]) + "\n"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if round(value, 2) else "0"


def _at(x: float, y: float) -> str:
    return f"({_number(x)},{_number(y)})"


def _style(palette: dict[str, tuple[str, str]], role: str, ink: object) -> str:
    fill, line = color(palette, role)
    assert callable(ink)
    parts = [f"fill={ink(fill)}"] if fill != "none" else []
    parts += [f"draw={ink(line)}"] if line else []
    parts += [_DASHED[role]] if role in _DASHED else []
    return ", ".join(parts)


def _drawn(item: Item, palette: dict[str, tuple[str, str]], ink: object) -> list[str]:
    if isinstance(item, Caption):
        return [_text(item, palette, ink)]
    style = _style(palette, item.role, ink)
    if isinstance(item, Face):
        return [rf"\path[{style}] {' -- '.join(_at(*point) for point in item.points)} -- cycle;"]
    if isinstance(item, Line):
        path = _at(*item.start)
        for step in item.steps:
            ends = [_at(*point) for point in step]
            path += f" -- {ends[0]}" if len(ends) == 1 else f" .. controls {ends[0]} and {ends[1]} .. {ends[2]}"
        return [rf"\path[{style}] {path};"]
    boxes = [
        rf"\path[{style}, rounded corners=4bp] {_at(item.x + 3 * sheet, item.y - 3 * sheet)} rectangle"
        f" {_at(item.x + 3 * sheet + item.width, item.y - 3 * sheet + item.height)};"
        for sheet in range(item.sheets, -1, -1)
    ]
    return boxes + [_text(text, palette, ink) for text in item.texts]


def _text(text: Caption, palette: dict[str, tuple[str, str]], ink: object) -> str:
    font = FONTS[text.role]
    assert callable(ink)
    fill, _ = color(palette, "frame.text" if text.role == "frame" else text.role)
    size = (
        rf"\fontsize{{{_number(font.size * 0.92)}}}{{{_number(font.size)}}}\selectfont"  # a little narrower than drawn
    )
    bold = r"\bfseries" if font.bold else ""
    where = f"anchor={_ANCHORS[text.anchor]}, inner sep=0, text={ink(fill)}"
    return rf"\node[{where}] at {_at(text.x, text.y)} {{{size}{bold} {_escaped(text.text)}}};"


def _escaped(text: str) -> str:
    """Text as LaTeX sets it; letters that pdfLaTeX has not are question marks there, and themselves elsewhere.

    >>> print(_escaped("conv_1 5×5 · 50%"))
    conv\\_1 5$\\times$5 $\\cdot$ 50\\%
    """
    found = []
    for sign in clean(text):
        known = _SIGNS.get(sign, sign)
        found.append(known if known.isascii() else rf"{{\ifx\Umathchar\undefined ?\else {sign}\fi}}")
    return "".join(found)
