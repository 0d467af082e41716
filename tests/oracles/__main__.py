"""Compare the engine with PyTorch and Keras: random layers, random networks, all bundled architectures.

Prints how the cases came out and every disagreement with its file; the exit code is 1 if there is any.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cnncalc
from cnncalc.formats import bundled
from tests.oracles import compare
from tests.oracles.compare import Verdicts
from tests.oracles.random_nets import LARGE, random_graph, random_layer
from tests.records import record

WILD = 10  # every so many-th case may be wrong: then all must refuse it


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracles", description=__doc__)
    parser.add_argument("--layers", type=int, default=0, metavar="N", help="random layers, against PyTorch")
    parser.add_argument("--graphs", type=int, default=0, metavar="N", help="random networks, against PyTorch")
    parser.add_argument("--keras", type=int, default=0, metavar="N", help="random layers, against Keras")
    parser.add_argument("--bundled", action="store_true", help="all bundled architectures, against PyTorch")
    parser.add_argument("--seed", type=int, default=0, help="of the random cases (default 0)")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="number of the first case (default 0)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    asked = parser.parse_args()
    runs = []
    if asked.bundled:
        runs.append(_run("bundled architectures", _bundled))
    for what, number, judge in (
        ("random layers", asked.layers, _layer),
        ("random graphs", asked.graphs, _graph),
        ("Keras layers", asked.keras, _keras),
    ):
        if number:
            cases = range(asked.first, asked.first + number)
            runs.append(_run(what, partial(_random, asked.seed, cases, judge)))
    if asked.record:
        figures = {"libraries": {name: version(name) for name in ("torch", "keras")}, "runs": runs}
        command = f"--bundled --layers {asked.layers} --graphs {asked.graphs} --keras {asked.keras} --seed {asked.seed}"
        record(asked.record, f"python -m tests.oracles {command}", figures)
    return 1 if any(run["disagreements"] for run in runs) else 0


def _run(what: str, fill: Callable[[Verdicts], None]) -> dict[str, Any]:
    """Fill and print one set of verdicts; its figures."""
    verdicts = Verdicts()
    start = time.perf_counter()
    fill(verdicts)
    seconds = time.perf_counter() - start
    counts = dict(verdicts.counts)
    cases = counts.pop("cases", 0)
    print(f"{what}: {cases:,} cases, {len(verdicts.disagreements):,} disagreements ({seconds:.0f} s)", flush=True)
    for verdict, times in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"  {times:>9,}  {verdict}")
    for reason, times in verdicts.missing.most_common():
        print(f"  {times:>9,}  layers not compared: {reason}")
    for kind, times in verdicts.uncounted.most_common():
        print(f"  {times:>9,}  `{kind}` whose multiplies were not compared: PyTorch's counter does not see them")
    for disagreement in verdicts.disagreements:
        print(f"\n{disagreement}")
    return {
        "what": what,
        "cases": cases,
        "disagreements": len(verdicts.disagreements),
        "verdicts": counts,
        "not_compared": dict(verdicts.missing.most_common()),
        "not_counted": dict(verdicts.uncounted.most_common()),
    }


Judge = Callable[[random.Random, bool, Verdicts], None]


def _random(seed: int, cases: range, judge: Judge, verdicts: Verdicts) -> None:
    for number in cases:
        before = len(verdicts.disagreements)
        judge(random.Random(f"{seed}/{number}"), number % WILD == WILD - 1, verdicts)
        if len(verdicts.disagreements) > before:
            verdicts.disagreements[-1] = f"case {number} of seed {seed}: {verdicts.disagreements[-1]}"


def _layer(rng: random.Random, wild: bool, verdicts: Verdicts) -> None:
    compare.judge(random_layer(rng, LARGE, wild=wild), verdicts)


def _graph(rng: random.Random, wild: bool, verdicts: Verdicts) -> None:
    compare.judge(random_graph(rng, wild), verdicts)


def _keras(rng: random.Random, wild: bool, verdicts: Verdicts) -> None:
    from tests.oracles import keras_oracle

    keras_oracle.judge(rng.choice(sorted(keras_oracle.CASES)), rng, verdicts)


def _bundled(verdicts: Verdicts) -> None:
    for name in bundled.names():
        graph = cnncalc.load(name)
        differences = compare.against_torch(compare.steps_of(graph), cnncalc.analyze(graph), verdicts)
        verdicts.add("equal", f"bundled: {name}", differences)


if __name__ == "__main__":
    sys.exit(main())
