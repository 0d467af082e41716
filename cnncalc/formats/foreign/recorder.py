"""A network of PyTorch that a program builds, recorded while it runs once on tensors without data.

It imports and calls what is named, so only a command line may name it, never a file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Label, clean, fail
from cnncalc.formats.foreign.aten import ATEN, plain_name, prepare, with_writes, works_in_place
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.model import Foreign, Operation, Stored
from cnncalc.formats.source import Source


class Program:
    """A program that builds a network, in the place of a file that says one; no file is recognised as that."""

    called = "a network of PyTorch"
    binary = True
    table = ATEN

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of what a program builds, which is imported and called; raises ProblemsFound."""
        if vars:
            raise fail("bad-value", f"--set: {self.called} has no vars")
        return record(source.name, input_size)


SEVERAL = "where it reads several tensors, say the size of each: `--input-size 3x8x8,3x4x4`, or by name"
FAILURES = (ArithmeticError, AttributeError, ImportError, LookupError, RuntimeError, TypeError, ValueError)


def record(name: str, input_size: str | None) -> Graph:
    """The graph of what `torch:MODULE:CALLABLE` builds; raises ProblemsFound.

    `input_size` are channels and sides, `3x224x224`; of several inputs those of each, by name or in their order.
    """
    _, _, rest = name.partition(":")
    module, colon, called = rest.partition(":")
    if not (module and colon and called):
        raise fail("unreadable", f"`{clean(name)}` names no network", None, "write torch:MODULE:CALLABLE")
    if not input_size:
        raise fail("missing-key", f"`{clean(name)}` says not what it reads", None, "say it: `--input-size 3x224x224`")
    if sys.flags.isolated:  # where nothing of a checkout may run
        raise fail("unreadable", f"`{clean(name)}` is not imported: this Python is isolated, by its option -I", None)
    try:
        torch: Any = import_module("torch")
    except ImportError:
        raise fail("unreadable", f"`{clean(name)}` needs PyTorch", None, "install the extra `torch`") from None
    sizes = _sizes(input_size)
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        network: Any = import_module(module)
        for part in called.split("."):
            network = getattr(network, part)
        with torch.no_grad():
            built = network if isinstance(network, torch.nn.Module) else network()
            return lower(_run(torch, name, _without_data(built.eval()), sizes), ATEN)
    except FAILURES as error:
        said = clean(str(error).splitlines()[0][:300]) if str(error) else type(error).__name__
        cure = SEVERAL if isinstance(error, TypeError) else None
        raise fail("unreadable", f"`{clean(name)}` cannot be run: {said}", Label(name, ""), cure) from None


def _without_data(network: Any) -> Any:
    """The same network whose tensors have no numbers: what several modules share stays one, as `to` leaves it not."""
    shared: dict[int, list[tuple[dict[str, Any], str]]] = {}
    for module in network.modules():
        for tensors in (module._parameters, module._buffers):
            for name, tensor in tensors.items():
                shared.setdefault(id(tensor), []).append((tensors, name))
    network = network.to("meta")
    for (first, called), *others in shared.values():
        for tensors, name in others:
            tensors[name] = first[called]
    for module in network.modules():
        if names := getattr(module, "_flat_weights_names", None):  # recurrent layers have a list of theirs
            module._flat_weights = [getattr(module, one, None) for one in names]
    return network


def _sizes(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sizes of what is read, each with its name where that is said; raises ProblemsFound.

    >>> _sizes("3x224x224"), _sizes("left=3x8x8,right=3x4x4")
    ([('', (3, 224, 224))], [('left', (3, 8, 8)), ('right', (3, 4, 4))])
    """
    found = []
    for part in text.replace("×", "x").split(","):
        name, _, size = part.strip().rpartition("=")
        if not re.fullmatch(r"[1-9]\d{0,8}(x[1-9]\d{0,8})*", size, re.ASCII) or (name and not name.isidentifier()):
            raise fail("bad-value", f"--input-size: `{clean(part)}` is no size", None, "write 3x224x224")
        found.append((name, tuple(map(int, size.split("x")))))
    return found


def _run(torch: Any, name: str, built: Any, sizes: list[tuple[str, tuple[int, ...]]]) -> Foreign:
    """What a network does; where it fails over tensors that it makes itself, these are without data, too."""
    try:
        return _recorded(torch, name, built, sizes)
    except FAILURES as error:
        try:
            with torch.device("meta"):
                return _recorded(torch, name, built, sizes)
        except FAILURES:
            raise error from None


def _recorded(torch: Any, name: str, model: Any, sizes: list[tuple[str, tuple[int, ...]]]) -> Foreign:
    mode: Any = import_module("torch.utils._python_dispatch").TorchDispatchMode
    net = Foreign(name, name.rpartition(":")[2], {}, (), [], keeps_books=True, tells_buffers=True, counts_once=True)
    names: dict[int, str] = {}  # of tensors by identity; those that work in place give another
    alive: list[Any] = []
    stack: list[str] = []
    in_place: set[int] = set()

    def known(tensor: Any) -> str:
        if id(tensor) not in names:  # a number that a program made of nothing
            given = names[id(tensor)] = f"constant {len(names)}"
            alive.append(tensor)
            net.stored[given] = Stored(given, tuple(tensor.shape), _dtype(tensor), None, False)
        return names[id(tensor)]

    for of, learned in ((model.named_parameters(), True), (model.named_buffers(), False)):
        for path, tensor in of:
            names[id(tensor)] = path
            net.stored[path] = Stored(path, tuple(tensor.shape), _dtype(tensor), None, learned)

    def dispatch(self: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = [one for one in (result if isinstance(result, list | tuple) else [result]) if torch.is_tensor(one)]
        reads: list[str] = []
        values: dict[str, Any] = {}
        rank = 0
        arguments = dict(zip((one.name for one in func._schema.arguments), args, strict=False)) | (kwargs or {})
        for key, value in arguments.items():
            parts = value if isinstance(value, list | tuple) else [value]
            if any(torch.is_tensor(part) for part in parts):
                rank = rank or next(part.dim() for part in parts if torch.is_tensor(part))
                reads += [known(part) if torch.is_tensor(part) else "" for part in parts]
            elif value is None and key in ("weight", "bias", "running_mean", "running_var"):
                reads.append("")
            elif isinstance(value, int | float | str | list | tuple):
                values[key] = tuple(value) if isinstance(value, list | tuple) else value
        called = func._schema.name.removeprefix("aten::")
        if works_in_place(called):
            in_place.add(len(net.operations))
        kind = plain_name(called)
        gives = []
        for tensor in given:
            alive.append(tensor)
            names[id(tensor)] = f"{kind} {len(alive)}"
            gives.append(names[id(tensor)])
            net.declared[gives[-1]] = tuple(tensor.shape)
        if not gives:  # such as the beginning of what is profiled
            return result
        prepare(kind, values, rank, [tuple(tensor.shape) for tensor in given])
        scope = _scope(stack)
        called = f"{kind}{len(net.operations)}"
        place = Label(name, f"{'.'.join(stack[-1:]) or 'network'}, {kind}")
        net.operations.append(Operation(called, kind, values, tuple(reads), tuple(gives), place, scope))
        return result

    recorder = type("Recorder", (mode,), {"__torch_dispatch__": dispatch})
    hooks = []
    for path, module in model.named_modules():
        if path:
            net.kinds[_scope(_above(path))] = type(module).__name__
            hooks.append(module.register_forward_pre_hook(lambda *_, path=path: stack.append(path)))
            hooks.append(module.register_forward_hook(lambda *_: stack.pop() and None))
    dtype = next((one.dtype for one in model.parameters() if one.is_floating_point()), torch.float32)
    given, named = [], {}
    for at, (called, size) in enumerate(sizes, 1):
        image = torch.zeros(1, *size, device="meta", dtype=dtype)
        read = names[id(image)] = called or (f"input{at}" if len(sizes) > 1 else "input")
        net.inputs[read] = (1, *size)
        alive.append(image)
        if called:
            named[called] = image
        else:
            given.append(image)
    try:
        with recorder():
            result = model(*given, **named)
    finally:
        for hook in hooks:
            hook.remove()
    net.outputs = tuple(dict.fromkeys(names[id(one)] for one in _tensors(torch, result)))
    with_writes(net, in_place)
    return net


def _tensors(torch: Any, result: Any) -> list[Any]:
    """All tensors that a network gives, one by one, in a list or by name."""
    if torch.is_tensor(result):
        return [result]
    if is_dataclass(result):
        result = vars(result)
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else []
    return [tensor for part in parts for tensor in _tensors(torch, part)]


def _dtype(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _above(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[: at + 1]) for at in range(len(parts))]


def _scope(stack: list[str]) -> tuple[str, ...]:
    """The path of the module that runs."""
    return tuple(stack[-1].split(".")) if stack else ()
