"""Which layer of ours a move is: a reshape that flattens, a mean over all positions, a resize by whole factors."""

from __future__ import annotations

from typing import Any

from cnncalc.core.shape import AXES, Shape
from cnncalc.formats.foreign.moves import axis_of
from cnncalc.formats.foreign.value import Value


def layer_of_move(
    move: str,
    attributes: dict[str, Any],
    main: Value,
    tensors: list[Value],
    shape: Shape,
    dims: tuple[int, ...],
    channel: int,
    at: int,
    parts: list[int],
) -> tuple[str, dict[str, Any]] | None:
    """The layer of ours that a move is, and its attributes; None where it is none."""
    spatial = len(main.shape) > 1
    if move in ("Reshape", "Squeeze", "Unsqueeze", "Flatten"):
        return ("flatten", {}) if len(shape) == 1 and spatial else ("reshape", {"shape": (*shape[1:], shape[0])})
    if move == "Onto":  # of other channels as many as fit
        return ("add", {}) if len({read.shape for read in tensors}) == 1 else None
    if move == "Concat" and channel == main.channel and len(tensors) > 1:
        axis = axis_of(attributes["axis"], len(dims))
        before = sum(1 for place in range(axis) if place != channel and not (place == 0 and dims[0] == 1))
        names = AXES.get(len(shape) - 1, ())
        return ("concat", {"axis": "channels" if axis == channel else names[before] if before < len(names) else ""})
    if move == "CropTo":
        cut = [old - new for old, new in zip(main.shape[1:], shape[1:], strict=True)]
        return "crop", {"by": tuple((one // 2, one - one // 2) for one in cut)}
    if move == "Transpose" and shape == main.shape[::-1] and len(shape) == 2:
        return "transpose", {}
    if move == "Split" and main.channel == channel == axis_of(attributes.get("axis", 0), len(dims)):
        if len(set(parts)) == 1:
            return "slice", {"part": at + 1, "of": len(parts)}
        return "slice", {"first": sum(parts[:at]) + 1, "last": sum(parts[: at + 1])}
    if move == "ReduceMean" and spatial and main.shape[0] == shape[0] and main.channel == 1:
        if len(shape) == 1:
            return "global_avg_pool", {}
        if set(shape[1:]) == {1}:
            return "adaptive_avg_pool", {"size": 1}
    if move in ("Resize", "Upsample") and spatial and main.shape[0] == shape[0]:
        if all(new % old == 0 for new, old in zip(shape[1:], main.shape[1:], strict=True)):
            return "upsample", {"factor": tuple(n // o for n, o in zip(shape[1:], main.shape[1:], strict=True))}
        return "resize", {"size": shape[1:]}
    return None
