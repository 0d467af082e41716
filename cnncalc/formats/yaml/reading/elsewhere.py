"""How a file would be written elsewhere: what stands where something else belongs, and the line to write."""

from __future__ import annotations

import re
from collections.abc import Collection

from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.reading.renamed import written

_LONGEST = 200  # letters of what is looked at as a call
_CALL = re.compile(r"([A-Za-z_][\w.]*)\s*\((.*)\)", re.DOTALL)  # conv(8, 3)
_SPACED = re.compile(r"([A-Za-z_]\w*)[ \t]+(\d[\w ,]*)")  # conv 8 3
_TYPE = ("type", "layer", "op", "class", "module")  # keys that say of what kind a layer is
_MAPPINGS = {
    "blocks": "write `blocks: {unit: {params: [n], layers: […]}}`",
    "vars": "write `vars: {n: 3}`",
    "defaults": "write `defaults: {conv: {bias: false}}`",
    "set": "write `set: {classes: 10}`",
}


def mapping_meant(what: str, node: Node) -> str | None:
    """The cure for something else in the place of a mapping."""
    if what.startswith("block ") and isinstance(node, Seq):
        return f"write `{what.removeprefix('block ')}: {{layers: […]}}`"
    return _MAPPINGS.get(what)


def entry_meant(node: Map, known: Collection[str]) -> str | None:
    """The line of an entry whose type is the value of a key: `{type: conv, filters: 8}`."""
    keys = {key.text: value for key, value in node.pairs}
    named = next((keys[key] for key in _TYPE if key in keys), None)
    if not isinstance(named, Text) or named.text not in known:
        return None
    pairs = [f"{key.text}: {written(value)}" for key, value in node.pairs if value is not named]
    return f"write `- {named.text}: {{{', '.join(pairs)}}}`" if pairs else f"write `- {named.text}`"


def call_meant(text: str, known: Collection[str]) -> str | None:
    """The entry that a call stands for, where its type is known.

    >>> call_meant("conv(8, 3, stride=2)", ["conv"]), call_meant("conv 8 3", ["conv"])
    ('write `conv: [8, 3, stride: 2]`', 'write `conv: [8, 3]`')
    """
    found = (_CALL.fullmatch(text) or _SPACED.fullmatch(text)) if len(text) <= _LONGEST else None
    if found is None or found[1] not in known:
        return None
    values = re.sub(r"\s*=\s*", ": ", found[2]) if "(" in text else ", ".join(re.findall(r"\w+", found[2]))
    return f"write `{found[1]}: [{values.strip()}]`" if values.strip() else f"write `{found[1]}`"


def block_meant(name: str) -> str | None:
    """The block that a name with params stands for: `unit(n, s=1)`."""
    found = _CALL.fullmatch(name) if len(name) <= _LONGEST else None
    return f"params stand inside: `{found[1]}: {{params: [{found[2]}], layers: […]}}`" if found else None


def params_meant(node: Map) -> list[Text]:
    """The params that a mapping stands for, with their defaults: `{n: 3}` is `n=3`."""
    return [
        Text(f"{key.text}={value.text}", key.mark, plain=True)
        for key, value in node.pairs
        if isinstance(value, Text) and not value.null
    ]
