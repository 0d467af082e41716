"""The models that docs/formats.md reads: the network of its page on PyTorch as two exporters write it, without weights.

python -m tests.foreign.examples    writes docs/examples
"""

from __future__ import annotations

import io
import json
import zipfile

from tests.foreign.onnx_file import entry, field, model, node, tensor, value
from tests.foreign.test_pt2 import node as call
from tests.foreign.test_pt2 import program
from tests.running import ROOT

FOLDER = ROOT / "docs" / "examples"
STORED = {"0.weight": [8, 3, 3, 3], "0.bias": [8], "4.weight": [10, 2048], "4.bias": [10]}


def onnx() -> bytes:
    """The network in ONNX."""

    def called(at: int, name: str, data: bytes) -> bytes:
        return (
            data + field(3, f"node_{name}") + field(9, entry("pkg.torch.onnx.name_scopes", f"['', '{at}', '{name}']"))
        )

    nodes = [
        called(0, "conv2d", node("Conv", ["input", "0.weight", "0.bias"], ["conv2d"], pads=[1, 1, 1, 1])),
        called(1, "relu", node("Relu", ["conv2d"], ["relu"])),
        called(2, "max_pool2d", node("MaxPool", ["relu"], ["pool"], kernel_shape=[2, 2], strides=[2, 2])),
        called(3, "view", node("Reshape", ["pool", "val_4"], ["view"])),
        called(4, "linear", node("Gemm", ["view", "4.weight", "4.bias"], ["linear"], transB=1)),
    ]
    stored = [*(tensor(name, dims) for name, dims in STORED.items()), tensor("val_4", [2], [1, 2048])]
    shown = [value("input", [1, 3, 32, 32])], [value("linear", [1, 10])]
    return model(nodes, *shown, stored, name="main_graph")


def pt2() -> bytes:
    """The network as a program of PyTorch."""

    def module(at: int, kind: str) -> str:
        return f"L__self___{at},{at},torch.nn.{kind}"

    nodes = [
        call("conv2d.default", {"input": "x", "weight": "p_0.weight", "bias": "p_0.bias"}, "a",
             module(0, "modules.conv.Conv2d"), padding=[1, 1]),
        call("relu.default", {"self": "a"}, "b", module(1, "modules.activation.ReLU")),
        call("max_pool2d.default", {"self": "b"}, "c", module(2, "modules.pooling.MaxPool2d"), kernel_size=[2, 2],
             stride=[2, 2]),
        call("flatten.using_ints", {"self": "c"}, "d", module(3, "modules.flatten.Flatten"), start_dim=1),
        call("linear.default", {"input": "d", "weight": "p_4.weight", "bias": "p_4.bias"}, "y",
             module(4, "modules.linear.Linear")),
    ]  # fmt: skip
    sizes = {f"p_{name}": dims for name, dims in STORED.items()}
    shown = {"a": [1, 8, 32, 32], "b": [1, 8, 32, 32], "c": [1, 8, 16, 16], "d": [1, 2048], "y": [1, 10]}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        text = json.dumps(program(nodes, {**sizes, "x": [1, 3, 32, 32], **shown}, "y"))
        for name, content in (("net/archive_format", "pt2"), ("net/models/model.json", text)):
            archive.writestr(zipfile.ZipInfo(name), content)  # of 1980, so that the bytes are always these
    return data.getvalue()


EXAMPLES = {"net.onnx": onnx, "net.pt2": pt2}

if __name__ == "__main__":
    for name, content in EXAMPLES.items():
        (FOLDER / name).write_bytes(content())
