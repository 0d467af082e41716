"""What activations have in common."""

from __future__ import annotations

from cnncalc.core.layers.base import Example

SAME = [Example("", "55x55x96", "55x55x96")]
