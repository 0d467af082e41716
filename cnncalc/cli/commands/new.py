"""Print a file to start from."""

from __future__ import annotations

from cnncalc.cli import options, streams
from cnncalc.cli.command import REFERENCE, Command

STARTER = """\
name: My network
source: "where its figures come from: a paper, a lecture"

# Sizes are height × width × channels; `size: 32` is 32×32.
input: {channels: 3, size: 32}

# Numbers that the entries use; `--set classes=100` overrides one.
vars: {classes: 10}

# A block is a layer type of your own, here a convolution with its activation.
blocks:
  conv_relu:
    params: [filters, kernel, stride=1]
    layers:
      - conv: {filters: filters, kernel: kernel, stride: stride, padding: same}
      - relu

# Each entry reads the one before it. `cnncalc layers` lists the types.
layers:
  - conv_relu: [32, 3, name: first]
  - max_pool: {kernel: 2}
  - conv_relu: [64, 3, name: second]
  - max_pool: {kernel: 2}
  - flatten
  - dense: {name: hidden, units: 128}
  - relu
  - dropout: 0.5
  - dense: {name: scores, units: classes}
  - softmax

# What you expect; `cnncalc check` holds the network to it.
expect:
  first: {output: 32x32x32, params: 896}
  second: {output: 16x16x64}
  hidden: {params: 524k}
  total: {params: 545098}
"""


class NewCommand(Command, options.WithKeptOutput):
    """Print a small file with comments, to start from."""

    section = REFERENCE
    examples = ("cnncalc new > net.yaml", "cnncalc new -o mine.yaml && cnncalc summary mine.yaml")

    def run(self) -> int:
        streams.emit(STARTER, self.output)
        return 0
