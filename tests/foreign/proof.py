"""Networks of others, read and held to what their own programs say of them.

python -m tests.foreign.proof                         everything (hours)
python -m tests.foreign.proof --part recorder keras   some of it
python -m tests.foreign.proof --every 40              a sample
python -m tests.foreign.proof --record FILE           also write the figures, for verification.md

A network is *exact* where params and multiplies equal those of the program that it is from: parameters as PyTorch or
Keras list them, multiplies as PyTorch's counter meets them. It is a *lower bound* where cnncalc says so, *refused*
where it says why, and *wrong* where it says another figure. Needs torch, torchvision, timm, keras and onnx.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cnncalc
from cnncalc.core.problem import ProblemsFound
from cnncalc.formats.foreign.aten import ATEN
from cnncalc.formats.foreign.lower import lower
from cnncalc.formats.foreign.recorder import _recorded
from tests.oracles.torchvision_operators import declared
from tests.records import record

OUTCOMES = ("exact", "lower bound", "refused", "not compared", "wrong")
LIBRARIES = ("torch", "torchvision", "timm", "keras", "onnx", "onnxscript")
ARCHITECTURES = 300  # of timm
SIDES = {"inception_v3": 299, "vit_h_14": 224}


@dataclass
class Part:
    """How the networks of one source came out, `of` so many; `others` names those that are not exact, and why."""

    counts: Counter[str] = field(default_factory=Counter)
    others: dict[str, str] = field(default_factory=dict)
    of: int = 0


@dataclass(frozen=True)
class Truth:
    """What the program itself says."""

    params: int
    multiplies: int | None


# ------------------------------------------------------------------------------------------------ what is asked


@cache
def _torchvision() -> Any:
    """torchvision.models."""
    declared()
    import torchvision.models

    return torchvision.models


def torchvision_networks() -> list[tuple[str, tuple[int, ...]]]:
    """Names of all networks for classification, segmentation and video, and what each reads."""
    models = _torchvision()
    found = []
    for name in models.list_models():
        module = models.get_model_builder(name).__module__
        if "quantization" in module or "detection" in module or "optical_flow" in module:
            continue
        side = SIDES.get(name, 224)
        video = "video" in module
        small = video and not name.startswith(("mvit", "swin", "s3d"))
        frames = (16,) if video else ()
        found.append((name, (3, *frames, *((112, 112) if small else (side, side)))))
    return found


def build(make: Callable[..., Any], **given: Any) -> Any:
    """A network in evaluation, on the meta device where it can be built there."""
    import torch

    try:
        with torch.device("meta"):
            return make(**given).eval()
    except (NotImplementedError, RuntimeError):
        return make(**given).eval().to("meta")


def truth(model: Any, sizes: tuple[int, ...]) -> Truth:
    """Parameters as listed, and multiplies as PyTorch's counter meets them."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *sizes, device="meta"))
    return Truth(sum(one.numel() for one in model.parameters()), counter.get_total_flops() // 2)


def torchvision_model(name: str) -> Any:
    models = _torchvision()
    heads = {"init_weights": False, "aux_logits": False}  # only training runs the auxiliary ones
    given: dict[str, Any] = heads if name in ("googlenet", "inception_v3") else {}
    if models.get_model_builder(name).__module__.endswith(("segmentation", "deeplabv3", "fcn", "lraspp")):
        given["weights_backbone"] = None
    return build(models.get_model_builder(name), weights=None, **given)


# ------------------------------------------------------------------------------------------------ how it came out


def judged(read: Callable[[], Any], said: Truth) -> tuple[str, str]:
    """(outcome, why) of one network."""
    try:
        graph = read()
    except ProblemsFound as error:
        return "refused", "; ".join(problem.message for problem in error.problems[:3])
    analysis = cnncalc.analyze(graph)
    params, multiplies = analysis.totals.params, analysis.totals.multiplies
    figures = f"params {params:,} of {said.params:,}, multiplies {multiplies:,} of {said.multiplies or 0:,}"
    if analysis.status != "exact":
        unknown = Counter(
            str(one.layer.values["type"]) for one in graph.nodes if one.layer.unknown and one.layer.left_open
        )
        return "lower bound", f"{', '.join(f'{many} × {name}' for name, many in unknown.items())}; {figures}"
    if params != said.params or said.multiplies not in (None, multiplies):
        return "wrong", figures
    return "exact", ""


Case = tuple[str, Callable[[], tuple[str, str]]]


def by_recorder(every: int) -> Iterator[Case]:
    for name, sizes in torchvision_networks()[::every]:
        yield name, lambda name=name, sizes=sizes: _recorder(torchvision_model(name), name, sizes)  # type: ignore[misc]


def _recorder(model: Any, name: str, sizes: tuple[int, ...]) -> tuple[str, str]:
    import torch

    said = truth(model, sizes)
    with torch.no_grad():
        net = _recorded(torch, name, model, list(sizes))
    return judged(lambda: lower(net, ATEN), said)


def by_recorder_timm(every: int) -> Iterator[Case]:
    _torchvision()  # which timm imports
    import timm

    names = timm.list_models()
    chosen = [names[at * len(names) // ARCHITECTURES] for at in range(ARCHITECTURES)]
    for name in chosen[::every]:
        yield name, lambda name=name: _timm(name)  # type: ignore[misc]


def _timm(name: str) -> tuple[str, str]:
    import timm

    model = build(timm.create_model, model_name=name, pretrained=False)
    return _recorder(model, name, tuple(model.default_cfg["input_size"]))


def by_export(every: int) -> Iterator[Case]:
    for name, sizes in torchvision_networks()[::every]:
        yield name, lambda name=name, sizes=sizes: _exported(name, sizes)  # type: ignore[misc]


def _exported(name: str, sizes: tuple[int, ...]) -> tuple[str, str]:
    """Through a `.pt2` file, without the numbers, which nobody reads."""
    import torch

    model = torchvision_model(name)
    said = truth(model, sizes)
    path = f"{name}.pt2"
    torch.export.save(torch.export.export(model, (torch.zeros(1, *sizes, device="meta"),)), path)
    try:
        return judged(lambda: cnncalc.load(path), said)
    finally:
        os.unlink(path)


def by_onnx(dynamo: bool) -> Callable[[int], Iterator[Case]]:
    def cases(every: int) -> Iterator[Case]:
        for name, sizes in torchvision_networks()[::every]:
            yield name, lambda name=name, sizes=sizes: _onnx(name, sizes, dynamo)  # type: ignore[misc]

    return cases


def _onnx(name: str, sizes: tuple[int, ...], dynamo: bool) -> tuple[str, str]:
    import torch

    model = torchvision_model(name)
    said = truth(model, sizes)
    model = model.to_empty(device="cpu")
    for number, tensor in enumerate((*model.parameters(), *model.buffers()), 1):
        if tensor.is_floating_point():
            tensor.detach().view(-1)[:1] = number  # equal ones would be merged
        else:
            tensor.detach().zero_()  # places in a table
    path = f"{name}.onnx"
    try:
        given: dict[str, Any] = {} if dynamo else {"opset_version": 17}
        torch.onnx.export(model, (torch.zeros(1, *sizes),), path, dynamo=dynamo, verbose=False, **given)
        return judged(lambda: cnncalc.load(path), Truth(said.params - _folded(model, path), said.multiplies))
    finally:
        for left in Path().glob("*"):
            left.unlink()


def _folded(model: Any, path: str) -> int:
    """The params that a file has no more because its batch norms were folded into convolutions."""
    import onnx
    from torch import nn

    graph = onnx.load(path, load_external_data=False).graph
    dims = {one.name: tuple(one.dims) for one in graph.initializer}
    kept = sum(dims[node.input[1]][0] for node in graph.node if node.op_type == "BatchNormalization")
    found, before = -kept, None
    norms = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    for module in model.modules():
        if isinstance(module, norms):
            found += module.num_features
            if isinstance(before, nn.Conv2d) and before.bias is not None:
                found += module.num_features  # one bias is left of two
        if not list(module.children()):
            before = module
    return found


def by_keras(suffix: str) -> Callable[[int], Iterator[Case]]:
    def cases(every: int) -> Iterator[Case]:
        import keras

        names = sorted(
            name
            for name in dir(keras.applications)
            if name[0].isupper() and callable(getattr(keras.applications, name))
        )
        for name in names[::every]:
            yield name, lambda name=name: _keras(name, suffix)  # type: ignore[misc]

    return cases


def _keras(name: str, suffix: str) -> tuple[str, str]:
    import keras
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    if name.startswith("NASNet"):  # refused on this backend for a bug of its padding, which changes no size
        nasnet: Any = import_module("keras.src.applications.nasnet")
        nasnet.backend = SimpleNamespace(**vars(keras.src.backend) | {"backend": lambda: "any"})
    given = {"input_shape": (224, 224, 3)} if name.startswith("MobileNetV3") else {}  # which has none by itself
    with keras.device("meta"):
        model = getattr(keras.applications, name)(weights=None, **given)
        sizes = model.input_shape[1:]
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(torch.zeros(1, *sizes, device="meta"))
    learned = sum(int(one.value.numel()) for one in model.trainable_variables)
    path = f"{name}.{suffix}"
    try:
        if suffix == "json":
            Path(path).write_text(model.to_json(), encoding="utf-8")
        else:
            _saved(model, path)
        said = Truth(learned, counter.get_total_flops() // 2)
        return judged(lambda: cnncalc.load(path), said)
    finally:
        os.unlink(path)


def _saved(model: Any, path: str) -> None:
    """A `.keras` archive as Keras writes it, without the numbers, which stand in a file of their own."""
    from keras.src.saving import saving_lib

    with contextlib.ExitStack() as stack:
        import zipfile

        archive = stack.enter_context(zipfile.ZipFile(path, "w"))
        text, metadata = saving_lib._serialize_model_as_json(model)
        archive.writestr("metadata.json", metadata)
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")


def by_node(every: int) -> Iterator[Case]:
    """Models of one operator, by which ONNX tests its runtimes."""
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None)[::every]:
        yield case.name, lambda case=case: _node(case.model)  # type: ignore[misc]


def _node(model: Any) -> tuple[str, str]:
    """Whether a model is read, or its operator named."""
    path = Path("node.onnx")
    path.write_bytes(model.SerializeToString())
    kinds = {node.op_type for node in model.graph.node}
    try:
        graph = cnncalc.load(path)
    except ProblemsFound as error:
        texts = [problem.message for problem in error.problems]
        known = "no output depends on an input", "no layer leads from an input to an output", "leaves sizes open"
        named = any(f"`{kind}`" in text for kind in kinds for text in texts) or any(
            one in text for one in known for text in texts
        )
        return "refused" if named else "wrong", "; ".join(texts[:2])
    analysis = cnncalc.analyze(graph)
    unknown = {str(node.layer.values["type"]) for node in graph.nodes if node.layer.unknown}
    return ("lower bound", ", ".join(sorted(unknown))) if analysis.status != "exact" else ("exact", "")


PARTS: dict[str, tuple[str, Callable[[int], Iterator[Case]]]] = {
    "recorder": ("torchvision, by the recorder", by_recorder),
    "timm": ("timm, by the recorder", by_recorder_timm),
    "pt2": ("torchvision, as `.pt2`", by_export),
    "onnx": ("torchvision, by the TorchScript exporter of ONNX", by_onnx(False)),
    "onnx_new": ("torchvision, by the new exporter of ONNX", by_onnx(True)),
    "keras_json": ("keras.applications, as JSON", by_keras("json")),
    "keras": ("keras.applications, as `.keras`", by_keras("keras")),
    "nodes": ("node models of onnx.backend.test", by_node),
}


def outcome_of(case: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """How one network came out, and why; where no file could be written of it, that."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return case()
    except Exception as error:  # of the program that should have written the file
        said = str(error).strip().splitlines() or [""]
        return "not compared", f"{type(error).__name__}: {said[0][:200]}"


def in_turn(parts: list[str], every: int) -> Iterator[tuple[str, str, Callable[[], tuple[str, str]]]]:
    """The networks of some parts, one of each in its turn, in an order by chance: what is done is a fair sample."""
    waiting = {}
    for name in parts:
        cases = list(PARTS[name][1](every))
        random.Random(1).shuffle(cases)
        waiting[name] = iter(cases)
        found[name].of = len(cases)
    while waiting:
        for name in list(waiting):
            one = next(waiting[name], None)
            if one is None:
                del waiting[name]
            else:
                yield name, *one


found: dict[str, Part] = {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--every", type=int, default=1, help="of the networks only every so manieth")
    parser.add_argument("--until", metavar="HH:MM", help="stop at that time of the day, whatever is left")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "torch"
    target = options.record and options.record.resolve()
    before = json.loads(target.read_text())["parts"] if target and target.exists() else {}
    found.update({name: Part() for name in options.part})
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, called, case in in_turn(options.part, options.every):
            if options.until and time.strftime("%H:%M") >= options.until:
                break
            outcome, why = outcome_of(case)
            found[name].counts[outcome] += 1
            if outcome != "exact":
                found[name].others[called] = f"{outcome}: {why}"
                print(f"{name} {called}: {outcome} {why}", file=sys.stderr, flush=True)
            gc.collect()
            if target:
                parts = {one: _part(one, part) for one, part in found.items() if part.counts}
                libraries = {one: version(one) for one in LIBRARIES}
                record(target, "python -m tests.foreign.proof", {"libraries": libraries, "parts": before | parts})
    for name, part in found.items():
        counts = ", ".join(f"{part.counts[outcome]} {outcome}" for outcome in OUTCOMES)
        print(f"{PARTS[name][0]:50} {part.counts.total()} of {part.of}: {counts}")
    return 1 if any(part.counts["wrong"] for part in found.values()) else 0


def _part(name: str, part: Part) -> dict[str, Any]:
    counts = {outcome: part.counts[outcome] for outcome in OUTCOMES}
    return {"what": PARTS[name][0], "of": part.of, "counts": counts, "others": part.others}


if __name__ == "__main__":
    sys.exit(main())
