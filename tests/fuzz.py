"""A fuzzer that knows the grammar: whole files, whole or written at random, and damaged.

    python -m tests.fuzz --count 100000 --seed 1
    python -m tests.fuzz --seed 1 --show 42          the text of one input

Whatever the file, the answer is a network or a list of problems: never another exception, never long, never large.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cnncalc
from cnncalc.analyses.checks.lint import lint
from cnncalc.core.layers import LAYERS
from cnncalc.formats import bundled
from cnncalc.render import json, problems
from tests.oracles.random_nets import random_graph
from tests.records import record

SLOW = 2.0  # seconds of the processor for one input
MOST_MEGABYTES = 500
OUTCOMES = ("network", "problems", "failure")
NAMES = ["a", "b", "c1", "down", "input", "previous", "total", "x", "3a", "conv1", "relu1", "$w", "w"]
NAMES += ["a.x", "b.down", "블록", "e\u0301"]
NETWORKS = [
    "{network: lenet5, until: S2}",
    "{network: resnet18, outputs: [conv3, conv2], set: {classes: n}, params: [n=3]}",
]
NETWORKS += ["{network: nothing}", "{network: m5}", "{network: fragments/inception_3a, until: x}"]
NUMBERS = ["0", "1", "2", "3", "4", "7", "8", "16", "64", "-1", "0.5", "1e3", "999999999", "1000000000000000", "9" * 30]
WORDS = [
    "same",
    "valid",
    "true",
    "false",
    "null",
    "~",
    "",
    "n",
    "s",
    "channels",
    "k",
    "relu",
    "torch",
    "position",
    "no",
    "height",
    "input.width",
    "a.channels",
    "copy",
    "keep",
    "causal",
    "all",
    "maximum",
]
OPERATORS = [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " == ", " < ", " and ", " or ", " if true else "]
TAME = ["conv", "conv: [4, 1]", "relu", "batch_norm", "max_pool: 1", "dropout", "add: {branches: [[], [relu]]}"]
TAME += [
    "concat: {branches: {a: [relu], b: [conv: [2, 1]]}}",
    "block1: 2",
    "lrn",
    "avg_pool: [1, 1]",
    "conv: [8, 3, 1, same]",
]
NOISE = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "-",
    "\n",
    " ",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!!x ",
    "<<: ",
    "|",
    ">",
    "?",
    "%",
    "@",
    "\t",
    "é",
    "\u2028",
]


class Writer:
    """Writes one random file."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.tame = choose.random() < 0.5  # half of the files should get past their first entries

    def expression(self, depth: int = 0) -> str:
        pick = self.choose.random()
        if depth > 2 or pick < 0.45:
            return self.choose.choice(NUMBERS if pick < 0.3 else WORDS)
        if pick < 0.8:
            return self.expression(depth + 1) + self.choose.choice(OPERATORS) + self.expression(depth + 1)
        if pick < 0.9:
            return f"({self.expression(depth + 1)})"
        function = self.choose.choice(["min", "max", "ceil", "round", "round_to", "sum", "sqrt", "not "])
        return f"{function}({self.expression(depth + 1)})"

    def value(self) -> str:
        pick = self.choose.random()
        if self.tame:
            return self.choose.choice(["1", "1", "2", "3", "4", "n", "channels", "height", "copy"])
        if pick < 0.7:
            return self.choose.choice(NUMBERS[:9])
        if pick < 0.8:
            return f"[{self.expression()}, {self.expression()}]"
        if pick < 0.85:
            return "[[0, 1], 1]"
        return f'"{self.expression()}"' if pick < 0.95 else self.expression()

    def attributes(self, type_name: str) -> str:
        known = list(LAYERS[type_name].attributes) if type_name in LAYERS else ["n", "s", "w"]
        parts = [f"{name}: {self.value()}" for name in known if self.choose.random() < 0.55]
        for name in ("name", "share"):
            if self.choose.random() < 0.15:
                parts.append(f"{name}: {self.choose.choice(NAMES)}")
        if self.choose.random() < 0.15:
            several = self.choose.random() < 0.4
            parts.append(f"from: {self.names() if several else self.choose.choice(NAMES)}")
        if self.choose.random() < 0.15:
            parts.append(f"repeat: {self.choose.choice(['0', '1', '2', '3', 'n', '1000000'])}")
        if self.choose.random() < 0.1:
            parts.append(f'when: "{self.expression()}"')
        if type_name in ("add", "concat", "multiply", "elementwise", "matmul") and self.choose.random() < 0.8:
            parts.append(f"branches: {self.branches()}")
        self.choose.shuffle(parts)
        return "{" + ", ".join(parts) + "}"

    def names(self) -> str:
        return "[" + ", ".join(self.choose.choices(NAMES, k=self.choose.randint(1, 3))) + "]"

    def branches(self) -> str:
        inner = [self.branch() for _ in range(self.choose.randint(1, 3))]
        if self.choose.random() < 0.5:
            return f"[{', '.join(inner)}]"
        return (
            "{"
            + ", ".join(f"{self.choose.choice(NAMES)}{index}: {entries}" for index, entries in enumerate(inner))
            + "}"
        )

    def branch(self) -> str:
        if self.choose.random() < 0.8:
            return self.flow_entries()
        parts = [f'when: "{self.expression()}"', f"from: {self.choose.choice(NAMES)}", f"layers: {self.flow_entries()}"]
        return "{" + ", ".join(part for part in parts if self.choose.random() < 0.6) + "}"

    def flow_entries(self) -> str:
        return "[" + ", ".join(self.entry() for _ in range(self.choose.randint(0, 3))) + "]"

    def entry(self) -> str:
        type_name = self.choose.choice(
            [*LAYERS, "conv", "conv", "relu", "add", "concat", "block1", "block2", "$w", "convv"]
        )
        pick = self.choose.random()
        if pick < (0.95 if self.tame else 0.25):
            return type_name
        if pick < 0.6:
            return f"{type_name}: {self.attributes(type_name)}"
        if pick < 0.75:
            return f"{type_name}: {self.value()}"
        return f"{type_name}: [{', '.join(self.value() for _ in range(self.choose.randint(0, 4)))}]"

    def entries(self, indent: str) -> str:
        return "".join(f"{indent}- {self.entry()}\n" for _ in range(self.choose.randint(1, 6)))

    def file(self) -> str:
        text = ""
        if self.choose.random() < 0.1:
            text += f"extends: {self.choose.choice(['resnet18', 'lenet5.yaml', 'nothing', 'googlenet'])}\n"
        sides = self.choose.choice(
            ["size: 8", "size: 32", "size: [16]", "size: [4, 8, 8]", "height: 8, width: 9", "", "size: 5000"]
        )
        text += f"input: {{channels: {self.choose.choice(NUMBERS[:8])}{', ' if sides else ''}{sides}}}\n"
        if self.choose.random() < 0.5:
            text += f'vars: {{n: {self.choose.choice(NUMBERS)}, s: "{self.expression()}", k: "n * 2"}}\n'
        if self.choose.random() < 0.3:
            text += f"defaults: {{conv: {{kernel: 3, padding: {self.value()}}}}}\n"
        if self.choose.random() < 0.6:
            text += "blocks:\n"
            for name in ("block1", "block2"):
                text += f"  {name}:\n    params: [n, s=1, $w=relu]\n"
                if self.choose.random() < 0.3:
                    text += "    inputs: [x, down]\n"
                if self.choose.random() < 0.3:
                    text += f"    outputs: {self.names()}\n"
                text += f"    layers:\n{self.entries('      ')}"
            if self.choose.random() < 0.3:
                text += f"  convv: {self.choose.choice(NETWORKS)}\n"
        text += f"layers:\n{self.entries('  ')}"
        if self.choose.random() < 0.2:
            text += f"outputs: {self.names()}\n"
        if self.choose.random() < 0.4:
            figure = self.choose.choice(["1", "~5M", "<3k", "28x28x3", "4.5"])
            text += f"expect: {{total: {{params: {figure}, output: 8x8x4}}}}\n"
        if self.choose.random() < 0.1:
            text += "budget: {params: {max: 5M}, conv1: {size: {warn: 2 MiB}}}\n"
        return text

    def damaged(self, text: str) -> str:
        for _ in range(self.choose.randint(0, 3)):
            place = self.choose.randrange(len(text) + 1)
            pick = self.choose.random()
            if pick < 0.4:
                text = text[:place] + self.choose.choice(NOISE) + text[place:]
            elif pick < 0.7:
                text = text[:place] + text[place + self.choose.randint(1, 5) :]
            else:
                end = place + self.choose.randint(1, 40)
                text = text[:end] + text[place:end] + text[end:]
        return text


def attempt(text: str) -> str:
    """`network` or `problems`: what came of a text; anything else is raised."""
    try:
        graph = cnncalc.loads(text)
        analysis = cnncalc.analyze(graph)
        json.network(analysis, analysis.rows)
        cnncalc.check(graph)
        problems.render(lint(graph).findings)
    except cnncalc.ProblemsFound as error:
        problems.render(error.problems)
        return "problems"
    return "network"


def an_input(seed: str) -> tuple[str, str]:
    """(kind, text) of the input with this seed, such as `1/42`."""
    choose = random.Random(seed)
    pick = choose.random()
    if pick < 0.4:
        return "whole network", random_graph(choose).text
    writer = Writer(choose)
    if pick < 0.7:
        return "damaged network", writer.damaged(random_graph(choose, wild=True).text)
    if pick < 0.72:
        return "damaged bundled file", writer.damaged(choose.choice(_bundled()))
    text = writer.file()
    return "written at random", writer.damaged(text) if choose.random() < 0.5 else text


@cache
def _bundled() -> list[str]:
    """The bundled files that are small enough to be read thousands of times."""
    texts = [Path(found).read_text(encoding="utf-8") for name in bundled.names() if (found := bundled.find(name))]
    return [text for text in texts if len(text) < 3_000]


def _run(task: tuple[int, range]) -> Found:
    """Try a range of inputs."""
    seed, numbers = task
    found = Found()
    for number in numbers:
        kind, text = an_input(f"{seed}/{number}")
        started = time.process_time()
        try:
            found.counts[kind, attempt(text)] += 1
        except Exception:
            found.counts[kind, "failure"] += 1
            found.failures.append(f"--- input {seed}/{number}\n{text}\n{traceback.format_exc()}")
        taken = time.process_time() - started
        found.slowest = max(found.slowest, taken)
        if taken > SLOW:
            found.failures.append(f"--- input {seed}/{number} took {taken:.1f} s\n{text}")
    found.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


@dataclass
class Found:
    """What some inputs gave: (kind, outcome) → how many."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    megabytes: int = 0

    def add(self, other: Found) -> None:
        self.counts += other.counts
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.megabytes = max(self.megabytes, other.megabytes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", metavar="NUMBER", type=int, help="print one input and stop")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: one for each processor)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    if options.show is not None:
        print(an_input(f"{options.seed}/{options.show}")[1], end="")
        return 0
    tasks = [(options.seed, range(first, min(first + 1000, options.count))) for first in range(0, options.count, 1000)]
    found = Found()
    with multiprocessing.Pool(options.jobs) as pool:
        for one in pool.imap(_run, tasks):
            found.add(one)
            print(*one.failures, sep="\n", end="\n" if one.failures else "")
    for kind in sorted({kind for kind, _ in found.counts}):
        outcomes = ", ".join(f"{found.counts[kind, outcome]:,} {outcome}" for outcome in OUTCOMES)
        print(f"{kind:22} {outcomes}")
    print(
        f"{found.counts.total():,} inputs (seed {options.seed}), {len(found.failures)} failures; "
        f"slowest {found.slowest:.2f} s, peak {found.megabytes} MB"
    )
    if options.record:
        kinds = {
            kind: {outcome: found.counts[kind, outcome] for outcome in OUTCOMES}
            for kind in sorted({kind for kind, _ in found.counts})
        }
        figures = {"inputs": found.counts.total(), "failures": len(found.failures), "kinds": kinds}
        figures |= {"slowest_seconds": round(found.slowest, 2), "peak_megabytes": found.megabytes}
        record(options.record, f"python -m tests.fuzz --count {options.count} --seed {options.seed}", figures)
    return 1 if found.failures or found.megabytes > MOST_MEGABYTES else 0


if __name__ == "__main__":
    sys.exit(main())
