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

NETWORKS = ("alexnet", "resnet18", "googlenet", "mobilenet_v2", "densenet121")


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


def upto(net: Foreign, number: int) -> Foreign:
    """A network that ends with one of its operators."""
    found = copy(net)
    found.operations = net.operations[: number + 1]
    found.outputs = net.operations[number].gives
    return found


class Judge:
    """Tells of one network which changes are noticed."""

    def __init__(self, net: Foreign, table: Matches) -> None:
        self.net, self.table = net, table
        self.said: dict[int, int] = {}  # how often its beginning contradicts itself already

    def contradictions(self, net: Foreign) -> int:
        """How often a network contradicts itself; raises ProblemsFound."""
        return len(lowered(net, self.table)[1])

    def judged(self, number: int, name: str, at: int | None, new: int) -> str:
        """`no change`, `noticed` or `missed`: at the operator itself, as is quicker to tell, or at one behind it."""
        operation, last = self.net.operations[number], len(self.net.operations) - 1
        changed = with_change(self.net, number, name, at, new)
        try:
            before = figures(lowered(alone(upto(self.net, number), operation), self.table)[0], operation)
        except ProblemsFound:  # what it gives is only known because it is declared
            return "no change"
        try:
            if figures(lowered(alone(upto(changed, number), operation), self.table)[0], operation) == before:
                return "no change"
        except ProblemsFound:
            pass
        try:
            for end in (number, last):
                if end not in self.said:
                    self.said[end] = self.contradictions(self.net if end == last else upto(self.net, end))
                if self.contradictions(changed if end == last else upto(changed, end)) > self.said[end]:
                    return "noticed"
        except ProblemsFound:
            return "noticed"
        return "missed"


def run(nets: dict[str, tuple[Foreign, Matches]], count: int, seed: int) -> tuple[dict[str, Counter[str]], list[str]]:
    """So many changes that count, spread over networks: how each came out, by network, and those that were missed."""
    choose = random.Random(seed)
    judges = {called: Judge(*net) for called, net in nets.items()}
    found = {called: Counter({"noticed": 0, "missed": 0, "no change": 0}) for called in nets}
    missed = []
    places = [(called, *place) for called, net in nets.items() for place in changeable(*net)]
    choose.shuffle(places)
    for called, number, name, at in places * 4:
        if sum(counts["noticed"] + counts["missed"] for counts in found.values()) >= count:
            break
        operation = nets[called][0].operations[number]
        value = operation.attributes[name] if at is None else operation.attributes[name][at]
        new = choose.choice([one for one in (value + 1, value - 1, 2 * value, value + 2) if one != value and one >= 0])
        outcome = judges[called].judged(number, name, at, new)
        found[called][outcome] += 1
        if outcome == "missed":
            missed.append(f"{called}: {operation.name} ({operation.type}) {name} {value} → {new}")
            print(missed[-1], file=sys.stderr, flush=True)
    return found, missed


def exported(folder: Path) -> dict[str, tuple[Foreign, Matches]]:
    """Networks of torchvision as PyTorch exports them, in two formats; those in the folder are not made anew."""
    nets = {}
    for name in NETWORKS:
        paths = [folder / f"{name}{suffix}" for suffix in (".pt2", ".onnx")]
        if not all(path.exists() for path in paths):
            _export(name, *paths)
        for path in paths:
            source = api.read(str(path))
            nets[path.name] = (source.format.foreign(source), source.format.table)
    return nets


def _export(name: str, program: Path, onnx: Path) -> None:
    import torch

    from tests.foreign.proof import torchvision_model

    model = torchvision_model(name)
    torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 224, 224, device="meta"),)), program)
    model = model.to_empty(device="cpu")
    for number, tensor in enumerate((*model.parameters(), *model.buffers()), 1):
        tensor.detach().view(-1)[:1] = number
    torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), str(onnx), dynamo=True, verbose=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep the networks there; run again, none is exported"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(io.StringIO()):
            nets = exported(options.folder or Path(scratch))
        found, missed = run(nets, options.count, options.seed)
    total = sum(found.values(), Counter())
    changes = total["noticed"] + total["missed"]
    print(f"{changes:,} changes, {total['noticed']:,} noticed; {total['no change']:,} more changed nothing")
    if options.record:
        figures = {"changes": changes, "noticed": total["noticed"], "without_effect": total["no change"],
                   "networks": {name: dict(counts) for name, counts in found.items()}, "missed": missed}  # fmt: skip
        asked = f"python -m tests.foreign.mutated --count {options.count} --seed {options.seed}"
        record(options.record, asked, figures)
    return 1 if total["missed"] > changes // 100 else 0


if __name__ == "__main__":
    sys.exit(main())
