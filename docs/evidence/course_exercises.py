"""Makes course_exercises.md from tests/data/exercises.yaml; docs/generate.py calls `render`.

Every command of the page is run here, and the answer must stand in what is shown of its output. That the answers are
right, and which published ones are not, is held by tests/test_exercises.py.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data" / "exercises.yaml"
sys.path.insert(0, str(HERE.parent))

from generate import Failed, run  # noqa: E402

INTRODUCTION = """\
<!-- written by docs/evidence/course_exercises.py from tests/data/exercises.yaml: change those, not this page -->
# Exercises of public courses, answered

{count} exercises that public courses print with their answers, each with the file that it describes, the command that
answers it, and both answers. Of what `explain` prints, the lines that answer the question are shown. Shapes are height
× width × channels, multiplies those of one image.

{agree} published answers are right; {wrong} are wrong, and it is said why: {links}.

All at once, from a copy of the repository: `python -m pytest tests/test_exercises.py`.
"""

# What of `explain` answers a question about one layer.
SHAPE = ("size", "height", "width", "values", "channels", "output")
LINES = {
    "output_shape": SHAPE,
    "fits": ("size", "remainder"),
    "pad": ("size",),
    "weights": ("weights",),
    "params": ("weights", "biases", "params"),
    "macs": ("multiplies",),
    "operations": ("multiplies", "activations"),
    "activations": ("activations",),
    "params_without_sharing": ("weights", "activations"),
    "im2col": ("weights", "output"),
    "connections": ("output", "activations"),
}
# What of `summary` answers a question about several.
COLUMNS = {
    "weights": "weights",
    "weights_per_layer": "weights",
    "params": "params",
    "params_per_layer": "params",
    "macs": "multiplies",
    "activations_total": "activations",
    "activations_all_layers": "activations",
    "activation_sizes": "activations",
    "memory_MiB": "activations",
}


def render() -> str:
    """The whole page."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    rows = data["exercises"]
    wrong = [row["id"] for row in rows if not row["agrees"]]
    links = ", ".join(f"[{id}](#{_heading(_group_of(rows, id)).lower().replace(' ', '-')})" for id in wrong)
    parts = [INTRODUCTION.format(count=len(rows), agree=len(rows) - len(wrong), wrong=len(wrong), links=links)]
    for source, about in data["sources"].items():
        groups = [group for group in _groups(rows) if group[0]["source"] == source]
        parts.append(f"## {about['title']}\n\n{_place(about)}\n")
        parts += map(_section, groups)
    return "\n".join(parts)


def _groups(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Exercises of a source that one file answers."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["source"], row.get("file") or row["bundled"]), []).append(row)
    return list(found.values())


def _group_of(rows: list[dict[str, Any]], id: str) -> list[dict[str, Any]]:
    return next(group for group in _groups(rows) if id in [row["id"] for row in group])


def _heading(group: list[dict[str, Any]]) -> str:
    return " ".join(row["id"] for row in group)


def _place(about: dict[str, str]) -> str:
    commit = f", commit {about['commit'][:12]}" if "commit" in about else ""
    evidence = f". Evidence: {about['evidence']}" if "evidence" in about else ""
    return f"Source: {_escaped(about['at'])}{commit}{_escaped(evidence)}."


def _section(group: list[dict[str, Any]]) -> str:
    first = group[0]
    lines = [f"### {_heading(group)}", ""]
    if "file" in first:
        name = f"{first['id'].lower()}.yaml"
        text = f"# {name}\n{first['file']}"
        lines += ["```yaml", text.rstrip("\n"), "```", ""]
    else:
        name, text = first["bundled"], ""
    command = _command(group, name)
    output = run(command, {name: text} if text else None)
    shown = _kept(output, group) if command.startswith("cnncalc explain") else output.rstrip("\n")
    for row in group:
        _must_answer(row, shown)
    lines += ["```console", f"$ {command}", shown, "```", ""]
    lines += ["| | question | published | answer | remark |", "| --- | --- | --- | --- | --- |"]
    lines += [_line(row) for row in group]
    return "\n".join(lines) + "\n"


def _command(group: list[dict[str, Any]], name: str) -> str:
    """`explain` for one layer, or for the layers that a question names; `summary` for several."""
    first = group[0]
    if "layers" in first:
        return f"cnncalc explain {name} {' '.join(first['layers'])}"
    layers = re.findall(r"^  - (\w+)", first.get("file", ""), re.MULTILINE)
    layers = [layer for layer in layers if layer != "flatten"] if len(layers) > 1 else layers
    if len(layers) == 1 and "branches" not in first["file"]:
        setting = f" --set pad={first['computed']}" if first["asked"] == "pad" else ""
        return f"cnncalc explain {name} {layers[0]}1{setting}"
    asked = [COLUMNS[row["asked"]] for row in group if row["asked"] in COLUMNS]
    columns = ",".join(dict.fromkeys(["layer", "type", "output", *asked]))
    depth = " -d all" if "bundled" in first or "branches" in first["file"] else ""
    return f"cnncalc summary {name}{depth} --columns {columns}"


def _kept(output: str, group: list[dict[str, Any]]) -> str:
    """The headings of the layers, and the lines that answer the questions."""
    labels = {label for row in group for label in LINES[row["asked"]]}
    lines = filter(str.strip, output.partition("\nwhere\n")[0].splitlines())
    return "\n".join(line for line in lines if line[:1].strip() or line.split()[0] in labels)


def _must_answer(row: dict[str, Any], shown: str) -> None:
    """The answer, or the large numbers from which it is worked out, must stand in what is shown."""
    if row["asked"] in ("fits", "pad", "receptive_field"):
        return
    if "worked" in row:
        wanted = [f"{int(number):,}" for number in re.findall(r"\d{4,}", str(row["worked"]))]
    else:
        wanted = _written(row["computed"]).split(", ")
    missing = [text for text in wanted if text not in shown]
    if missing:
        raise Failed(f"{row['id']}: {', '.join(missing)} does not stand in the output:\n{shown}")


def _line(row: dict[str, Any]) -> str:
    answer = _written(row["computed"])
    if "worked" in row:
        worked = row["worked"] if isinstance(row["worked"], list) else [row["worked"]]
        answer = f"{', '.join(_spelled(str(one)) for one in worked)} = {answer}"
    note = row.get("note", "")
    said = note if row["agrees"] else f"**wrong**: {note}"
    if row["agrees"] and "tolerance" in row:
        said = f"rounded{f'. {note}' if note else ''}"
    cells = (row["id"], _escaped(row["question"]), _written(row["answer"]), answer, said)
    return f"| {' | '.join(cells)} |"


def _spelled(expression: str) -> str:
    text = re.sub(r"\d{4,}", lambda match: f"{int(match[0]):,}", expression)
    return text.replace("*", "·").replace("2··20", "2^20")


def _written(value: Any) -> str:
    """`55×55×96`, `34,944`, several of them one after the other, or whether it fits."""
    if isinstance(value, bool):
        return "fits" if value else "does not fit"
    if not isinstance(value, list):
        return f"{value:,}"
    if len(value) <= 3 and not isinstance(value[0], list):
        return "×".join(map(str, value))
    return ", ".join(map(_written, value))


def _escaped(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_|<>\[\]~#])", r"\\\1", text)
