"""What the counts of a layer, or of a sum of layers, tell."""

from operator import attrgetter

from cnncalc.analyses.measures.base import ANYWHERE, Measure, Use

_PART = Use.COLUMNS | Use.FIGURES | Use.LIMITS  # of the params, or beside them

Measure(
    name="params",
    help="weights and biases",
    of=attrgetter("params"),
    rests_on=("params",),
    uses=ANYWHERE | Use.HELD | Use.HEADLINE,
    also=("parameters", "parameter", "num_params", "total_params"),
)
Measure(name="weights", help="learned numbers but biases", of=attrgetter("weights"), rests_on=("params",), uses=_PART)
Measure(
    name="biases", help="learned numbers that are only added", of=attrgetter("biases"), rests_on=("params",), uses=_PART
)
Measure(
    name="buffers",
    help="stored numbers that are not learned",
    of=attrgetter("buffers"),
    rests_on=("params",),
    uses=_PART | Use.COMPARED,
)
Measure(
    name="multiplies",
    help="multiplications for one image (MACs)",
    of=attrgetter("multiplies"),
    rests_on=("multiplies",),
    uses=ANYWHERE | Use.HELD | Use.HEADLINE,
    limit="1.5G",
    also=(
        "macs",
        "mac",
        "gmacs",
        "mmacs",
        "macc",
        "maccs",
        "madds",
        "madd",
        "mult_adds",
        "multadds",
        "mult_add",
        "multiply_adds",
        "multiply_accumulates",
        "multiply_accumulate",
        "multiplications",
        "mults",
    ),
)
Measure(
    name="flops",
    help="2 × multiplies",
    of=attrgetter("flops"),
    rests_on=("multiplies",),
    uses=Use.COLUMNS,
    also=("flop", "gflops", "mflops", "ops", "gops"),
)
Measure(
    name="activations",
    help="values in the output",
    of=attrgetter("activations"),
    uses=ANYWHERE | Use.HELD,
    rests_on=(),
    limit="10M",
)
Measure(
    name="size",
    help="bytes of float32 params",
    of=attrgetter("size"),
    rests_on=("params",),
    uses=Use.LIMITS | Use.OPTION | Use.COMPARED | Use.LISTED,
    in_bytes=True,
    limit="20MiB",
    cause="params",
    also=("model_size", "bytes", "file_size"),
)
