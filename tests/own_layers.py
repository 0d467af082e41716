"""Layer types of a test's own, which are gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnncalc.core.layers import LAYERS


@pytest.fixture
def own_layers() -> Iterator[None]:
    before = dict(LAYERS)
    yield
    for name in LAYERS.keys() - before.keys():
        del LAYERS[name]
    LAYERS.update(before)
