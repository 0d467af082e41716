"""A picture as SVG: no script, no outside file, and every colour an attribute, so that any program draws it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from cnncalc.core.problem import clean
from cnncalc.drawing.picture import FONTS, Box, Caption, Face, Item, Line, Picture

FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif"

# role: (fill, stroke) in the light and in the dark
LIGHT = {
    "ground": ("#ffffff", ""),
    "title": ("#14181f", ""),
    "subtitle": ("#4d5766", ""),
    "name": ("#14181f", ""),
    "shape": ("#14181f", ""),
    "op": ("#2f3845", ""),
    "muted": ("#565f6d", ""),
    "kernel": ("#a3320b", ""),
    "frame.text": ("#4d5766", ""),
    "note": ("#4d5766", ""),
    "edge": ("none", "#5b6675"),
    "arrow": ("#5b6675", ""),
    "input": ("#ffffff", "#8b95a3"),
    "conv": ("#dbe9fb", "#3a72b8"),
    "pool": ("#d8f1e3", "#2f8a5b"),
    "dense": ("#fde6cf", "#bf6d16"),
    "join": ("#eadffa", "#7a51b8"),
    "other": ("#eceff3", "#75808f"),
    "block": ("#fdf3c9", "#a08312"),
    "frame": ("#f6f8fa", "#b4bdc9"),
    "patch": ("#f0a07a", "#a3320b"),
    "cone": ("none", "#a3320b"),
    "hidden": ("none", "#a3320b"),
    "mark": ("#a3320b", ""),
}
DARK = {
    "ground": ("#12161c", ""),
    "title": ("#f1f4f8", ""),
    "subtitle": ("#a8b2c0", ""),
    "name": ("#f1f4f8", ""),
    "shape": ("#f1f4f8", ""),
    "op": ("#dbe1e9", ""),
    "muted": ("#b3bcc9", ""),
    "kernel": ("#ffb08a", ""),
    "frame.text": ("#a8b2c0", ""),
    "note": ("#a8b2c0", ""),
    "edge": ("none", "#8f9bab"),
    "arrow": ("#8f9bab", ""),
    "input": ("#1b2129", "#7f8a99"),
    "conv": ("#1d3350", "#6aa3e8"),
    "pool": ("#17392a", "#58b989"),
    "dense": ("#452d12", "#e0984a"),
    "join": ("#34254f", "#a987e6"),
    "other": ("#2a313b", "#8f9bab"),
    "block": ("#3b3413", "#cdb04a"),
    "frame": ("#181d25", "#4a5563"),
    "patch": ("#8a4526", "#ffb08a"),
    "cone": ("none", "#ffb08a"),
    "hidden": ("none", "#ffb08a"),
    "mark": ("#ffb08a", ""),
}


def _mixed(color: str, other: str, share: float) -> str:
    """`color` with a share of another one."""
    parts = [round(int(color[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share) for at in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _number(value: float) -> str:
    return (
        f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0", 1)
        if abs(value) < 0.005
        else (f"{value:.2f}".rstrip("0").rstrip("."))
    )


class _Ink:
    """The colours of a theme; with `auto` the light ones as attributes, and classes for the dark ones."""

    def __init__(self, theme: str) -> None:
        self.palette = DARK if theme == "dark" else LIGHT
        self.auto = theme == "auto"
        self.used: dict[str, None] = {}

    def __call__(self, role: str, stroke: bool = True) -> str:
        fill, line = color(self.palette, role)
        text = f' fill="{fill}"' + (f' stroke="{line}"' if line and stroke else "")
        if self.auto:
            self.used[role] = None
            text += f' class="{role.replace(".", "-")}"'
        return text

    def style(self) -> str:
        if not self.auto:
            return ""
        rules = []
        for role in sorted(self.used):
            fill, line = color(DARK, role)
            rules.append(f".{role.replace('.', '-')}{{fill:{fill}{f';stroke:{line}' if line else ''}}}")
        return f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>\n"


def color(palette: dict[str, tuple[str, str]], role: str) -> tuple[str, str]:
    """Fill and stroke of a role; `conv.top` and `conv.side` are shades of `conv`."""
    if role in palette:
        return palette[role]
    base, _, part = role.partition(".")
    fill, line = palette[base]
    toward, share = {"top": ("#ffffff", 0.45), "side": (line, 0.22), "mark": (line, 1.0)}[part]
    if palette is DARK and part == "top":
        share = 0.10
    return _mixed(fill, toward, share), line


def render(picture: Picture, theme: str = "light") -> str:
    """The picture as an SVG document; `theme` is `light`, `dark`, or `auto`, which follows the reader's system."""
    ink = _Ink(theme)
    width, height = _number(picture.width), _number(picture.height)
    body = [f'<rect width="{width}" height="{height}"{ink("ground")}/>']
    for item in picture.items:
        body += _drawn(item, ink)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" font-family={quoteattr(FAMILY)}>',
        f"<title>{_text(picture.title)}</title>",
        f"<desc>{_text(picture.description)}</desc>",
        f"{ink.style()}{body[0]}",
        *body[1:],
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(clean(text))


def _drawn(item: Item, ink: _Ink) -> list[str]:
    if isinstance(item, Caption):
        return [_label(item, ink)]
    if isinstance(item, Line):
        dashes = {"cone": ' stroke-dasharray="2 3"', "hidden": ' stroke-dasharray="4 3"'}.get(item.role, "")
        width = 1 if dashes else 1.5
        return [f'<path d="{_path(item)}" stroke-width="{width}" stroke-linejoin="round"{dashes}{ink(item.role)}/>']
    if isinstance(item, Face):
        points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
        tip = f"<title>{_text(item.tip)}</title>" if item.tip else ""
        end = f">{tip}</polygon>" if tip else "/>"
        return [f'<polygon points="{points}" stroke-linejoin="round"{ink(item.role)}{end}']
    return _box(item, ink)


def _box(box: Box, ink: _Ink) -> list[str]:
    tip = f"<title>{_text(box.tip)}</title>" if box.tip else ""
    dashes = ' stroke-dasharray="5 4"' if box.role == "frame" else ""
    lines = []
    for sheet in range(box.sheets, -1, -1):
        rectangle = (
            f'x="{_number(box.x + 3 * sheet)}" y="{_number(box.y - 3 * sheet)}" '
            f'width="{_number(box.width)}" height="{_number(box.height)}" rx="5"{dashes}{ink(box.role)}'
        )
        lines.append(f"<rect {rectangle}>{tip}</rect>" if tip and not sheet else f"<rect {rectangle}/>")
    return [
        *lines,
        *(_label(text, ink, f"{text.role}.text" if text.role == "frame" else text.role) for text in box.texts),
    ]


def _label(text: Caption, ink: _Ink, role: str | None = None) -> str:
    font = FONTS[text.role]
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    weight = ' font-weight="bold"' if font.bold else ""
    return (
        f'<text x="{_number(text.x)}" y="{_number(text.y)}" font-size="{_number(font.size)}"{weight}{anchor}'
        f' textLength="{_number(text.width)}" lengthAdjust="spacingAndGlyphs"'
        f"{ink(role or text.role)}>{_text(text.text)}</text>"
    )


def _path(line: Line) -> str:
    parts = [f"M{_number(line.start[0])} {_number(line.start[1])}"]
    for step in line.steps:
        numbers = " ".join(f"{_number(x)} {_number(y)}" for x, y in step)
        parts.append(f"{'L' if len(step) == 1 else 'C'}{numbers}")
    return "".join(parts)
