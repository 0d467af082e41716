"""Makes lecture_figures.md from tests/data/lecture_figures.yaml; docs/generate.py calls `render`.

What the page says of a file and layer is held true by tests/test_lecture_figures.py.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data" / "lecture_figures.yaml"

INTRODUCTION = """\
<!-- written by docs/evidence/lecture_figures.py from tests/data/lecture_figures.yaml: change those, not this page -->
# The figures of the lecture notes

Five lecture notes on convolutional networks state {count} figures. Each is below as the note has it, with its exact
value, the bundled file and layer that give it (`cnncalc explain FILE LAYER` shows the arithmetic), and a verdict.
Shapes are height × width × channels, multiplies those of one image. A test compares every one with the program.

{verdicts}

The slips: {slips}.
"""

MEANINGS = {
    "exact": "as stated",
    "rounded": "the exact value rounds to it, or is within 5 % of an “about”; S1-11 is an order of magnitude",
    "truncated": "cut off, where rounding gives the next digit",
    "slip": "an error of the note, or of its source",
    "computed": "the note has the layer but prints no figure",
    "not an architecture figure": "nothing that follows from a network",
}
UNITS = {"weights": "weights", "params": "parameters", "multiplies": "multiplies", "activations": "values"}
SHAPES = ("output", "input", "filter", "matrix", "input_channels_first")
WORDS = {
    "additions": "additions",
    "channels": "channels",
    "connections": "connections",
    "input_values": "numbers",
    "channels_sum": "channels together",
    "positions": "positions",
    "weight_layers": "weight layers",
}


def render() -> str:
    """The whole page."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    figures = data["figures"]
    count = Counter(figure["verdict"] for figure in figures)
    verdicts = ["| Verdict | Figures | Meaning |", "|---|---:|---|"]
    verdicts += [f"| {verdict} | {count[verdict]} | {meaning} |" for verdict, meaning in MEANINGS.items()]
    slips = [figure["id"] for figure in figures if figure["verdict"] == "slip"]
    parts = [INTRODUCTION.format(count=len(figures), verdicts="\n".join(verdicts), slips=", ".join(slips))]
    for note, title in data["notes"].items():
        lines = [
            f"## Note {note}. {title}",
            "",
            "| | Stated | Exact | File and layer | Verdict |",
            "|---|---|---|---|---|",
        ]
        lines += [_line(figure) for figure in figures if figure["note"] == note]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(figure: dict[str, Any]) -> str:
    checks = figure.get("at", [])
    own = next((check for check in checks if "value" not in check), None)
    others = [check for check in checks if check is not own]
    value = _value(figure["computed"], own) if figure["computed"] is not None else "–"
    where, last = [], None
    for check in [own, *others] if own else others:
        place = _place(check, repeated=check["file"] == last)
        where.append(place if check is own else f"{place}: {_value(check['value'], check)}")
        last = check["file"]
    verdict = f"**{figure['verdict']}**" if figure["verdict"] == "slip" else figure["verdict"]
    if "not_reproduced" in figure:
        verdict += f": {figure['not_reproduced']}"
    if "why" in figure:
        verdict += f". {_escaped(figure['why'])}"
    cells = (figure["id"], _escaped(figure["quote"]), value, "<br>".join(where) or "–", verdict)
    return f"| {' | '.join(cells)} |"


def _place(check: dict[str, Any], repeated: bool) -> str:
    """The files, with links unless they were just named, and the names in them."""
    files, names = _listed(check["file"]), _listed(check.get("name", []))
    links = [f"[{file}](../../architectures/{file}.yaml)" for file in files]
    if check["how"] in ("input", "input_channels_first", "input_values"):
        names = ["input"]
    text = ", ".join(f"`{name}`" for name in names) or "in all"
    if not repeated:
        text = f"{', '.join(links)} {text if names else ''}".strip()
    if check.get("without"):
        text += f" without `{check['without']}`"
    settings = "".join(f" `--set {key}={value}`" for key, value in check.get("set", {}).items())
    return text + settings


def _value(value: Any, check: dict[str, Any] | None) -> str:
    """An exact value in words: 55×55×96, 34,848 weights, groups 2, 2, 2."""
    how = check["how"] if check else ""
    of = check.get("of", "") if check else ""
    if how == "dense":
        return " → ".join(_number(size) for size in value)
    if how in SHAPES and isinstance(value, list):
        return "×".join(str(side) for side in value)
    if how == "smaller":
        return f"fewer {UNITS[of]}"
    if how == "formula_value":
        return f"{_escaped(check['formula'])} = {_number(value)}" if check else ""
    if how == "attribute":
        return f"{of} {'×'.join(map(str, value)) if of in ('kernel', 'stride') else _number(value)}"
    if how == "attributes":
        return ", ".join(f"{key} {part:g}" for key, part in value.items())
    if how == "count":
        return f"{value} × {of}"
    if how == "groups":
        return f"{value} {of} blocks"
    if how == "after":
        return f"after convolution {_number(value)}"
    if how == "type":
        return ", ".join(f"`{part}`" for part in _listed(value))
    if how == "multiple":
        return "× " + ", × ".join(f"{part:,}" for part in value)
    unit = UNITS.get(how) or WORDS.get(how, "")
    return f"{_number(value)} {unit}".strip()


def _number(value: Any) -> str:
    if isinstance(value, list):
        joint = ", " if all(abs(part) < 1000 for part in value) else " · "
        return joint.join(f"{part:,}" for part in value)
    if isinstance(value, str):
        return _escaped(value)
    return f"{value:,}" if abs(value) >= 10_000 or isinstance(value, float) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _escaped(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_|<>\[\]~#])", r"\\\1", text)
