"""A sample of random layers against Keras 3 on its torch backend; `python -m tests.oracles --keras 10000` runs more."""

from __future__ import annotations

from random import Random

import pytest

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore"),  # Keras and its backend warn about one another
]

KINDS = (
    "conv", "depthwise_conv", "separable_conv", "transposed_conv", "max_pool", "avg_pool", "global_pool", "dense",
    "batch_norm", "other_norm", "resizing", "prelu", "attention", "grouped_attention", "recurrent",
    "causal_conv", "words", "cropping",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_random_layers(kind: str) -> None:
    from tests.oracles.compare import Verdicts
    from tests.oracles.keras_oracle import judge

    verdicts = Verdicts()
    rng = Random(kind)
    for _ in range(40):
        judge(kind, rng, verdicts)
    assert verdicts.disagreements == []


def test_all_kinds_are_run() -> None:
    from tests.oracles.keras_oracle import CASES

    assert set(KINDS) == set(CASES)


SAME = [
    # side, kernel, stride: output, by TensorFlow's rule; the odd pixel is at the end
    (7, 3, 2, 4), (8, 3, 2, 4), (8, 2, 3, 3), (5, 4, 1, 5), (6, 4, 2, 3), (10, 5, 4, 3), (3, 7, 2, 2), (1, 3, 2, 1),
]  # fmt: skip


@pytest.mark.parametrize(("side", "kernel", "stride", "output"), SAME)
def test_uneven_same_padding(side: int, kernel: int, stride: int, output: int) -> None:
    from tests.oracles.keras_oracle import Case, differences, kl

    window = f"kernel: {kernel}, stride: {stride}, padding: same"
    for entry, layer in [
        (f"conv: {{filters: 2, {window}}}", kl.Conv2D(2, kernel, stride, "same")),
        (f"max_pool: {{{window}}}", kl.MaxPooling2D(kernel, stride, "same")),
        (f"avg_pool: {{{window}}}", kl.AveragePooling2D(kernel, stride, "same")),
    ]:
        case = Case((3, side, side), [entry], layer)
        assert differences(case) == []
        assert layer.compute_output_shape((1, side, side, 3))[1:3] == (output, output)


@pytest.mark.parametrize("trainable", [True, False])
def test_batch_norm_trained_or_frozen(trainable: bool) -> None:
    """Keras calls 4·C of a batch norm its parameters; 2·C are learned, and the others buffers, here as in PyTorch."""
    from tests.oracles.keras_oracle import Case, differences, kl

    layer = kl.BatchNormalization(trainable=trainable)
    assert differences(Case((16, 8, 8), ["batch_norm"], layer)) == []
    assert layer.count_params() == 4 * 16
    assert len(layer.trainable_weights) == (2 if trainable else 0)
