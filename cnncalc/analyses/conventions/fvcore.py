"""fvcore's FlopCountAnalysis of a network in eval mode: a fused multiply-add is one flop."""

from cnncalc.analyses.conventions._fvcore import ADDED, NOTHING, PRODUCTS, UNKNOWN
from cnncalc.analyses.conventions.base import Adds, Convention, attention_projects, attention_uncounted

Convention(
    "fvcore",
    tool="fvcore",
    version="0.1.5.post20221221",
    word="flops",
    source="fvcore/nn/flop_count.py, jit_handles.py",
    products=PRODUCTS,
    nothing=NOTHING,
    unknown=UNKNOWN,
    terms=(
        Adds("2 a value", {"batch_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        attention_projects("multihead", "sdpa"),
        attention_uncounted("no_grad"),
        *ADDED,
    ),
    note="MMEngine's figures are these, where the network is in eval mode.",
)
