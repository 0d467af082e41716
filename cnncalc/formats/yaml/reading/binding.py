"""Which attribute of a layer, or param of a block, each written value is for."""

from __future__ import annotations

from functools import partial

from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Problems, misspelt
from cnncalc.formats.source import Node, Seq, Text
from cnncalc.formats.yaml.reading.entries import COMMON, Block, Entries, Entry
from cnncalc.formats.yaml.reading.problems import colon_cure, unknown_attribute, unknown_type
from cnncalc.formats.yaml.reading.reader import Reader


def bind_all(entries: Entries, words: set[str], blocks: dict[str, Block], problems: Problems) -> None:
    """Bind every entry of a list, branches too; `words` are the params of the block around it that take a word."""
    for entry in entries:
        _bind_in(entry, words, blocks, problems)
        for branch in entry.branches or ():
            bind_all(branch.entries, words, blocks, problems)


def _bind_in(entry: Entry, words: set[str], blocks: dict[str, Block], problems: Problems) -> None:
    type_name = entry.type
    if type_name.startswith("$"):  # known when the block is called, and bound then
        if type_name not in words:
            problems.add("unknown-name", f"no param `{type_name}`", entry.key, partial(misspelt, type_name, words))
            entry.bound = {}
        return
    layer = LAYERS.get(type_name)
    if layer and layer.branches and type_name not in blocks:
        Reader(problems).merge(entry, layer)
    entry.bound = bind(entry, type_name, blocks, problems)


def bind(entry: Entry, type_name: str, blocks: dict[str, Block], problems: Problems) -> dict[str, Node]:
    """The values written for each attribute of a layer or param of a block; faults are added to `problems`."""
    if type_name in blocks:
        known = [param.name.lstrip("$") for param in blocks[type_name].params]
    elif type_name in LAYERS:
        known = list(LAYERS[type_name].attributes)
    else:
        from cnncalc.formats.yaml.reading.renamed import renamed_type  # here, for most files are fine

        what, cure = renamed_type(entry, type_name) or (f"no layer or block `{type_name}`", None)

        def help() -> str | None:
            from cnncalc.formats.yaml.reading.elsewhere import call_meant

            known = [*blocks, *LAYERS]
            return cure or call_meant(type_name, known) or colon_cure(entry.key) or unknown_type(type_name, known)

        problems.add("unknown-layer", what, entry.key, help)
        return {}
    positional = entry.positional
    if type_name not in blocks and positional and ("shift" in known or type_name == "prelu"):
        from cnncalc.formats.yaml.reading.renamed import alone

        if said := alone(entry, type_name):
            entry.faulty = True
            problems.add("bad-value", said[0], positional[-1], said[1])
            return {}
    if len(positional) > 1 and type_name not in blocks and is_a_shape(LAYERS[type_name]):
        shape = Seq(positional[0].mark)
        shape.items = positional
        positional = [shape]
    bound = dict(zip(known, positional, strict=False))
    if len(positional) > len(known):
        takes = ", ".join(f"`{name}`" for name in known) or "no attributes"
        extra = positional[len(known)]
        cure = _one_a_side(type_name, known, positional) if type_name not in blocks else None
        problems.add("unknown-attribute", f"`{type_name}` takes {takes}: one value too many", extra, cure)
    for key, value in entry.named:
        if key.text not in known:
            entry.faulty = True
            from cnncalc.formats.yaml.reading.renamed import renamed_attribute

            if type_name not in blocks and (said := renamed_attribute(entry, type_name, known, key.text)):
                problems.add("unknown-attribute", said[0], key, said[1])
                continue
            attribute_cure = partial(_attribute_cure, key, value, known, type_name)
            problems.add("unknown-attribute", f"unknown attribute of `{type_name}`: `{key.text}`", key, attribute_cure)
        elif key.text in bound:
            problems.add(
                "duplicate-name", f"`{key.text}` is given twice, by position and by name", key, "keep one of the two"
            )
        else:
            bound[key.text] = value
    return bound


def _attribute_cure(key: Text, value: Node, known: list[str], type_name: str) -> str | None:
    cure = colon_cure(key) or unknown_attribute(type_name, key.text, [*known, *COMMON, *_branches(type_name)])
    if not cure and _branches(type_name) and not isinstance(value, Text):
        return f"branches stand together: `{type_name}: {{branches: {{{key.text}: […], …}}}}`"
    return cure or (f"`{type_name}` has {', '.join(f'`{name}`' for name in known)}" if known else None)


def _one_a_side(type_name: str, known: list[str], positional: list[Node]) -> str | None:
    """The cure for sides that stand where attributes do: `upsample: [2, 2]`."""
    if len(known) != 1 or LAYERS[type_name].attributes[known[0]].kind not in ("Sides", "PerAxis", "Padding", "Factors"):
        return None
    from cnncalc.formats.yaml.reading.renamed import written

    return f"a number for each side is a list of its own: `{type_name}: [[{', '.join(map(written, positional))}]]`"


def is_a_shape(layer: type[Layer]) -> bool:
    """Whether a layer has no attribute but a shape: several values by position are its sides and channels."""
    return [attribute.kind for attribute in layer.attributes.values()] == ["Dims"]


def _branches(type_name: str) -> list[str]:
    return ["branches"] if type_name in LAYERS and LAYERS[type_name].branches else []
