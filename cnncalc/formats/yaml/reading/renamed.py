"""Words of before: they are refused, with the line to write instead."""

from __future__ import annotations

from cnncalc.formats.names import value_meant
from cnncalc.formats.source import Node, Seq, Text
from cnncalc.formats.yaml.reading.entries import Entry

Pairs = list[tuple[str, str]]

# Layer types: the new one, and what their attributes, in the old order, are called now
_TYPES: dict[str, tuple[str, dict[str, str]]] = {
    "uncounted": ("operator", {"operator": "type", "shape": "output"}),
    "self_attention": ("attention", {"heads": "heads", "bias": "bias"}),
    "layer_scale": ("scale", {}),
}
_NORMS = ("batch_norm", "layer_norm", "group_norm")


def renamed_type(entry: Entry, type_name: str) -> tuple[str, str] | None:
    """The message on a layer type that has another name now, and the line to write; None for any other."""
    if type_name not in _TYPES:
        return None
    now, called = _TYPES[type_name]
    pairs = [(name, written(node)) for name, node in zip(called.values(), entry.positional, strict=False)]
    pairs += [(called.get(key.text, key.text), written(node)) for key, node in entry.named]
    return f"`{type_name}` is called `{now}` now", f"write `{_line(now, entry, pairs)}`"


def renamed_attribute(entry: Entry, type_name: str, known: list[str], key: str) -> tuple[str, str] | None:
    """The message on an attribute that is written otherwise now, and the line to write; None for any other."""
    if (words := _words(type_name, key)) is None:
        return None
    pairs = [(name, written(node)) for name, node in zip(known, entry.positional, strict=False)]
    for name, node in entry.named:
        pairs += now(type_name, key, written(node)) if name.text == key else [(name.text, written(node))]
    return f"`{key}` of `{type_name}` is {words} now", f"write `{_line(type_name, entry, pairs)}`"


def renamed_default(type_name: str, key: str = "", value: Node | None = None) -> tuple[str, str] | None:
    """The message on a layer type or an attribute in `defaults` that has another name now; None for any other."""
    if not key:
        words = _TYPES.get(type_name)
        return (f"`{type_name}` is called `{words[0]}` now", f"write `{words[0]}: …`") if words else None
    if (said := _words(type_name, key)) is None or value is None:
        return None
    pairs = [f"{name}: {text}" for name, text in now(type_name, key, written(value))]
    return f"`{key}` of `{type_name}` is {said} now", f"write `{', '.join(pairs)}`"


def alone(entry: Entry, type_name: str) -> tuple[str, str] | None:
    """The message on a truth by position that was another attribute before, as both of a norm; None for any other."""
    if type_name == "prelu" and len(entry.positional) == 1 and written(entry.positional[0]) in ("true", "false"):
        value = written(entry.positional[0])
        pairs = now(type_name, "shared", value) + [(key.text, written(node)) for key, node in entry.named]
        return f"`{value}` by position was for `shared` of `prelu`", f"write `{_line(type_name, entry, pairs)}`"
    place = 1 if type_name == "group_norm" else 0
    if type_name not in _NORMS or len(entry.positional) != place + 1 or "shift" in [key.text for key, _ in entry.named]:
        return None
    value = written(entry.positional[place])
    if (
        value.isdigit() or value in ("all", "channels") or (value not in ("true", "false") and value_meant(value))
    ):  # which is told anyway
        return None
    pairs = [("groups", written(node)) for node in entry.positional[:place]] + now(type_name, "affine", value)
    pairs += [(key.text, written(node)) for key, node in entry.named]
    what = f"`{value}` by position was for the scale and the shift of `{type_name}`"
    return what, f"say which: `{_line(type_name, entry, pairs)}`"


def now(type_name: str, key: str, value: str) -> Pairs:
    """The attributes that stand for an old one.

    >>> now("batch_norm", "affine", "false"), now("prelu", "shared", "true")
    ([('scale', 'false'), ('shift', 'false')], [('per', 'all')])
    """
    if type_name in _NORMS:
        return [("scale", value), ("shift", value)]
    return [("per", "channel" if value == "false" else "all")]


def _words(type_name: str, key: str) -> str | None:
    if type_name in _NORMS and key == "affine":
        return "`scale` and `shift`"
    return "`per`" if (type_name, key) == ("prelu", "shared") else None


def _line(type_name: str, entry: Entry, pairs: Pairs) -> str:
    """An entry with these attributes, and what it says as every entry may."""
    reads = entry.reads or []
    more = [
        ("name", entry.name and entry.name.text),
        ("from", reads and (reads[0].text if len(reads) == 1 else f"[{', '.join(node.text for node in reads)}]")),
        ("repeat", entry.repeat and written(entry.repeat)),
        ("when", entry.when and written(entry.when)),
        ("share", entry.share and entry.share.text),
        ("trainable", entry.trainable and written(entry.trainable)),
        ("dtype", entry.dtype and written(entry.dtype)),
    ]
    parts = [f"{name}: {value}" for name, value in [*pairs, *more] if value]
    return f"- {type_name}: {{{', '.join(parts)}}}" if parts else f"- {type_name}"


def written(node: Node) -> str:
    """The text that is written here, on one line."""
    if isinstance(node, Text):
        from json import dumps

        return node.text if node.plain else dumps(node.text, ensure_ascii=False)
    if isinstance(node, Seq):
        return f"[{', '.join(map(written, node.items))}]"
    return f"{{{', '.join(f'{key.text}: {written(value)}' for key, value in node)}}}"
