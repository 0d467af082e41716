"""Networks of others, read and held to what their own programs say of them.

python -m tests.foreign.proof                         everything (hours)
python -m tests.foreign.proof --part recorder keras   some of it
python -m tests.foreign.proof --every 40              a sample
python -m tests.foreign.proof --record FILE           also write how each came out, for verification.md
python -m tests.foreign.proof --record FILE --left    only those that are not exact there yet

A record is added to, network by network, for as long as the libraries are the same; of how many its parts are is
counted in the libraries themselves.

A network is *exact* where params and multiplies equal those of the program that it is from: parameters as PyTorch or
Keras list them, multiplies as PyTorch's counter meets them. It is *named* where its file stores other numbers than it
learns and cnncalc says which, a *lower bound* where cnncalc says so, *refused* where it says why, and *wrong* where it
says another figure. Needs torch, torchvision, timm, keras and onnx.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import math
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
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

MOST_MEMORY = 16 * 2**30
LIBRARIES = ("torch", "torchvision", "timm", "keras", "onnx", "onnxscript")
ARCHITECTURES = 300  # of timm
SIDES = {"inception_v3": 299, "vit_h_14": 224}


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
            return make(**given).eval().requires_grad_(False)
    except (NotImplementedError, RuntimeError):
        return make(**given).eval().requires_grad_(False).to("meta")


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


Cases = dict[str, Callable[[], tuple[str, str]]]  # by the names of networks


def by_recorder() -> Cases:
    return {name: partial(_torchvision_recorded, name, sizes) for name, sizes in torchvision_networks()}


def _torchvision_recorded(name: str, sizes: tuple[int, ...]) -> tuple[str, str]:
    return _recorder(torchvision_model(name), name, sizes)


def _recorder(model: Any, name: str, sizes: tuple[int, ...]) -> tuple[str, str]:
    import torch

    with torch.no_grad():
        net = _recorded(torch, name, model, [("", tuple(sizes))])  # before it runs: some keep what they worked out
    said = truth(model, sizes)
    return judged(lambda: lower(net, ATEN), said)


def by_recorder_timm() -> Cases:
    _torchvision()  # which timm imports
    import timm

    names = timm.list_models()
    return {
        name: partial(_timm, name) for name in (names[at * len(names) // ARCHITECTURES] for at in range(ARCHITECTURES))
    }


def _timm(name: str) -> tuple[str, str]:
    import timm

    model = build(timm.create_model, model_name=name, pretrained=False)
    return _recorder(model, name, tuple(model.default_cfg["input_size"]))


def by_export() -> Cases:
    return {name: partial(_exported, name, sizes) for name, sizes in torchvision_networks()}


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


def by_onnx(dynamo: bool) -> Cases:
    import_module("torch.onnx")  # once, and not in the process of each network
    import_module("onnxscript")
    return {name: partial(_onnx, name, sizes, dynamo) for name, sizes in torchvision_networks()}


def _onnx(name: str, sizes: tuple[int, ...], dynamo: bool) -> tuple[str, str]:
    import torch

    model = torchvision_model(name)
    said = truth(model, sizes)
    model = model.to_empty(device="cpu").requires_grad_(True)  # else attention is one operator, which no exporter knows
    for number, tensor in enumerate((*model.parameters(), *model.buffers()), 1):
        if tensor.is_floating_point():
            tensor.detach().view(-1)[:1] = number  # equal ones would be merged
        else:
            tensor.detach().zero_()  # places in a table
    path = f"{name}.onnx"
    try:
        given: dict[str, Any] = {} if dynamo else {"opset_version": 17}
        torch.onnx.export(model, (torch.zeros(1, *sizes),), path, dynamo=dynamo, verbose=False, **given)
        ahead, done = _ahead(model, path)
        multiplies = None if said.multiplies is None else said.multiplies - done
        stored = Truth(said.params - _folded(model, path) + ahead, multiplies)
        outcome, why = judged(lambda: cnncalc.load(path), stored)
        if ahead and outcome == "exact":
            said = any("counted are" in note for note in cnncalc.load(path).notes)
            what = f"{ahead:,} numbers more than are learned"
            return ("named", f"{what}, in tables that are not") if said else ("wrong", f"{what}, and none is named")
        return outcome, why
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


def _ahead(model: Any, path: str) -> tuple[int, int]:
    """How many numbers more a file has because tables were worked out of parameters, as its exporter says.

    And the multiplies that were done for that. Buffers count where an exporter says not that they are none, besides
    those of norms; whole numbers, as places in a table, never.
    """
    import onnx
    from torch import nn

    whole = onnx.load(path, load_external_data=False)
    graph = whole.graph
    floats = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.DOUBLE)
    stored = {one.name: math.prod(one.dims) for one in graph.initializer if one.data_type in floats}
    learned = dict(model.named_parameters())
    inside = {f"{name}.weight": one.in_features for name, one in model.named_modules() if isinstance(one, nn.Linear)}
    multiplies = 0
    buffers = {name for name, _ in model.named_buffers()}
    gone: set[str] = set()  # parameters of which such tables were made
    found = _unnamed({name: size for name, size in stored.items() if name.startswith("onnx::")}, model, stored)
    if not any(one.key.endswith("graph_signature") for one in whole.metadata_props):
        found += sum(
            stored[name]
            for name, one in model.named_buffers()
            if name in stored and one.is_floating_point() and not name.endswith(("running_mean", "running_var"))
        )
    for value in graph.value_info:
        for beside in value.metadata_props:
            if beside.key == "pkg.onnxscript.optimizer.folded_from" and value.name in stored:
                made_of = ast.literal_eval(beside.value)
                if learned.keys() & made_of or buffers.intersection(made_of):
                    found += stored[value.name]
                gone.update(one for one in made_of if one in learned and one not in stored)
                if buffers.intersection(made_of):  # else only turned
                    multiplies += stored[value.name] * sum(inside.get(one, 0) for one in made_of)
    return found - sum(learned[one].numel() for one in gone), multiplies


def _unnamed(tables: dict[str, int], model: Any, stored: dict[str, int]) -> int:
    """The same where the exporter says not what it made them of: of those parameters that are nowhere else."""
    if not tables:
        return 0
    sizes = list(tables.values())
    found = sum(size for name, size in tables.items() if name.startswith("onnx::Add_"))
    for name, one in model.named_parameters():
        if name not in stored and one.dim() > 1:
            if one.numel() in sizes:
                sizes.remove(one.numel())  # only turned
            else:
                found -= one.numel()
    return found


def by_keras(suffix: str) -> Cases:
    import keras

    names = [name for name in dir(keras.applications) if name[0].isupper()]
    return {name: partial(_keras, name, suffix) for name in names if callable(getattr(keras.applications, name))}


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


def by_node() -> Cases:
    """Models of one operator, by which ONNX tests its runtimes."""
    from onnx.backend.test.case.node import collect_testcases

    return {case.name: partial(_node, case.model) for case in collect_testcases(None)}


def _node(model: Any) -> tuple[str, str]:
    """Whether a model is read, or its operator named."""
    path = Path("node.onnx")
    path.write_bytes(model.SerializeToString())
    kinds = {f"{node.domain}::{node.op_type}".removeprefix("::") for node in model.graph.node}
    try:
        graph = cnncalc.load(path)
    except ProblemsFound as error:
        texts = [problem.message for problem in error.problems]
        known = (
            "no output depends on an input", "no layer leads from an input to an output", "leaves sizes open",
            "is no tensor, or has no number of axes",
        )  # fmt: skip
        named = any(f"`{kind}`" in text for kind in kinds for text in texts) or any(
            one in text for one in known for text in texts
        )
        return "refused" if named else "wrong", "; ".join(texts[:2])
    analysis = cnncalc.analyze(graph)
    unknown = {str(node.layer.values["type"]) for node in graph.nodes if node.layer.unknown}
    return ("lower bound", ", ".join(sorted(unknown))) if analysis.status != "exact" else ("exact", "")


PARTS: dict[str, tuple[str, Callable[[], Cases]]] = {  # the cheapest first
    "recorder": ("torchvision, by the recorder", by_recorder),
    "nodes": ("node models of onnx.backend.test", by_node),
    "keras_json": ("keras.applications, as JSON", partial(by_keras, "json")),
    "timm": ("timm, by the recorder", by_recorder_timm),
    "pt2": ("torchvision, as `.pt2`", by_export),
    "onnx": ("torchvision, by the TorchScript exporter of ONNX", partial(by_onnx, False)),
    "onnx_new": ("torchvision, by the new exporter of ONNX", partial(by_onnx, True)),
    "keras": ("keras.applications, as `.keras`", partial(by_keras, "keras")),
}


def outcome_of(case: Callable[[], tuple[str, str]], seconds: int) -> tuple[str, str]:
    """How one network came out, and why; where no file could be written of it, that.

    Each has a process of its own: exporters keep what they made, gigabytes in the end.
    """
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(send, "w", encoding="utf-8") as pipe:
            json.dump(_outcome_of(case, seconds), pipe)
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, encoding="utf-8") as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not said:
        return "not compared", f"its process ended with {code}, for want of memory, say"
    outcome, why = json.loads(said)
    return outcome, why


def _outcome_of(case: Callable[[], tuple[str, str]], seconds: int) -> tuple[str, str]:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, most))
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of the processor
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return case()
    except TooLong:
        return "not compared", f"it takes more than {seconds} s of the processor"
    except Exception as error:  # of the program that should have written the file
        said = str(error).strip().splitlines() or [""]
        return "not compared", f"{type(error).__name__}: {said[0][:200]}"


class TooLong(BaseException):
    """A network took too long; no `except Exception` of a library may swallow it."""


def _too_long(number: int, frame: object) -> None:
    raise TooLong


class Proof:
    """How the networks of each part came out: by name `exact`, or the outcome and why; those of a record, and new ones.

    Outcomes that were measured with other libraries are left out.
    """

    def __init__(self, target: Path | None) -> None:
        self.target = target
        self.libraries = (
            {one: version(one) for one in LIBRARIES} if target else {}
        )  # what is not recorded needs not all
        before = json.loads(target.read_text()) if target and target.exists() else {}
        self.parts: dict[str, Any] = before["parts"] if before.get("libraries") == self.libraries else {}

    def begin(self, name: str, cases: Cases) -> dict[str, str]:
        """The outcomes so far of a part that has these networks."""
        part = self.parts.get(name, {"what": "", "of": 0, "measured": "", "exact": "", "others": {}})
        outcomes = dict.fromkeys(part["exact"].split(), "exact") | part["others"]
        self.parts[name] = {**part, "what": PARTS[name][0], "of": len(cases)}
        return {called: outcome for called, outcome in outcomes.items() if called in cases}

    def keep(self, name: str, outcomes: dict[str, str]) -> None:
        """Write down the outcomes of a part."""
        part = self.parts[name]
        part["measured"] = time.strftime("%Y-%m-%d")
        part["exact"] = " ".join(sorted(one for one, outcome in outcomes.items() if outcome == "exact"))
        part["others"] = {one: outcome for one, outcome in sorted(outcomes.items()) if outcome != "exact"}
        if self.target:
            parts = {one: self.parts[one] for one in PARTS if one in self.parts}
            record(self.target, "python -m tests.foreign.proof", {"libraries": self.libraries, "parts": parts})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--every", type=int, default=1, help="of the networks only every so manieth")
    parser.add_argument("--only", nargs="*", metavar="NETWORK", help="of the networks only these")
    parser.add_argument("--left", action="store_true", help="of the networks only those not recorded as exact")
    parser.add_argument("--seconds", type=int, default=120, help="of the processor that a network may take")
    parser.add_argument("--until", metavar="HH:MM", help="stop at that time of the day, whatever is left")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "torch"
    proof = Proof(options.record and options.record.resolve())
    wrong = False
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in options.part:
            cases = PARTS[name][1]()
            outcomes = proof.begin(name, cases)
            new: Counter[str] = Counter()
            waiting = list(cases)[:: options.every]
            random.Random(1).shuffle(waiting)  # so that what is done is a fair sample
            for called in waiting:
                if options.until and time.strftime("%H:%M") >= options.until:
                    break
                if (options.only and called not in options.only) or (options.left and outcomes.get(called) == "exact"):
                    continue
                outcome, why = outcome_of(cases[called], options.seconds)
                new[outcome] += 1
                outcomes[called] = f"{outcome}: {why}" if why else outcome
                if outcome != "exact":
                    print(f"{name} {called}: {outcome} {why}", file=sys.stderr, flush=True)
                proof.keep(name, outcomes)
            counts = ", ".join(f"{many} {outcome}" for outcome, many in new.items())
            print(f"{PARTS[name][0]:50} {new.total()} of {len(cases)}: {counts or 'none'}", flush=True)
            wrong |= bool(new["wrong"])
    return wrong


if __name__ == "__main__":
    sys.exit(main())
