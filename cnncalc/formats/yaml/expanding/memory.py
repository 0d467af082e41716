"""`memory`: how a file keeps its numbers, for the quantities in bytes. What it does not say is as without it."""

from __future__ import annotations

from typing import Any

from cnncalc.core.graph import BYTES, FLOAT32, LARGEST_BATCH, OPTIMIZERS, Storage
from cnncalc.core.problem import Problems, misspelt
from cnncalc.formats.source import Map, Node, Text

_WORDS = {"dtype": tuple(BYTES), "optimizer": tuple(OPTIMIZERS), "in_place": ("true", "false")}


def storage_of(node: Node, problems: Problems) -> Storage:
    """The storage that a file's `memory` describes; what is wrong with it is reported."""
    if not isinstance(node, Map):
        problems.add("bad-value", "`memory` must be a mapping", node, "write `memory: {dtype: int8}`")
        return FLOAT32
    given: dict[str, Any] = {}
    for key, value in node:
        text = value.text if isinstance(value, Text) and not value.null else ""
        if key.text not in Storage._fields:
            cure = misspelt(key.text, Storage._fields) or f"it has {', '.join(Storage._fields)}"
            problems.add("unknown-key", f"unknown key of `memory`: `{key.text}`", key, cure)
        elif key.text == "batch":
            if text.isascii() and text.isdigit() and 1 <= len(text) <= 10 and 1 <= int(text) <= LARGEST_BATCH:
                given["batch"] = int(text)
            else:
                problems.add("bad-value", "`batch` must be a whole number from 1 to 10^9", value)
        elif (word := one_of(key.text, _WORDS[key.text], value, problems)) is not None:
            given[key.text] = word == "true" if key.text == "in_place" else word
    return Storage(**given)


def one_of(what: str, known: tuple[str, ...], node: Node, problems: Problems) -> str | None:
    """One of some words; None where it is none, which is reported with the nearest."""
    text = node.text if isinstance(node, Text) and not node.null else ""
    if text in known:
        return text
    listed = f"{', '.join(known[:-1])} or {known[-1]}"
    shown = f", is `{text}`" if text else ""
    problems.add("bad-value", f"`{what}` must be {listed}{shown}", node, misspelt(text, known) if text else None)
    return None
