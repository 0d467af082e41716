"""Leaf layers as comma-separated values: exact figures, one header, no totals."""

from __future__ import annotations

import csv
import io

from cnncalc.analysis import Analysis, Row
from cnncalc.shape import written_shape

HEADER = (
    "file", "name", "type", "inputs", "input_shapes", "output_shape", "params", "weights", "biases", "buffers",
    "multiplies", "activations", "line",
)  # fmt: skip


def render(found: list[tuple[Analysis, tuple[Row, ...]]], layout: str) -> str:
    """All rows of all files; shapes like `55x55x96`, several inputs separated by a blank."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for analysis, rows in found:
        for row in rows:
            counts = row.counts
            writer.writerow(
                (
                    analysis.file,
                    row.name,
                    row.type,
                    " ".join(row.inputs),
                    " ".join(written_shape(shape, layout, "x") for shape in row.input_shapes),
                    written_shape(row.output_shape, layout, "x"),
                    counts.params,
                    counts.weights,
                    counts.biases,
                    counts.buffers,
                    counts.multiplies,
                    counts.activations,
                    row.line,
                )
            )
    return text.getvalue()
