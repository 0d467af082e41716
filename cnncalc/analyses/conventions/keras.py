"""Keras' summary, its total params: the running statistics of batch norms are among them, as non-trainable."""

from cnncalc.analyses.conventions.base import Adds, Convention
from cnncalc.core.layers.base import LAYERS

Convention(
    "keras",
    tool="Keras",
    version="3.15.1",
    word="params",
    source="keras/src/utils/summary_utils.py",
    quantity="params",
    products=" ".join(type for type in LAYERS if type != "operator"),
    terms=(Adds("2 a channel", {"batch_norm": "buffers"}, label="running mean and variance"),),
)
