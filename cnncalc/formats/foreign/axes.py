"""Where the channels of a tensor stand, and what its first axis is: as the layers say that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnncalc.formats.foreign.model import Foreign, Operation
from cnncalc.formats.foreign.moves import MOVES
from cnncalc.formats.foreign.table import NOTHING, SAME, Match, Matches
from cnncalc.formats.foreign.value import Value

Readers = Mapping[
    str, Sequence[tuple[Operation, int]]
]  # of each tensor its operators, and the place at which they read


class Axes:
    """The axes of tensors, as the operators say that read these."""

    def __init__(self, net: Foreign, table: Matches, readers: Readers) -> None:
        self.net = net
        self.table = table
        self.readers = readers

    def counts_steps(self, name: str) -> bool:
        """Whether an input is read by a layer that has the steps of a sequence in front, and the images behind."""
        return any(
            row.axis == "steps" and at == 0 and not operator.attributes.get("batch_first")
            for operator, at in self.readers.get(name, ())
            for row in self.table.by_operator.get(operator.type, ())
        )

    def is_one_image(self, name: str, rank: int) -> bool:
        """Whether an input is read by a layer that takes one image alone, without an axis that counts them."""
        return any(at == 0 and takes_one(operator, rank) for operator, at in self.readers.get(name, ()))

    def channel(self, name: str, rank: int) -> int:
        """The axis on which the readers of a tensor look for channels; what nobody says is as the format has it."""
        seen = {name}
        waiting = [(name, tuple(range(rank)))]  # where each axis came from
        while waiting and len(seen) < 100:
            tensor, origin = waiting.pop(0)
            for operator, at in self.readers.get(tensor, ()):
                rows = self.table.by_operator.get(operator.type, [])
                row = rows[0] if rows else None
                if row is None or len(origin) != rank:
                    continue
                row = turned(row, operator)
                if at == 0 and takes_one(operator, rank):
                    return origin[0]
                if row.axis and row.axis != "steps" and at == 0 and rank > 1:
                    return origin[1 if row.axis == "first" else rank - 1]
                if row.type == "Transpose":
                    perm = operator.attributes.get("perm")
                    order = tuple(perm) if perm else tuple(reversed(range(rank)))
                    if sorted(order) != list(range(rank)):
                        continue
                    after = tuple(origin[axis] for axis in order)
                elif row.type in (SAME, NOTHING, "Pad", "Slice", "Split") or row.reads in ("x", "x*"):
                    if row.type in MOVES and row.type not in ("Pad", "Slice", "Split", "Concat"):
                        continue
                    after = origin
                else:
                    continue
                for given in operator.gives:
                    if given not in seen:
                        seen.add(given)
                        waiting.append((given, after))
        last = self.net.channels_last or rank == 3
        return rank - 1 if last or rank < 2 else 1


def takes_one(operator: Operation, rank: int) -> bool:
    """Whether a layer over so many sides reads one image without an axis of images."""
    return operator.attributes.get("sides") == rank - 1


def axis_by(row: Match, read: Value, main: Value | None = None) -> int:
    """The axis on which a row looks for the channels of a tensor."""
    if not row.axis:
        return main.channel if main is not None and len(main.dims) == len(read.dims) else read.channel
    return 1 if row.axis == "first" and len(read.dims) > 1 else max(0, len(read.dims) - 1)


def sized(operator: Operation, reads: Sequence[Value | None]) -> Operation:
    """A transposed convolution with the border that follows from the size which it says that it gives."""
    wanted, (main, kernel) = operator.attributes.get("output_shape"), (*reads, None, None)[:2]
    if operator.type != "ConvTranspose" or not wanted or main is None or kernel is None:
        return operator
    said, rank = operator.attributes, len(wanted)
    ones = (1,) * rank
    windows = said.get("kernel_shape") or kernel.dims[2:]
    padding = []
    for side, out, window, step, apart, more in zip(
        main.dims[-rank:],
        wanted,
        windows,
        said.get("strides") or ones,
        said.get("dilations") or ones,
        said.get("output_padding") or (0,) * rank,
        strict=True,
    ):
        cut = step * (side - 1) + more + (window - 1) * apart + 1 - out
        half = cut // 2
        padding.append((half, cut - half) if said.get("auto_pad") == "SAME_UPPER" else (cut - half, half))
    return operator._replace(attributes={**said, "padding": tuple(padding)})


def turned(row: Match, operator: Operation) -> Match:
    """A row with the axis that the operator says."""
    if row.axis != "format":
        return row
    return row._replace(axis="first" if operator.attributes.get("channels_first") else "last")
