"""Worksheets as a Jupyter notebook: the blanks in cells of text, and below each part a cell of code for the working."""

from __future__ import annotations

import json
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.formats.writing import shown_json
from cnncalc.render.document import Section
from cnncalc.render.markdown import write
from cnncalc.teaching.pages.worksheet import document
from cnncalc.teaching.question import Handout


def render(handout: Handout, style: Style) -> str:
    """A notebook of format 4.5; `grade` reads the answers from its cells of text, and runs nothing."""
    page = document(handout, style)
    first = [block for block in page.blocks if not isinstance(block, Section)]
    cells: list[dict[str, Any]] = []

    def add(kind: str, text: str) -> None:
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}, "source": text}
        cells.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))

    add("markdown", write(page._replace(blocks=first, header=""), style))
    for block in page.blocks:
        if isinstance(block, Section):
            add("markdown", write(page._replace(blocks=[block], depth=2, header=""), style))
            if not handout.key:
                add("code", "")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "cnncalc": json.loads(page.header)}
    told = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    return shown_json(json.dumps(told, ensure_ascii=False, indent=1)) + "\n"
