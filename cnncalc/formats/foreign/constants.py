"""Constants of a graph of ONNX: which of those that nodes hold are learned, and which are a norm's ones and zeros."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.formats.foreign.model import NUMBERS, PACKED, Foreign, Operation, Stored

KEEPS_PARAMS_APART = ("pytorch",)  # programs that write what is learned as initializers
NORMS = ("BatchNormalization", "SpatialBN", "InstanceNormalization", "LayerNormalization", "GroupNormalization",
         "RMSNormalization", "SimplifiedLayerNormalization")  # fmt: skip
NONE = {1: 1, 2: 0}  # what a norm without a scale and a shift reads at these places
SUMS = ("ConvInteger", "MatMulInteger")  # of which a bias of 32 bits is added
TURNED = ("Cast", "CastLike", "Identity")


def with_constants(net: Foreign, constants: Sequence[str], producer: str) -> None:
    """Learned tensors among those that nodes `Constant` hold, and norms without those that stand for none.

    A program that writes what it learns elsewhere learns none of them. Of others nobody can know: they are supposed to.
    """
    found = {name for name in constants if net.stored[name].dtype.startswith((*NUMBERS, *PACKED))}
    found = {name for name in found if net.stored[name].size > 1}
    net.operations = [_without_none(net, found, one) for one in net.operations]
    _with_scales(net)
    kernels = any(len(one.dims) > 1 and one.learned and one.dtype.startswith(NUMBERS) for one in net.stored.values())
    if not net.tells_buffers and not (producer in KEEPS_PARAMS_APART and kernels):
        for name in found.intersection(name for one in net.operations for name in one.reads):
            net.stored[name] = net.stored[name]._replace(learned=True, supposed=True)


def _without_none(net: Foreign, constants: set[str], operator: Operation) -> Operation:
    """A norm without the ones and zeros that an exporter writes where nothing is learned."""
    if operator.type not in NORMS or constants.isdisjoint(operator.reads):
        return operator
    reads = tuple(
        "" if name in constants and net.stored[name].fill == NONE.get(at, "") else name
        for at, name in enumerate(operator.reads)
    )
    return operator._replace(reads=reads)


def _with_scales(net: Foreign) -> None:
    """Whole numbers that scales stand beside, also where that is written out as a product."""
    makers = {name: one for one in net.operations for name in one.gives}
    for at, operator in enumerate(net.operations):
        if operator.type in ("Mul", "Div") and len(operator.reads) == 2:
            for one, scale in (operator.reads, operator.reads[::-1])[: 2 if operator.type == "Mul" else 1]:
                packed, factor = _packed(net, makers, one), net.stored.get(scale)
                if packed and factor and factor.dtype.startswith(NUMBERS) and _spreads(factor.dims, packed.dims):
                    reads = packed.name, scale
                    net.operations[at] = operator._replace(type="DequantizeLinear", reads=reads, attributes={})
                maker = makers.get(one)
                if factor and maker and maker.type == "DynamicQuantizeLinear" and one in maker.gives[1:2]:
                    # Of two scales, of which the one there is only when it runs
                    net.operations[at] = operator._replace(type="Identity", reads=(one, scale), attributes={})
        sums = operator.type == "Add" and any(makers[name].type in SUMS for name in operator.reads if name in makers)
        if sums or net.operations[at].type == "DequantizeLinear":
            for name in net.operations[at].reads if sums else net.operations[at].reads[:1]:
                if name in net.stored:
                    net.stored[name] = net.stored[name]._replace(scaled=True)


def _packed(net: Foreign, makers: dict[str, Operation], name: str) -> Stored | None:
    """The stored whole numbers of few bits that a tensor is, cast, and with another zero."""
    cast = False
    for _ in range(6):
        stored = net.stored.get(name)
        if stored is not None:
            return stored if cast and stored.dtype.startswith(PACKED) else None
        maker = makers.get(name)
        if maker is None or not maker.reads or maker.type not in (*TURNED, "Sub"):
            return None
        cast, name = cast or maker.type != "Sub", maker.reads[0]
    return None


def _spreads(dims: tuple[int, ...], over: tuple[int, ...]) -> bool:
    """Whether a tensor spreads over another one, and is smaller."""
    before = (1,) * (len(over) - len(dims)) + dims
    return (
        len(before) == len(over)
        and before != over
        and all(one in (1, side) for one, side in zip(before, over, strict=True))
    )
