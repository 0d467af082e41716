"""A file and what it extends."""

from __future__ import annotations

import os

from cnncalc.core.problem import Problems, ProblemsFound, misspelt
from cnncalc.formats import bundled
from cnncalc.formats.source import Map, Node, Seq, Source, Text, is_absolute, read_file
from cnncalc.formats.yaml.reading.problems import colon_cure, value_is_null
from cnncalc.formats.yaml.tree import parse as parse_yaml

KEYS = (
    "name", "source", "note", "input", "inputs", "vars", "defaults", "blocks", "layers", "outputs", "expect", "budget",
    "extends", "network", "memory",
)  # fmt: skip
DEEPEST_EXTENDS = 8


def chain(source: Source, problems: Problems, below: int = 0) -> list[Map]:
    """The file and what it extends, eldest first; `below` are the files that lead to it. Raises ProblemsFound."""
    levels: list[Map] = []
    seen = below
    while True:
        tree = parse_yaml(source)
        if not isinstance(tree, Map):
            what = "a list" if isinstance(tree, Seq) else "plain text"
            problems.add(
                "not-an-architecture", f"a file is a mapping with `name`, `input`, `layers`; this is {what}", tree
            )
            raise ProblemsFound(problems.found)
        if {"backbone", "head"} <= {key.text for key, _ in tree}:
            message = f"`{source.name}` is a model of Ultralytics, whose modules are programs: it is not read"
            cure = "export it, `yolo export model=NAME.pt format=onnx`, and read that file"
            problems.add("foreign-format", message, tree.get("backbone"), cure)
            raise ProblemsFound(problems.found)
        for key, value in tree:
            if key.text not in KEYS:
                cure = colon_cure(key) or misspelt(key.text, KEYS) or f"the keys are {', '.join(KEYS)}"
                problems.add("unknown-key", f"unknown key `{key.text}`", key, cure)
            elif value_is_null(value):
                problems.add("null-value", f"`{key.text}` has no value", key, "give it one, or remove the key")
        levels.insert(0, tree)
        parent = tree.get("extends")
        if parent is None:
            return levels
        seen += 1
        if seen > DEEPEST_EXTENDS:
            raise too_many(parent, problems)
        source = parent_of(source, parent, problems)


def named_files(tree: Node) -> list[tuple[str, Node]]:
    """The files that a file names, each with the key that does: what it extends, and the networks that it uses."""
    if not isinstance(tree, Map):
        return []
    blocks = tree.get("blocks")
    found = [(key, node) for key in ("extends", "network") if (node := tree.get(key)) is not None]
    for _, block in blocks if isinstance(blocks, Map) else ():
        network = block.get("network") if isinstance(block, Map) else None
        if network is not None:
            found.append(("network", network))
    return found


def too_many(node: Node, problems: Problems) -> ProblemsFound:
    """The problem of a chain of files that is too long, or has no end."""
    message = f"more than {DEEPEST_EXTENDS} files extend or use each other (limit: extends {DEEPEST_EXTENDS})"
    problems.add("limit", message, node)
    return ProblemsFound(problems.found)


def parent_of(source: Source, node: Node, problems: Problems, key: str = "extends") -> Source:
    """The file that `extends` names, or the `network` of a block; raises ProblemsFound."""
    if not isinstance(node, Text) or node.null:
        problems.add("extends", f"`{key}` names one file", node, f"write `{key}: resnet50.yaml`")
        raise ProblemsFound(problems.found)
    name = node.text
    if name.startswith("torch:"):
        message = f"`{key}` names a file; what `torch:` names is imported and run, so only a command line may name it"
        problems.add("extends", message, node, "export it: `torch.export.save(…)`, and name that file")
        raise ProblemsFound(problems.found)
    if is_absolute(name):
        problems.add("extends", f"`{key}` names a file beside this one or a bundled one", node, "write a relative path")
        raise ProblemsFound(problems.found)
    if not source.bundled:
        for candidate in (name, f"{name}.yaml"):
            try:
                beside = source.beside(candidate)
            except ProblemsFound as error:
                why = error.problems[0]
                problems.add("extends", why.message, node, why.help, reason=why.reason)
                raise ProblemsFound(problems.found) from None
            if beside is not None and key == "extends" and beside.format is not None:
                message = f"`extends` names a file of YAML, and `{name}` is {beside.format.called}"
                problems.add("extends", message, node, f"write `network: {name}`")
                raise ProblemsFound(problems.found)
            if beside is not None:
                return beside
    path = bundled.find(name)
    if path is None:
        known = bundled.names()
        places = "among the bundled architectures" if source.bundled else "beside this one, nor among the bundled ones"
        missing = os.path.normpath(os.path.join(os.path.dirname(source.name), name))
        cure = misspelt(name.removesuffix(".yaml"), known)
        problems.add("extends", f"no file `{name}` {places}", node, cure, cause=missing)
        raise ProblemsFound(problems.found)
    return read_file(path, name if name.endswith(".yaml") else f"{name}.yaml", bundled=True, regular=True)
