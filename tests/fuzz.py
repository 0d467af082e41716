"""A fuzzer that knows the grammar: whole files, written at random and then damaged.

    python -m tests.fuzz --count 100000 --seed 1

Whatever the file, the answer is a network or a list of problems: never another exception, never long, never large.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
import traceback

import cnncalc
from cnncalc.layers import LAYERS
from cnncalc.lint import lint
from cnncalc.render import json, problems

SLOW = 2.0  # seconds for one input
NAMES = ["a", "b", "c1", "down", "input", "previous", "total", "x", "3a", "conv1", "relu1", "$w", "w"]
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
]
OPERATORS = [" + ", " - ", " * ", " / ", " // ", " % ", " == ", " < ", " and ", " or ", " if true else "]
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
            return self.choose.choice(["1", "1", "2", "3", "4", "n", "channels"])
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
        if type_name in ("add", "concat", "multiply") and self.choose.random() < 0.8:
            parts.append(f"branches: {self.branches()}")
        self.choose.shuffle(parts)
        return "{" + ", ".join(parts) + "}"

    def names(self) -> str:
        return "[" + ", ".join(self.choose.choices(NAMES, k=self.choose.randint(1, 3))) + "]"

    def branches(self) -> str:
        inner = [self.flow_entries() for _ in range(self.choose.randint(1, 3))]
        if self.choose.random() < 0.5:
            return f"[{', '.join(inner)}]"
        return (
            "{"
            + ", ".join(f"{self.choose.choice(NAMES)}{index}: {entries}" for index, entries in enumerate(inner))
            + "}"
        )

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
                text += f"    layers:\n{self.entries('      ')}"
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
        json.render(analysis, analysis.rows)
        cnncalc.check(graph)
        problems.render(lint(graph).findings)
    except cnncalc.ProblemsFound as error:
        problems.render(error.problems)
        return "problems"
    return "network"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts = {"network": 0, "problems": 0}
    slowest = failures = 0.0
    for number in range(options.count):
        choose = random.Random(f"{options.seed}/{number}")
        writer = Writer(choose)
        text = writer.damaged(writer.file()) if choose.random() < 0.5 else writer.file()
        started = time.perf_counter()
        try:
            counts[attempt(text)] += 1
        except Exception:
            failures += 1
            print(f"--- seed {options.seed}/{number}\n{text}\n{traceback.format_exc()}")
        slowest = max(slowest, time.perf_counter() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{options.count:,} inputs (seed {options.seed}): {counts['network']:,} networks, {counts['problems']:,} with "
        f"problems, {failures:.0f} failures; slowest {slowest:.2f} s, peak {memory} MB"
    )
    return 1 if failures or slowest > SLOW else 0


if __name__ == "__main__":
    sys.exit(main())
