"""A U: a chain whose skips are nested in each other, as in U-Net, folded where the innermost skip ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.diagram.flow import Member, Placed


def u_shape(members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]) -> Any:
    return None
