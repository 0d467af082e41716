"""torchvision's operators. Its C extension is not built for PyTorch's CPU wheel, so they are declared here."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache  # a namespace is declared once in a process, and as long as its library lives
def declared() -> Any:
    """The library that declares them."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"):
        library.define(f"{name}(Tensor input) -> Tensor")
        library.define(f"_{name}_backward(Tensor input) -> Tensor")
    library.define("qroi_align(Tensor input) -> Tensor")
    return library
