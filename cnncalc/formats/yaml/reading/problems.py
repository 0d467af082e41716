"""Cures that problems of a file have in common, and the rules for names."""

from __future__ import annotations

from collections.abc import Callable, Collection

from cnncalc.core.builder import or_operator
from cnncalc.core.names import A_NAME, unseen, wrong_name
from cnncalc.core.problem import Problems, misspelt
from cnncalc.formats.source import Node, Text


def unknown_type(word: str, known: Collection[str]) -> str:
    """The cure for an unknown layer type: what it is called here, or how it is written; else what is alike.

    What it means goes before how it is spelt: `pixel_unshuffle` is not nearly a `pixel_shuffle`. And what is alike is
    a slip of the pen, more alike than `clone` and `conv`: another layer would be a worse answer than none.
    """
    from cnncalc.formats.names import other_name, otherwise  # here, for most files are fine

    called = other_name(word)
    cure = f"here it is called `{called}`" if called in known else otherwise(word)
    return or_operator(word, cure or misspelt(word, known, 0.7) or "`cnncalc layers` lists the layer types")


def unknown_attribute(layer: str, word: str, known: Collection[str]) -> str | None:
    """The cure for an unknown attribute: what it is called here, or how it is said; else what is alike."""
    from cnncalc.formats.attribute_names import attribute_meant

    return attribute_meant(layer, word, known) or misspelt(word, known)


def value_is_null(node: Node) -> bool:
    """Whether nothing is written where a value belongs."""
    return isinstance(node, Text) and node.null


def colon_cure(key: Text) -> str | None:
    """`a:1` and `conv {k` are one key to YAML."""
    word = key.text.partition("{")[0].rstrip(": ")
    if "{" in key.text and word:
        return f"write `{word}: {{…}}`, with a colon and a space"
    if ":" in key.text:
        before, _, after = key.text.partition(":")
        return f"write `{before}: {after}`, with a space behind the colon"
    return None


def unseen_cure(text: str) -> str | None:
    """The cure for a character in a name that nobody sees; None without any."""
    character = unseen(text)
    return f"it holds {character}, which cannot be seen: write it anew" if character else None


def call_cure(key: Text) -> str | None:
    """The cure for a block that is written as it is called: `unit(n, s=1)`."""
    from cnncalc.formats.yaml.reading.elsewhere import block_meant

    return block_meant(key.text)


def check_name(node: Text, problems: Problems, cure_of: Callable[[Text], str | None] = colon_cure) -> None:
    """Report a name that is none; `cure_of` may know what was meant."""
    if wrong := wrong_name(node.text):
        code, message, cure = wrong
        problems.add(code, message, node, cure or cure_of(node) or colon_cure(node) or A_NAME)
