"""A network as a torch.nn program: PyTorch's own shapes, parameters and multiplications.

Everything lies on the meta device: no weight has memory. Modules are built from the shapes that PyTorch itself gave
so far, never from the engine's. `torch.utils.flop_counter` counts two operations for each multiplication.

What PyTorch has not is a small module here: LeNet's subsampling and radial basis functions, connection tables (one
convolution for each filter), learned tokens, `same` padding with a stride (TensorFlow's rule, padded first). What no
such module can stand for raises NoEquivalentError: Caffe's clipping, and rounding up with uneven or broad padding.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tests.oracles.attributes import Shape, Values
from tests.oracles.written_out import Step

META = torch.device("meta")
REFUSALS = (RuntimeError, ValueError, IndexError, AssertionError)  # what PyTorch raises on what does not fit
NOT_COUNTED_BY_TORCH = ("subsample", "rbf")  # products of values that its flop counter leaves out

CONV = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
MAX_POOL = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
AVG_POOL = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
ADAPTIVE_AVG = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d}
ADAPTIVE_MAX = {1: nn.AdaptiveMaxPool1d, 2: nn.AdaptiveMaxPool2d, 3: nn.AdaptiveMaxPool3d}
INSTANCE_NORM = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}
BATCH_NORM = {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}

Build = Callable[[Values, list[Shape]], nn.Module]
BUILD: dict[str, Build] = {}


class NoEquivalentError(Exception):
    """PyTorch has no such layer."""


@dataclass(frozen=True)
class Measured:
    """What PyTorch says of one layer; `multiplies` is None where its counter does not look, `refusal` what it raised.

    `output` is None where PyTorch has no such layer: the reason is in `missing`.
    """

    output: Shape | None = None
    weights: int = 0
    biases: int = 0
    buffers: int = 0
    multiplies: int | None = None
    missing: str | None = None
    refusal: str | None = None


def _builds(*layer_types: str) -> Callable[[Build], Build]:
    def enter(function: Build) -> Build:
        BUILD.update(dict.fromkeys(layer_types, function))
        return function

    return enter


# -------------------------------------------------------------------------------------------------- the program


class Program(nn.Module):
    """The modules of a network; `run` builds each one when its input is there, and lets it work."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self.steps = steps
        self.layers = nn.ModuleList()

    def run(self, inputs: list[Shape], known: Sequence[Shape] = ()) -> list[Measured]:
        """What every layer gives, up to the first that is refused; `known` are shapes for those PyTorch has not."""
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # `same` with an even kernel copies its input: without memory it is free
            return self._run([torch.empty(1, *shape, device=META) for shape in inputs], known)

    def _run(self, inputs: list[Tensor], known: Sequence[Shape]) -> list[Measured]:
        values: list[Tensor] = []
        measured: list[Measured] = []
        for place, step in enumerate(self.steps):
            reads = [values[port] if port >= 0 else inputs[-1 - port] for port in step.inputs]
            try:
                module = self._module(place, step, [tuple(value.shape[1:]) for value in reads])
                with FlopCounterMode(display=False) as flops:
                    output = module(*reads)
                if 0 in output.shape:
                    raise ValueError("an output without values")
                measured.append(_measured(step, module, output, flops.get_total_flops(), step.shares == place))
            except NoEquivalentError as error:
                measured.append(Measured(missing=str(error)))
                if place == len(known):
                    return measured
                module, output = nn.Identity(), torch.empty(1, *known[place], device=META)
            except REFUSALS as error:
                return [*measured, Measured(refusal=f"{type(error).__name__}: {error}")]
            self.layers.append(module)
            values.append(output)
        return measured

    def _module(self, place: int, step: Step, shapes: list[Shape]) -> nn.Module:
        """The module of a step: that of the step it shares with, where there is something to share."""
        if step.shares != place:
            module = self.layers[step.shares]
            if next(module.parameters(), None) is not None or next(module.buffers(), None) is not None:
                return module
        return BUILD[step.type](step.values, shapes).eval()

    def totals(self) -> tuple[int, int]:
        """Params and buffers of the whole, shared ones once."""
        return sum(p.numel() for p in self.parameters()), sum(b.numel() for _, b in _buffers(self))


def _measured(step: Step, module: nn.Module, output: Tensor, operations: int, owns: bool) -> Measured:
    weights = biases = buffers = 0
    if owns:
        for name, parameter in module.named_parameters():
            if "bias" in name.rpartition(".")[2]:  # also in_proj_bias and bias_ih_l0
                biases += parameter.numel()
            else:
                weights += parameter.numel()
        buffers = sum(buffer.numel() for _, buffer in _buffers(module))
    multiplies = None if step.type in NOT_COUNTED_BY_TORCH else operations // 2
    return Measured(tuple(output.shape[1:]), weights, biases, buffers, multiplies)


def _buffers(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return ((name, b) for name, b in module.named_buffers() if not name.endswith("num_batches_tracked"))


class Call(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


def _rank(shapes: list[Shape]) -> int:
    """The number of sides."""
    return len(shapes[0]) - 1


def _for_rank(classes: dict[int, Any], shapes: list[Shape]) -> Any:
    if _rank(shapes) not in classes:
        raise ValueError(f"no such module for {_rank(shapes)} sides")
    return classes[_rank(shapes)]


# ---------------------------------------------------------------------------------------------- sliding windows


def _even(padding: Any) -> tuple[int, ...] | None:
    """The padding as PyTorch takes it, where both ends are alike."""
    if isinstance(padding, str) or any(before != after for before, after in padding):
        return None
    return tuple(before for before, _ in padding)


def _ends(v: Values, sides: Sequence[int]) -> list[tuple[int, int]]:
    """Zeros at each end of each side: `same` by TensorFlow's rule, or numbers."""
    dilation = v.get("dilation", (1,) * len(sides))
    if v["padding"] == "causal":
        return [(spread * (kernel - 1), 0) for kernel, spread in zip(v["kernel"], dilation, strict=True)]
    if v["padding"] != "same":
        return list(v["padding"])
    found = []
    for side, kernel, stride, spread in zip(sides, v["kernel"], v["stride"], dilation, strict=True):
        extent = (kernel - 1) * spread + 1
        missing = max(extent - (side % stride or stride), 0)
        found.append((missing // 2, missing - missing // 2))
    return found


class Padded(nn.Module):
    """Zeros around the input, then a module: `same` by TensorFlow's rule, or numbers for each end."""

    def __init__(self, values: Values, module: nn.Module) -> None:
        super().__init__()
        self.values = values
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(functional.pad(x, _flat(self.pads(x))))

    def pads(self, x: Tensor) -> list[tuple[int, int]]:
        return _ends(self.values, x.shape[2:])


def _flat(pads: Sequence[tuple[int, int]]) -> list[int]:
    """Pads in the order of `functional.pad`: the last axis first."""
    return [end for pair in reversed(pads) for end in pair]


@_builds("conv")
def _conv(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["connections"] is not None:
        return Connected(v, shapes)
    if not v["shared"]:
        return LocallyConnected(v, shapes)
    conv = _for_rank(CONV, shapes)
    channels = shapes[0][0]
    plain = "same" if v["padding"] == "same" and set(v["stride"]) == {1} else _even(_ends(v, shapes[0][1:]))
    module = conv(
        channels,
        v["filters"],
        v["kernel"],
        v["stride"],
        padding=plain if plain is not None else 0,
        dilation=v["dilation"],
        groups=v["groups"],
        bias=v["bias"],
        device=META,
    )
    return module if plain is not None else Padded(v, module)


class Connected(nn.Module):
    """One convolution for each filter, on the maps that its row names."""

    def __init__(self, v: Values, shapes: list[Shape]) -> None:
        super().__init__()
        if v["groups"] != 1 or len(v["connections"]) != v["filters"]:
            raise ValueError("one row for each filter, and no groups")
        self.rows = v["connections"]
        self.filters = nn.ModuleList(
            _conv({**v, "connections": None, "filters": 1}, [(len(row), *shapes[0][1:])]) for row in self.rows
        )

    def forward(self, x: Tensor) -> Tensor:
        maps = x.split(1, dim=1)
        read = [torch.cat([maps[number] for number in row], dim=1) for row in self.rows]
        return torch.cat([conv(part) for conv, part in zip(self.filters, read, strict=True)], dim=1)


class LocallyConnected(nn.Module):
    """One matrix for each position and group: windows are unfolded, and multiplied position by position."""

    def __init__(self, v: Values, shapes: list[Shape]) -> None:
        super().__init__()
        self.values = v
        self.padded = Padded(v, nn.Identity())
        sides = self.windows(torch.empty(1, *shapes[0], device=META)).shape[2 : 1 + len(shapes[0])]
        positions, taps = sides.numel(), torch.Size(v["kernel"]).numel()
        groups, channels = v["groups"], shapes[0][0]
        if channels % groups or v["filters"] % groups:
            raise ValueError("channels and filters split evenly into the groups")
        size = (positions * groups, channels // groups * taps, v["filters"] // groups)
        self.weight = nn.Parameter(torch.empty(*size, device=META))
        self.bias = nn.Parameter(torch.empty(positions, v["filters"], device=META)) if v["bias"] else None

    def windows(self, x: Tensor) -> Tensor:
        """Batch, channels, positions of each axis, taps of each axis."""
        v = self.values
        x = self.padded(x)
        for axis, (kernel, stride, dilation) in enumerate(
            zip(v["kernel"], v["stride"], v["dilation"], strict=True), start=2
        ):
            x = x.unfold(axis, dilation * (kernel - 1) + 1, stride)[..., ::dilation]
        return x

    def forward(self, x: Tensor) -> Tensor:
        found = self.windows(x)
        rank, groups = x.dim() - 2, self.values["groups"]
        sides = found.shape[2 : 2 + rank]
        read = found.reshape(groups, -1, sides.numel(), torch.Size(found.shape[2 + rank :]).numel())
        read = read.permute(2, 0, 1, 3).reshape(sides.numel() * groups, 1, -1)
        given = torch.bmm(read, self.weight).reshape(sides.numel(), -1)
        given = given if self.bias is None else given + self.bias
        return given.movedim(0, 1).reshape(1, -1, *sides)


@_builds("transposed_conv")
def _transposed(v: Values, shapes: list[Shape]) -> nn.Module:
    transposed = _for_rank(TRANSPOSED, shapes)
    plain = _even(v["padding"])
    added = v["output_padding"] or (0,) * _rank(shapes)
    for extra, stride, dilation in zip(added, v["stride"], v["dilation"], strict=True):
        if v["padding"] == "same" and extra >= stride:
            raise ValueError("Keras' output padding is smaller than the stride")
        if extra >= max(stride, dilation):
            _probe_output_padding(len(v["stride"]), extra, stride, dilation)
    module = transposed(
        shapes[0][0],
        v["filters"],
        v["kernel"],
        v["stride"],
        padding=plain if plain is not None else 0,
        output_padding=added if v["padding"] != "same" else 0,
        groups=v["groups"],
        bias=v["bias"],
        dilation=v["dilation"],
        device=META,
    )
    return module if plain is not None else Cut(v, module)


def _probe_output_padding(rank: int, extra: int, stride: int, dilation: int) -> None:
    """Ask the CPU, with numbers in memory: the meta device does not check the output padding."""
    conv = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}[rank]
    conv(torch.zeros(1, 1, *[2] * rank), torch.zeros(1, 1, *[2] * rank), None, stride, 0, extra, 1, dilation)


class Cut(nn.Module):
    """A transposed convolution whose padding is cut off its whole output; `same` leaves input × stride."""

    def __init__(self, v: Values, module: nn.Module) -> None:
        super().__init__()
        self.values = v
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        whole = self.module(x)
        pads = self.values["padding"]
        if pads == "same" and self.values["output_padding"]:  # Keras' rule
            v = self.values
            extents = [(k - 1) * d + 1 for k, d in zip(v["kernel"], v["dilation"], strict=True)]
            pads = [(e // 2, e // 2 - op) for e, op in zip(extents, v["output_padding"], strict=True)]
        elif pads == "same":
            pads = []
            for old, new, stride in zip(x.shape[2:], whole.shape[2:], self.values["stride"], strict=True):
                surplus = new - old * stride
                pads.append((surplus // 2, surplus - surplus // 2) if surplus > 0 else (0, surplus))
        return functional.pad(whole, [-end for end in _flat(pads)])


@_builds("max_pool", "avg_pool")
def _pool(v: Values, shapes: list[Shape]) -> nn.Module:
    pads = _even(_ends(v, shapes[0][1:]))
    own = pads is not None and all(2 * pad <= kernel for pad, kernel in zip(pads, v["kernel"], strict=True))
    small = any(side < kernel for side, kernel in zip(shapes[0][1:], v["kernel"], strict=True))
    average_3d = "dilation" not in v and _rank(shapes) == 3
    if v["ceil"] and v["padding"] != "same":
        if v["clip"] == "caffe":
            raise NoEquivalentError("Caffe's clipping of rounded-up windows")
        if not own:
            raise NoEquivalentError("rounding up with uneven padding or more than half the window")
        if small and average_3d:
            raise NoEquivalentError("AvgPool3d alone refuses to round up an input smaller than its window")
    own = own and not (small and average_3d)
    ceil = v["ceil"] and own and v["padding"] != "same"
    padding = pads if own else 0
    if "dilation" in v:
        module = _for_rank(MAX_POOL, shapes)(v["kernel"], v["stride"], padding, v["dilation"], ceil_mode=ceil)
    else:
        module = _for_rank(AVG_POOL, shapes)(v["kernel"], v["stride"], padding, ceil_mode=ceil)
    return module if own else Padded(v, module)


@_builds("subsample")
def _subsample(v: Values, shapes: list[Shape]) -> nn.Module:
    return Subsample(_for_rank(AVG_POOL, shapes)(v["kernel"], v["stride"]), shapes[0])


class Subsample(nn.Module):
    """The sum of each window, times a learned number for each map, plus another."""

    def __init__(self, pool: nn.Module, shape: Shape) -> None:
        super().__init__()
        self.pool = pool
        self.coefficient = nn.Parameter(torch.empty(shape[0], *[1] * (len(shape) - 1), device=META))
        self.bias = nn.Parameter(torch.empty_like(self.coefficient))

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(x) * self.coefficient + self.bias


# ---------------------------------------------------------------------------------------- whole maps and vectors


@_builds("global_avg_pool")
def _global_avg(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Sequential(_for_rank(ADAPTIVE_AVG, shapes)(1), nn.Flatten())


@_builds("global_max_pool")
def _global_max(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Sequential(_for_rank(ADAPTIVE_MAX, shapes)(1), nn.Flatten())


def _kept(v: Values, shapes: list[Shape]) -> tuple[int, ...]:
    return tuple(side if size == "keep" else size for side, size in zip(shapes[0][1:], v["size"], strict=True))


@_builds("channel_avg_pool")
def _channel_avg(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    return Call(lambda x: x.mean(1, keepdim=True))


@_builds("channel_max_pool")
def _channel_max(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    return Call(lambda x: x.amax(1, keepdim=True))


@_builds("adaptive_avg_pool")
def _adaptive_avg(v: Values, shapes: list[Shape]) -> nn.Module:
    return _for_rank(ADAPTIVE_AVG, shapes)(_kept(v, shapes))


@_builds("adaptive_max_pool")
def _adaptive_max(v: Values, shapes: list[Shape]) -> nn.Module:
    return _for_rank(ADAPTIVE_MAX, shapes)(_kept(v, shapes))


@_builds("dense")
def _dense(v: Values, shapes: list[Shape]) -> nn.Module:
    linear = nn.Linear(shapes[0][0], v["units"], bias=v["bias"], device=META)
    if v["per"] == "position":
        return ChannelsLast(linear)
    return nn.Sequential(Call(_only_vectors), linear)


def _only_vectors(x: Tensor) -> Tensor:
    if x.dim() != 2:
        raise ValueError("the last axis of maps is no channel axis")
    return x


class ChannelsLast(nn.Module):
    """A module that works on the last axis, on channels."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x.movedim(1, -1)).movedim(-1, 1)


@_builds("rbf")
def _rbf(v: Values, shapes: list[Shape]) -> nn.Module:
    return Rbf(shapes[0][0], v["units"])


class Rbf(nn.Module):
    """The squared distance to a stored code for each class."""

    def __init__(self, channels: int, units: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.empty(units, channels, device=META))

    def forward(self, x: Tensor) -> Tensor:
        return (_only_vectors(x)[:, None] - self.codes).square().sum(-1)


# ------------------------------------------------------------------------------------- value by value, and norms

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "elu": nn.ELU, "selu": nn.SELU,
    "gelu": nn.GELU, "silu": nn.SiLU, "hard_swish": nn.Hardswish, "hard_sigmoid": nn.Hardsigmoid,
    "softmax": lambda: nn.Softmax(dim=1),
}  # fmt: skip


def _plain(module: Callable[[], nn.Module]) -> Build:
    return lambda values, shapes: module()


BUILD.update({name: _plain(module) for name, module in _ACTIVATIONS.items()})


@_builds("leaky_relu")
def _leaky_relu(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.LeakyReLU(v["slope"])


@_builds("prelu")
def _prelu(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["per"] == "value":
        return Learned(lambda x, slope: torch.where(x > 0, x, x * slope), *shapes[0])
    return nn.PReLU(1 if v["per"] == "all" else shapes[0][0], device=META)


@_builds("dropout", "stochastic_depth")
def _dropout(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Dropout(v["rate"])


@_builds("batch_norm")
def _batch_norm(v: Values, shapes: list[Shape]) -> nn.Module:
    norm = _for_rank(BATCH_NORM, shapes)
    return _with_affine(v, shapes, lambda affine: norm(shapes[0][0], affine=affine, device=META))


@_builds("layer_norm")
def _layer_norm(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["over"] == "all":
        if v["shift"] and not v["scale"]:
            return nn.Sequential(nn.LayerNorm(shapes[0], elementwise_affine=False), Affine((), shapes[0]))
        return nn.LayerNorm(shapes[0], elementwise_affine=v["scale"], bias=v["shift"], device=META)
    if v["shift"] and not v["scale"]:
        plain = ChannelsLast(nn.LayerNorm(shapes[0][0], elementwise_affine=False))
        return nn.Sequential(plain, Affine((), (shapes[0][0], *[1] * _rank(shapes))))
    return ChannelsLast(nn.LayerNorm(shapes[0][0], elementwise_affine=v["scale"], bias=v["shift"], device=META))


@_builds("rms_norm")
def _rms_norm(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["over"] == "all":
        return nn.RMSNorm(shapes[0], elementwise_affine=v["scale"], device=META)
    return ChannelsLast(nn.RMSNorm(shapes[0][0], elementwise_affine=v["scale"], device=META))


@_builds("group_norm")
def _group_norm(v: Values, shapes: list[Shape]) -> nn.Module:
    return _with_affine(v, shapes, lambda affine: GroupNorm(v["groups"], shapes[0][0], affine=affine, device=META))


@_builds("instance_norm")
def _instance_norm(v: Values, shapes: list[Shape]) -> nn.Module:
    """Of one position PyTorch has none: there it is a group norm of as many groups as channels."""
    _maps(shapes)
    channels, *sides = shapes[0]
    if torch.Size(sides).numel() == 1:
        return _with_affine(v, shapes, lambda affine: GroupNorm(channels, channels, affine=affine, device=META))
    norm = _for_rank(INSTANCE_NORM, shapes)
    return _with_affine(v, shapes, lambda affine: norm(channels, affine=affine, device=META))


def _with_affine(v: Values, shapes: list[Shape], norm: Callable[[bool], nn.Module]) -> nn.Module:
    """A norm with PyTorch's own scale and shift, or with one of the two alone behind it."""
    if v["scale"] == v["shift"]:
        return norm(v["scale"])
    each = (shapes[0][0], *[1] * _rank(shapes))
    return nn.Sequential(norm(False), Affine(each if v["scale"] else (), each if v["shift"] else ()))


class Affine(nn.Module):
    """Learned factors, and learned numbers that are added; none of those of no shape."""

    def __init__(self, weight: Sequence[int], bias: Sequence[int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(*weight, device=META)) if weight else None
        self.bias = nn.Parameter(torch.empty(*bias, device=META)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        x = x if self.weight is None else x * self.weight
        return x if self.bias is None else x + self.bias


class GroupNorm(nn.GroupNorm):
    """Without the check of training that more than one value is in a group: a batch of one is no training."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


@_builds("lrn")
def _lrn(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.LocalResponseNorm(v["size"], v["alpha"], v["beta"], v["k"]) if _rank(shapes) else nn.Identity()


@_builds("scale")
def _scale(v: Values, shapes: list[Shape]) -> nn.Module:
    rank = _rank(shapes)
    each = {"all": (1,), "channel": (shapes[0][0], *[1] * rank), "value": shapes[0]}[v["per"]]
    return Affine(each, each if v["bias"] else ())


@_builds("identity")
def _identity(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Identity()


class Learned(nn.Module):
    """One learned tensor, and a function that joins it to the input."""

    def __init__(self, join: Callable[[Tensor, Tensor], Tensor], *shape: int) -> None:
        super().__init__()
        self.join = join
        self.learned = nn.Parameter(torch.empty(*shape, device=META))

    def forward(self, x: Tensor) -> Tensor:
        return self.join(x, self.learned)


@_builds("add")
def _add(v: Values, shapes: list[Shape]) -> nn.Module:
    return Call(lambda *inputs: reduce(torch.add, _alike(inputs)))


@_builds("multiply")
def _multiply(v: Values, shapes: list[Shape]) -> nn.Module:
    return Call(lambda *inputs: reduce(torch.mul, _alike(inputs)))


@_builds("elementwise")
def _elementwise(v: Values, shapes: list[Shape]) -> nn.Module:
    function = {
        "maximum": torch.maximum, "minimum": torch.minimum, "subtract": torch.sub, "divide": torch.div,
        "power": torch.pow,
    }[v["type"]]  # fmt: skip
    if v["type"] not in ("maximum", "minimum") and len(shapes) != 2:
        raise ValueError("two inputs")
    return Call(lambda *inputs: reduce(function, _alike(inputs)))


def _alike(inputs: Sequence[Tensor]) -> list[Tensor]:
    """A vector has sides of 1; what is 1 PyTorch spreads by itself, but of other numbers of sides it knows no more."""
    most = max(value.dim() for value in inputs)
    if any(value.dim() not in (2, most) for value in inputs):
        raise ValueError("other numbers of sides")
    return [value.reshape(*value.shape, *[1] * (most - value.dim())) for value in inputs]


@_builds("matmul")
def _matmul(v: Values, shapes: list[Shape]) -> nn.Module:
    for shape in shapes:
        _tokens([shape])

    def product(first: Tensor, second: Tensor) -> Tensor:
        matrices = [
            value if v["transpose"] == which else value.movedim(1, 2)
            for which, value in (("first", first), ("second", second))
        ]
        return torch.bmm(*matrices).movedim(1, 2)

    return Call(product)


@_builds("distance")
def _distance(v: Values, shapes: list[Shape]) -> nn.Module:
    return Call(lambda *inputs: (torch.stack(inputs)[0] - torch.stack(inputs)[1]).abs())


@_builds("concat")
def _concat(v: Values, shapes: list[Shape]) -> nn.Module:
    names = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}[_rank(shapes)]
    axis = ("channels", *names).index(v["axis"])
    return Call(lambda *inputs: torch.cat(inputs, dim=1 + axis))


# ------------------------------------------------------------------------------------------------ rearrangements


def _maps(shapes: list[Shape]) -> None:
    if not _rank(shapes):
        raise ValueError("a vector has no sides")


@_builds("flatten")
def _flatten(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Flatten()


@_builds("to_sequence")
def _to_sequence(v: Values, shapes: list[Shape]) -> nn.Module:
    return nn.Flatten(2)


@_builds("reshape")
def _reshape(v: Values, shapes: list[Shape]) -> nn.Module:
    return (
        nn.Unflatten(1, v["shape"]) if not _rank(shapes) else nn.Sequential(nn.Flatten(), nn.Unflatten(1, v["shape"]))
    )


@_builds("slice")
def _slice(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["first"] is not None:
        if v["part"] or v["of"] or not v["last"] or not v["first"] <= v["last"] <= shapes[0][0]:
            raise ValueError("no such channels")
        return Call(lambda x: x[:, v["first"] - 1 : v["last"]])
    if v["last"] is not None or not v["part"] or not v["of"]:
        raise ValueError("either parts or channels")
    if shapes[0][0] % v["of"]:
        raise ValueError("torch.chunk would make uneven parts")
    return Call(lambda x: x.chunk(v["of"], dim=1)[v["part"] - 1])


@_builds("pad_channels")
def _pad_channels(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["to"] < shapes[0][0]:
        raise ValueError("padding would cut")
    return Call(lambda x: functional.pad(x, [0, 0] * (x.dim() - 2) + [0, v["to"] - x.shape[1]]))


@_builds("channel_shuffle")
def _channel_shuffle(v: Values, shapes: list[Shape]) -> nn.Module:
    if _rank(shapes):
        return nn.ChannelShuffle(v["groups"])
    return nn.Sequential(nn.Unflatten(1, (-1, 1)), nn.ChannelShuffle(v["groups"]), nn.Flatten())


@_builds("pixel_shuffle")
def _pixel_shuffle(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    factors = v["factor"]
    if len(factors) == 2 and factors[0] == factors[1]:
        return nn.PixelShuffle(factors[0])
    return Call(lambda x: _deal(x, factors))


def _deal(x: Tensor, factors: tuple[int, ...]) -> Tensor:
    """nn.PixelShuffle for any number of axes: the factors are split off the channels and put behind their sides."""
    split = x.reshape(x.shape[0], -1, *factors, *x.shape[2:])
    rank = len(factors)
    order = [axis for side in range(rank) for axis in (2 + rank + side, 2 + side)]
    sides = [side * factor for side, factor in zip(x.shape[2:], factors, strict=True)]
    return split.permute(0, 1, *order).reshape(x.shape[0], -1, *sides)


@_builds("space_to_depth")
def _space_to_depth(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    factors = v["factor"]
    if len(factors) == 2 and factors[0] == factors[1]:
        return nn.PixelUnshuffle(factors[0])
    if any(side % factor for side, factor in zip(shapes[0][1:], factors, strict=True)):
        raise ValueError("sides split evenly")

    def gather(x: Tensor) -> Tensor:
        sides = [side // factor for side, factor in zip(x.shape[2:], factors, strict=True)]
        split = x.reshape(*x.shape[:2], *(part for pair in zip(sides, factors, strict=True) for part in pair))
        rank = len(factors)
        order = [*(3 + 2 * axis for axis in range(rank)), *(2 + 2 * axis for axis in range(rank))]
        return split.permute(0, 1, *order).reshape(x.shape[0], -1, *sides)

    return Call(gather)


@_builds("transpose")
def _transpose(v: Values, shapes: list[Shape]) -> nn.Module:
    _tokens(shapes)
    return Call(lambda x: x.movedim(1, 2))


@_builds("upsample")
def _upsample(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    return nn.Upsample(scale_factor=tuple(float(factor) for factor in v["factor"]))


@_builds("resize")
def _resize(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    if (v["size"] is None) != (len(shapes) == 2):
        raise ValueError("either a size or a second input")
    return Call(lambda x, like=None: functional.interpolate(x, size=v["size"] if like is None else like.shape[2:]))


@_builds("pad")
def _pad(v: Values, shapes: list[Shape]) -> nn.Module:
    _maps(shapes)
    if v["padding"] == "same":
        raise ValueError("numbers are needed")
    return Padded(v, nn.Identity())


@_builds("crop")
def _crop(v: Values, shapes: list[Shape]) -> nn.Module:
    if v["by"] is not None:
        if v["by"] == "same" or len(shapes) > 1:
            raise ValueError("numbers, and one input")
        _maps(shapes)
        return Call(lambda x: functional.pad(x, [-end for end in _flat(v["by"])]))
    if len({len(shape) for shape in shapes}) > 1 or len(shapes) < 2:
        raise ValueError("two inputs with as many sides")
    _maps(shapes)
    return Call(_middle)


def _middle(x: Tensor, like: Tensor) -> Tensor:
    for axis in range(2, x.dim()):
        surplus = x.shape[axis] - like.shape[axis]
        x = x.narrow(axis, surplus // 2, like.shape[axis])
    return x


# --------------------------------------------------------------------------------------------------------- tokens


def _tokens(shapes: list[Shape]) -> Shape:
    if _rank(shapes) != 1:
        raise ValueError("tokens are read")
    return shapes[0]


@_builds("class_token")
def _class_token(v: Values, shapes: list[Shape]) -> nn.Module:
    return Learned(lambda x, token: torch.cat([token.expand(x.shape[0], -1, -1), x], dim=2), 1, _tokens(shapes)[0], 1)


@_builds("position_embedding")
def _position_embedding(v: Values, shapes: list[Shape]) -> nn.Module:
    return Learned(torch.add, *_tokens(shapes))


@_builds("take_token")
def _take_token(v: Values, shapes: list[Shape]) -> nn.Module:
    _tokens(shapes)
    return Call(lambda x: x[:, :, v["index"]])


@_builds("operator")
def _operator(v: Values, shapes: list[Shape]) -> nn.Module:
    raise NoEquivalentError(f"operator {v['type']}: its figures are as the file says")


@_builds("embedding")
def _embedding(v: Values, shapes: list[Shape]) -> nn.Module:
    words = nn.Embedding(v["words"], v["width"], device=META)
    if _rank(shapes) and shapes[0][0] != 1:
        raise ValueError("one word at each position")
    return Words(words)


class Words(nn.Module):
    """An embedding of numbers of words, on maps of one channel or on a vector."""

    def __init__(self, module: nn.Embedding) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        words = x.long()
        return self.module(words if words.dim() == 2 else words[:, 0]).movedim(-1, 1)


@_builds("attention")
def _attention(v: Values, shapes: list[Shape]) -> nn.Module:
    for shape in shapes:
        _maps([shape])
    channels = [shape[0] for shape in [*shapes, *shapes[-1:] * 2][:3]]
    inner = v["inner"] or channels[0]
    widths = (inner, v["value_width"] or inner, v["output_width"] or channels[0])
    written = v["window"] is not None or v["position_table"] or any(v["shift"])
    if not written and set(widths) == {channels[0]} and v["kv_heads"] == v["heads"]:
        own = nn.MultiheadAttention(
            channels[0], v["heads"], bias=v["bias"], kdim=channels[1], vdim=channels[2], batch_first=True, device=META
        )
        return OwnAttention(own)
    return Attention(v, channels, widths)


class OwnAttention(nn.Module):
    """PyTorch's multi-head attention."""

    def __init__(self, module: nn.MultiheadAttention) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Tensor) -> Tensor:
        rows = [x.flatten(2).movedim(1, 2) for x in [*inputs, *inputs[-1:] * 2][:3]]
        found = self.module(*rows, need_weights=False)[0].movedim(1, 2)
        return found.reshape(*found.shape[:2], *inputs[0].shape[2:])


class Attention(nn.Module):
    """Attention as papers write it down: other widths, fewer heads of keys and values, windows as in Swin."""

    def __init__(self, v: Values, channels: list[int], widths: tuple[int, int, int]) -> None:
        super().__init__()
        heads, kept = v["heads"], v["kv_heads"]
        if widths[0] % heads or widths[1] % heads or heads % kept:
            raise ValueError("heads split evenly")
        if v["position_table"] and not v["window"]:
            raise ValueError("a table is of a window")
        if any(moved >= size for moved, size in zip(v["shift"], v["window"] or [1] * len(v["shift"]), strict=True)):
            raise ValueError("a shift is of a window, and less than it")
        self.values, self.heads, self.kept = v, heads, kept
        sizes = [(channels[0], widths[0]), (channels[1], widths[0] // heads * kept),
                 (channels[2], widths[1] // heads * kept), (widths[1], widths[2])]  # fmt: skip
        self.query, self.key, self.value, self.output = (
            nn.Linear(*size, bias=v["bias"], device=META) for size in sizes
        )
        self.table = None
        if v["position_table"]:
            offsets = torch.Size([2 * size - 1 for size in v["window"]]).numel()
            self.table = nn.Parameter(torch.empty(offsets, heads, device=META))

    def forward(self, *inputs: Tensor) -> Tensor:
        window = self.values["window"]
        if window is None:
            rows = [x.flatten(2).movedim(1, 2) for x in [*inputs, *inputs[-1:] * 2][:3]]
            found = self.attend(*rows).movedim(1, 2)
            return found.reshape(*found.shape[:2], *inputs[0].shape[2:])
        if len(inputs) > 1:
            raise ValueError("windows are for one input")
        x = inputs[0].movedim(1, -1)
        pads = [(0, -side % size) for side, size in zip(inputs[0].shape[2:], window, strict=True)]
        x = functional.pad(x, [0, 0, *_flat(pads)])
        rank = len(window)
        counts = [side // size for side, size in zip(x.shape[1:-1], window, strict=True)]
        split = x.reshape(x.shape[0], *(part for pair in zip(counts, window, strict=True) for part in pair), -1)
        order = [*(1 + 2 * axis for axis in range(rank)), *(2 + 2 * axis for axis in range(rank))]
        blocks = split.permute(0, *order, -1).reshape(-1, torch.Size(window).numel(), x.shape[-1])
        found = self.attend(blocks, blocks, blocks)
        found = found.reshape(x.shape[0], *counts, *window, -1)
        back = [place for axis in range(rank) for place in (1 + axis, 1 + rank + axis)]
        found = found.permute(0, *back, -1).reshape(x.shape[0], *x.shape[1:-1], -1).movedim(-1, 1)
        return found[(slice(None), slice(None), *(slice(side) for side in inputs[0].shape[2:]))]

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Rows of batch, positions, channels."""
        query = self.split(self.query(queries), self.heads)
        key, value = (
            self.split(layer(rows), self.kept).repeat_interleave(self.heads // self.kept, dim=1)
            for layer, rows in ((self.key, keys), (self.value, values))
        )
        scores = torch.matmul(query, key.transpose(-1, -2)).softmax(-1)
        return self.output(torch.matmul(scores, value).transpose(1, 2).flatten(2))

    def split(self, rows: Tensor, heads: int) -> Tensor:
        return rows.unflatten(2, (heads, -1)).transpose(1, 2)


def _of_type(kind: Callable[..., nn.RNNBase]) -> Build:
    def build(v: Values, shapes: list[Shape]) -> nn.Module:
        if v["biases"] > 2:
            raise ValueError("at most two biases")
        channels, _ = _tokens(shapes)
        module = kind(
            channels, v["units"], bias=v["biases"] > 0, bidirectional=v["bidirectional"], batch_first=True, device=META
        )
        for name in list(module._parameters) if v["biases"] == 1 else ():
            if name.startswith("bias_hh"):  # the second of the two; it stays in `_flat_weights`
                del module._parameters[name]
        return Recurrent(module, v["gives"] == "last")

    return build


BUILD.update({"lstm": _of_type(nn.LSTM), "gru": _of_type(nn.GRU), "rnn": _of_type(nn.RNN)})


class Recurrent(nn.Module):
    """PyTorch's recurrent layers, on positions × channels."""

    def __init__(self, module: nn.RNNBase, last: bool) -> None:
        super().__init__()
        self.module = module
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        found = self.module(x.movedim(1, 2))[0]
        return found[:, -1] if self.last else found.movedim(1, 2)
