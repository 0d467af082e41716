"""A file and what it extends."""

from __future__ import annotations

import os

from cnncalc.core.problem import Problems, ProblemsFound
from cnncalc.formats import bundled
from cnncalc.formats.source import Map, Node, Seq, Source, Text, read_file
from cnncalc.formats.yaml.reading.problems import colon_cure, did_you_mean, value_is_null
from cnncalc.formats.yaml.tree import parse as parse_yaml

KEYS = (
    "name", "source", "note", "input", "inputs", "vars", "defaults", "blocks", "layers", "outputs", "expect", "budget",
    "extends",
)  # fmt: skip
DEEPEST_EXTENDS = 8


def chain(source: Source, problems: Problems) -> list[Map]:
    """The file and what it extends, eldest first; raises ProblemsFound."""
    levels: list[Map] = []
    seen = 0
    while True:
        tree = parse_yaml(source)
        if not isinstance(tree, Map):
            what = "a list" if isinstance(tree, Seq) else "plain text"
            problems.add(
                "not-an-architecture", f"a file is a mapping with `name`, `input`, `layers`; this is {what}", tree
            )
            raise ProblemsFound(problems.found)
        for key, value in tree:
            if key.text not in KEYS:
                cure = colon_cure(key) or did_you_mean(key.text, KEYS) or f"the keys are {', '.join(KEYS)}"
                problems.add("unknown-key", f"unknown key `{key.text}`", key, cure)
            elif value_is_null(value):
                problems.add("null-value", f"`{key.text}` has no value", key, "give it one, or remove the key")
        levels.insert(0, tree)
        parent = tree.get("extends")
        if parent is None:
            return levels
        seen += 1
        if seen > DEEPEST_EXTENDS:
            problems.add(
                "limit",
                f"more than {DEEPEST_EXTENDS} files extend each other (limit: extends {DEEPEST_EXTENDS})",
                parent,
            )
            raise ProblemsFound(problems.found)
        source = parent_of(source, parent, problems)


def parent_of(source: Source, node: Node, problems: Problems) -> Source:
    """The file that `extends` names; raises ProblemsFound."""
    if not isinstance(node, Text) or node.null:
        problems.add("extends", "`extends` names one file", node, "write `extends: resnet50.yaml`")
        raise ProblemsFound(problems.found)
    name = node.text
    if os.path.isabs(name):
        problems.add(
            "extends", "`extends` names a file beside this one or a bundled one", node, "write a relative path"
        )
        raise ProblemsFound(problems.found)
    if not source.bundled:
        for candidate in (name, f"{name}.yaml"):
            try:
                beside = source.beside(candidate)
            except ProblemsFound as error:
                problems.add("extends", error.problems[0].message, node, error.problems[0].help)
                raise ProblemsFound(problems.found) from None
            if beside is not None:
                return beside
    path = bundled.find(name)
    if path is None:
        known = bundled.names()
        places = "among the bundled architectures" if source.bundled else "beside this one, nor among the bundled ones"
        problems.add("extends", f"no file `{name}` {places}", node, did_you_mean(name.removesuffix(".yaml"), known))
        raise ProblemsFound(problems.found)
    return read_file(path, name if name.endswith(".yaml") else f"{name}.yaml", bundled=True, regular=True)
