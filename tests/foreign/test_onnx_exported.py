"""What exporters of ONNX write beside a network, and how they write out what is one layer."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis
from tests.foreign.onnx_file import model, node, tensor, value

pytestmark = pytest.mark.quick


def read(folder: Path, data: bytes) -> Analysis:
    (folder / "net.onnx").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(folder / "net.onnx"))


SIGNATURE = """
# inputs
p_norm_weight: PARAMETER target='norm.weight'
p_table: PARAMETER target='attn.table'
b_index: BUFFER target='attn.index' persistent=True
c_shift: CONSTANT_TENSOR target='shift'
x: USER_INPUT

# outputs
y: USER_OUTPUT
"""


def test_the_exporter_says_what_is_learned(tmp_path: Path) -> None:
    """A product with a turned matrix is learned; what is made of constants and buffers is not."""
    folded = "pkg.onnxscript.optimizer.folded_from"
    analysis = read(
        tmp_path,
        model(
            [
                node("Add", ["x", "val_1"], ["a"], "mask"),
                node("Add", ["a", "index"], ["b"], "bias"),
                node("Mul", ["b", "norm.weight"], ["c"], "norm"),
                node("Add", ["c", "shift"], ["y"], "shifted"),
            ],
            [value("x", [1, 5, 5])],
            [value("y", [1, 5, 5])],
            [tensor("val_1", [5, 5]), tensor("index", [5, 5]), tensor("norm.weight", [5]), tensor("shift", [5])],
            [
                value("val_1", [5, 5], {folded: "['val_0', 'shift']"}),
                value("index", [5, 5], {folded: "['attn.table', 'attn.index', 'val_0']"}),
            ],
            beside={"pkg.torch.export.ExportedProgram.graph_signature": SIGNATURE},
        ),
    )
    figures = {row.name: (row.counts.params, row.counts.buffers) for row in analysis.rows}
    assert figures == {"mask": (0, 25), "bias": (25, 0), "norm": (5, 0), "shifted": (0, 5)}
    assert analysis.notes == (
        "the exporter worked out ahead what is made of `attn.table`, whose own sizes are not in the file: counted are "
        "the 25 numbers that are",
    )
