"""`python -m tests.oracles`: compare as many random cases as asked for, and all bundled architectures."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import cnncalc
from cnncalc import bundled
from tests.oracles.random_nets import LARGE, random_graph, random_layer

WILD = 10  # every so many-th case may be wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracles", description=__doc__)
    parser.add_argument("--layers", type=int, default=0, metavar="N", help="random layers, against PyTorch")
    parser.add_argument("--graphs", type=int, default=0, metavar="N", help="random networks, against PyTorch")
    parser.add_argument("--keras", type=int, default=0, metavar="N", help="random layers, against Keras")
    parser.add_argument("--bundled", action="store_true", help="all bundled architectures, against PyTorch")
    parser.add_argument("--seed", type=int, default=0, help="of the random cases (0)")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="number of the first case (0)")
    asked = parser.parse_args()
    disagreements = 0
    if asked.layers:
        disagreements += _run(
            "layers", asked.layers, lambda verdicts, flops: _random(random_layer, asked, verdicts, flops)
        )
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
