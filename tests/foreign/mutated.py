"""Does the double entry notice? Attributes of files that keep books are changed, one at a time.

python -m tests.foreign.mutated --count 1000                     of networks of torchvision, as PyTorch exports them
python -m tests.foreign.mutated --count 1000 --record FILE       also write the figures, for verification.md

A change counts where it changes a shape that the layer gives, or how many numbers it stores, by its own formulas. It is
noticed where the file is then refused, or where a note names both figures.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import ProblemsFound
from cnncalc.formats import open as api
from cnncalc.formats.foreign.lower import Lowering
from cnncalc.formats.foreign.model import Foreign, Operation
from cnncalc.formats.foreign.moves import MOVES
from cnncalc.formats.foreign.table import Matches
from tests.records import record

NETWORKS = ("alexnet", "resnet18", "googlenet", "mobilenet_v2")


def lowered(net: Foreign, table: Matches) -> tuple[Graph, list[str]]:
    """The graph of a network, and where the file says otherwise."""
    found = Lowering(copy(net), table, None)
    return found.graph(), found.disagree


def changeable(net: Foreign, table: Matches) -> Iterator[tuple[int, str, int | None]]:
    """Each whole number among the attributes of an operator that is a layer or a move: which of them, and its place."""
    for number, operation in enumerate(net.operations):
        rows = table.by_operator.get(operation.type, ())
        if not rows or operation.type in ("view", "Reshape"):  # their shape is the whole of what they say
            continue
        read = {word for row in rows for text in row.values.values() for word in text.replace("(", " ").split()}
        known = read if rows[0].type not in MOVES else set(operation.attributes)
        for name, value in operation.attributes.items():
            if name not in known:
                continue
            if type(value) is int:
                yield number, name, None
            elif isinstance(value, tuple):
                yield from ((number, name, at) for at, part in enumerate(value) if type(part) is int)


def with_change(net: Foreign, number: int, name: str, at: int | None, new: int) -> Foreign:
    """A network with one number changed."""
    operation = net.operations[number]
    value: Any = new
    if at is not None:
        value = (*operation.attributes[name][:at], new, *operation.attributes[name][at + 1 :])
    found = copy(net)
    found.operations = list(net.operations)
    found.operations[number] = operation._replace(attributes={**operation.attributes, name: value})
    return found


def alone(net: Foreign, operation: Operation) -> Foreign:
    """A network whose file says nothing of what one operator gives and stores."""
    found = copy(net)
    found.keeps_books = False
    found.declared = {name: dims for name, dims in net.declared.items() if name not in operation.gives}
    return found


def figures(graph: Graph, operation: Operation) -> list[Any]:
    """What the layers of an operator give and store."""
    return [
        (node.work.output, node.work.weights, node.work.biases)
        for node in graph.nodes
        if node.origin == operation.place
    ]


def judged(net: Foreign, table: Matches, number: int, name: str, at: int | None, new: int) -> str:
    """`no change`, `noticed` or `missed`."""
    changed = with_change(net, number, name, at, new)
    operation = net.operations[number]
    try:
        before = figures(lowered(alone(net, operation), table)[0], operation)
    except ProblemsFound:  # what it gives is only known because it is declared
        return "no change"
    try:
        if figures(lowered(alone(changed, operation), table)[0], operation) == before:
            return "no change"
    except ProblemsFound:
        pass
    try:
        _, disagree = lowered(changed, table)
    except ProblemsFound:
        return "noticed"
    return "noticed" if len(disagree) > len(lowered(net, table)[1]) else "missed"


def run(nets: dict[str, tuple[Foreign, Matches]], count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """So many changes that count, spread over networks: how many were noticed, and those that were not."""
    choose = random.Random(seed)
    found: Counter[str] = Counter()
    missed = []
    places = [(called, *place) for called, (net, table) in nets.items() for place in changeable(net, table)]
    choose.shuffle(places)
    for called, number, name, at in places * 4:
        if found["noticed"] + found["missed"] >= count:
            break
        net, table = nets[called]
        operation = net.operations[number]
        value = operation.attributes[name] if at is None else operation.attributes[name][at]
        new = choose.choice([one for one in (value + 1, value - 1, 2 * value, value + 2) if one != value and one >= 0])
        outcome = judged(net, table, number, name, at, new)
        found[outcome] += 1
        if outcome == "missed":
            missed.append(f"{called}: {operation.name} ({operation.type}) {name} {value} → {new}")
            print(missed[-1], file=sys.stderr, flush=True)
    return found, missed


def exported() -> dict[str, tuple[Foreign, Matches]]:
    """Networks of torchvision as PyTorch exports them, in two formats."""
    import torch

    from tests.foreign.proof import torchvision_model

    nets = {}
    for name in NETWORKS:
        model = torchvision_model(name)
        paths = [f"{name}.pt2", f"{name}.onnx"]
        torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 224, 224, device="meta"),)), paths[0])
        model = model.to_empty(device="cpu")
        for number, tensor in enumerate((*model.parameters(), *model.buffers()), 1):
            tensor.detach().view(-1)[:1] = number
        torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), paths[1], dynamo=True, verbose=False)
        for path in paths:
            source = api.read(path)
            nets[path] = (source.format.foreign(source), source.format.table)
    return nets


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    target = options.record and options.record.resolve()
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(io.StringIO()):
            nets = exported()
        found, missed = run(nets, options.count, options.seed)
    os.chdir(here)
    changes = found["noticed"] + found["missed"]
    print(f"{changes:,} changes, {found['noticed']:,} noticed; {found['no change']:,} more changed nothing")
    if target:
        said = {"networks": len(nets), "changes": changes, "noticed": found["noticed"],
                "without_effect": found["no change"], "missed": missed}  # fmt: skip
        record(target, f"python -m tests.foreign.mutated --count {options.count} --seed {options.seed}", said)
    return 1 if found["missed"] > changes // 100 else 0


if __name__ == "__main__":
    sys.exit(main())
