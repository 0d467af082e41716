"""What torchscan's MACs and FLOPs have in common: the windows of pools."""

from cnncalc.analyses.conventions.base import Adds, each

WHERE = {"reach": "side - (out - 1) * (side // out)"}
NOTE = "The size of a window that is written as one number is counted once, not for each side."

OF_WINDOWS = (
    Adds(
        "side of the window − 1 an output",
        {"max_pool": {"square": "out_values * (window_side - 1)", "true": "out_values * (prod(kernel) - 1)"}},
    ),
    Adds(
        "side of the window + 1 an output",
        {
            "avg_pool": {
                "square": "out_values * (window_side - 1 + sides)",
                "true": "out_values * (prod(kernel) - 1 + sides)",
            }
        },
    ),
    Adds(
        "1 a value of a window + 1 an output",
        each("global_avg_pool adaptive_avg_pool", "out_values * (prod(reach) - 1 + sides)"),
    ),
    Adds(
        "1 a value of a window − 1 an output",
        each("global_max_pool adaptive_max_pool", "out_values * (prod(reach) - 1)"),
    ),
)
