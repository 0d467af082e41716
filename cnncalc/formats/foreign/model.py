"""Foreign: a network as a file of another program says it, operator by operator; nothing of ours in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

from cnncalc.core.problem import Origin
from cnncalc.core.record import Record

Dims = tuple[Any, ...]  # whole numbers; a text or None where a size is left open

MOST_OPERATORS = 50_000
NUMBERS = ("float", "bfloat", "complex")  # how types begin that are no places in a table
PACKED = ("int8", "uint8", "int4", "uint4", "int2", "uint2")  # how types begin in which weights are quantized
BITS = {
    "float64": 64, "int64": 64, "uint64": 64, "complex64": 64, "complex128": 128, "float32": 32, "int32": 32,
    "uint32": 32, "float16": 16, "bfloat16": 16, "int16": 16, "uint16": 16, "int8": 8, "uint8": 8, "bool": 8,
    "float8": 8, "int4": 4, "uint4": 4, "float4": 4, "int2": 2, "uint2": 2,
}  # fmt: skip


class Stored(Record):
    """A tensor whose numbers are in the file, or beside it: they are not read, unless they are few.

    `values` are those of a small tensor, one after the other; `fill` is the number that all of them are. `learned` is
    false where a program wrote a constant, and `supposed` where nobody can know that it is. `scaled` are whole numbers
    that stand for others.
    """

    name: str
    dims: tuple[int, ...]
    dtype: str = "float32"
    values: tuple[Any, ...] | None = None
    learned: bool = True
    fill: Any = None
    supposed: bool = False
    scaled: bool = False

    @property
    def measures(self) -> bool:
        """Whether its numbers may be learned: larger whole ones that no scale stands beside are places and sizes."""
        return self.scaled or self.dtype.startswith((*NUMBERS, *PACKED))

    @property
    def size(self) -> int:
        """The count of its numbers."""
        return prod(self.dims)

    @property
    def bytes(self) -> int:
        """The bytes that its numbers take."""
        return -(-self.size * BITS.get(self.dtype, 32) // 8)


class Operation(Record):
    """One operator: its name, the path of modules that it stands in, its attributes, and the tensors by name.

    An input that is left out is an empty name. `place` is where it stands: a line, or `node Conv_12`. Of operators that
    have the same `owner` the first, whose `id` that is, holds the weights of all. `blobs` are what it stores, each a
    quantity and a name: those of one name are one tensor, which counts where it comes first. `when` are tensors that
    decide whether it runs, each with what it must be; `branches` are the tensors that one gives which chooses between
    some.
    """

    name: str
    type: str
    attributes: dict[str, Any]
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    place: Origin
    scope: tuple[str, ...] = ()
    id: str = ""
    owner: str = ""
    blobs: tuple[tuple[str, str], ...] = ()
    when: tuple[tuple[str, bool], ...] = ()
    branches: tuple[tuple[str, ...], ...] = ()


@dataclass
class Foreign:
    """A whole network: its inputs with their dims, what it gives, and its operators in the order in which they run.

    `declared` are dims that the file says of tensors; they are held against ours. `batched`: axis 0 of inputs counts
    images. `unsized` are inputs that are no tensors, or whose number of axes nobody says. `notes` are what a reader
    left out.
    """

    file: str
    name: str
    inputs: dict[str, Dims]
    outputs: tuple[str, ...]
    operations: list[Operation]
    stored: dict[str, Stored] = field(default_factory=dict)
    declared: dict[str, Dims] = field(default_factory=dict)
    unsized: set[str] = field(default_factory=set)
    channels_last: bool = False
    keeps_books: bool = False  # whether the format says what each layer stores
    tells_buffers: bool = False  # whether it says which of these are not learned, also of kernels
    counts_once: bool = False  # whether a stored tensor is one parameter, however many layers read it
    tied: set[str] = field(default_factory=set)  # those of which that is known
    notes: list[str] = field(default_factory=list)
    kinds: dict[tuple[str, ...], str] = field(default_factory=dict)  # the classes of modules, by their path
