"""A worksheet, or its key, as JSON: write each answer behind its `answer`."""

from __future__ import annotations

import json
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.formats.writing import shown_json
from cnncalc.teaching.instructions import instructions
from cnncalc.teaching.question import Answer, Handout, Question, Worksheet
from cnncalc.teaching.recipe import header
from cnncalc.teaching.wording import written_answer


def render(handout: Handout, style: Style) -> str:
    """Version 1: shapes are written as people do, in the order that the instructions say."""
    sheet, key, _ = handout
    document = {
        "schema_version": 1,
        "title": sheet.title,
        "instructions": list(instructions(sheet)),
        "points": sheet.points,
        "tables": [
            {
                "caption": table.caption,
                "given": dict(table.given),
                "layers": [
                    {
                        "layer": line.name,
                        "description": line.description,
                        "reads": line.reads,
                        **{
                            name: {"question": cell.question} if cell.question else cell.text
                            for name, cell in zip(table.columns, line.cells, strict=True)
                        },
                    }
                    for line in table.lines
                ],
            }
            for table in sheet.tables
        ],
        "listings": [
            {"text": passage.text, "lines": list(passage.listing), "questions": list(passage.questions)}
            for passage in sheet.passages
            if passage.listing
        ],
        "questions": [_question(question, sheet, key) for question in sheet.questions],
        "worksheet": json.loads(header(sheet.recipe)),
    }
    return shown_json(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def _question(question: Question, sheet: Worksheet, key: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": question.id,
        "ask": question.ask,
        "kind": question.kind,
        "layer": question.layer,
        "prompt": question.prompt,
        "points": question.points,
        "rounded": question.rounded,
    }
    if question.choices:
        found["choices"] = list(question.choices)
    if not key:
        return found | {"answer": None}
    accepted: list[Answer] = [
        written_answer(one, sheet.recipe.layout) if isinstance(one, tuple) else one for one in question.accepted
    ]
    return found | {"accepted": accepted, "working": list(question.working), "answer": accepted[0]}
