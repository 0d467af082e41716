"""darknet (AlexeyAB's), its BFLOPs in full: 2 for each multiply of a convolution, windows of pools, and shortcuts."""

from cnncalc.analyses.conventions.base import ACTIVATIONS, REARRANGING, Adds, Convention, each

Convention(
    "darknet",
    tool="darknet",
    version="of December 2025",
    word="FLOPs",
    source="src/convolutional_layer.c, maxpool_layer.c, shortcut_layer.c of AlexeyAB/darknet",
    asked=False,
    factor=2,
    products="conv",
    nothing=f"dense global_avg_pool batch_norm softmax dropout upsample multiply {ACTIVATIONS} prelu {REARRANGING}",
    terms=(
        Adds("window an output", each("max_pool avg_pool", "out_values * prod(kernel)")),
        Adds("1 an output", {"add": "(many - 1) * out_values"}),
    ),
)
