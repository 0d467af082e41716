"""fvcore's FlopCountAnalysis of a network in training mode, as it is without a call of eval()."""

from cnncalc.analyses.conventions._fvcore import ADDED, NOTHING, PRODUCTS, UNKNOWN
from cnncalc.analyses.conventions.base import Adds, Convention, attention_projects

Convention(
    "fvcore-train",
    tool="fvcore in training",
    version="0.1.5.post20221221",
    word="flops",
    source="fvcore/nn/flop_count.py, jit_handles.py",
    products=PRODUCTS,
    nothing=NOTHING,
    unknown=UNKNOWN,
    terms=(
        Adds("5 a value", {"batch_norm": {"scale or shift": "5 * in_values", "true": "4 * in_values"}}),
        attention_projects("multihead", "no_grad", "sdpa"),
        *ADDED,
    ),
    note="What MMEngine prints where nobody calls eval().",
)
