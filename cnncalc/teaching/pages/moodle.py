"""Worksheets for Moodle: XML, and GIFT, which other course systems read, too.

Numbers are numerical questions without tolerance, with each rounded figure that is right; shapes are short answers. The
likely slips are wrong answers with a feedback of their own, the working is the general feedback.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from cnncalc.analyses.style import Style
from cnncalc.render.document import plain
from cnncalc.teaching.instructions import instructions
from cnncalc.teaching.pages.standing import Standing, standing
from cnncalc.teaching.question import Handout
from cnncalc.teaching.recipe import header


def xml(handout: Handout, style: Style) -> str:
    """A quiz in Moodle XML, in a category of its own; the sheet's header is a comment."""
    sheet = handout.sheet
    category = _text("category", f"$course$/top/{sheet.title.replace('/', '//')}")
    parts = [f'<question type="category">\n{category}\n</question>']
    how = "".join(f"<p>{escape(sentence)}</p>" for sentence in instructions(sheet, cells=False))
    parts.append(
        f'<question type="description">\n{_text("name", "0 How to answer")}\n{_html("questiontext", how)}\n'
        "<defaultgrade>0</defaultgrade>\n</question>"
    )
    parts += [_xml(one) for one in standing(sheet)]
    body = "\n".join(parts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n<!-- cnncalc worksheet {header(sheet.recipe)} -->\n'
        f"{body}\n</quiz>\n"
    )


KINDS = {"integer": "numerical", "shape": "shortanswer", "choice": "multichoice"}


def _kind(one: Standing) -> str:
    """Moodle's type of a question; one that a word answers, like `same`, is none of numbers."""
    number = all(text.isdigit() for text in (*one.right, *(wrong.text for wrong in one.wrong)))
    return KINDS["shape" if one.question.kind == "integer" and not number else one.question.kind]


def _xml(one: Standing) -> str:
    question, kind = one.question, _kind(one)
    lines = [
        f'<question type="{kind}">',
        _text("name", one.name),
        _html("questiontext", one.text),
        _html("generalfeedback", one.working),
        f"<defaultgrade>{question.points}</defaultgrade>",
        "<penalty>0.3333333</penalty>",
        "<hidden>0</hidden>",
    ]
    if kind == "multichoice":
        lines += ["<single>true</single>", "<shuffleanswers>false</shuffleanswers>"]
        lines.append("<answernumbering>none</answernumbering>")
        for choice in question.choices:
            lines.append(_answer(f"<p>{escape(choice)}</p>", 100 if choice[:1] in question.accepted else 0, "", "html"))
        return "\n".join([*lines, "</question>"])
    if kind == "shortanswer":
        lines.append("<usecase>0</usecase>")

    def typed(text: str) -> str:
        return text.replace("*", r"\*") if kind == "shortanswer" else text  # `*` alone stands for anything

    known = [(text, 100, "") for text in one.right] + [(wrong.text, 0, wrong.said) for wrong in one.wrong]
    lines += [_answer(escape(typed(text)), share, said) for text, share, said in known]
    return "\n".join([*lines, "</question>"])


def _answer(text: str, share: int, said: str, form: str = "moodle_auto_format") -> str:
    inner = escape(text) if form == "html" else text
    feedback = f'<feedback format="html"><text>{escape(f"<p>{escape(said)}</p>") if said else ""}</text></feedback>'
    tolerance = "" if form == "html" else "<tolerance>0</tolerance>"
    return f'<answer fraction="{share}" format="{form}"><text>{inner}</text>{feedback}{tolerance}</answer>'


def _text(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"


def _html(tag: str, html: str) -> str:
    return f'<{tag} format="html"><text>{escape(html)}</text></{tag}>'


# ------------------------------------------------------------------------------------------------ GIFT


def gift(handout: Handout, style: Style) -> str:
    """The questions in GIFT, one below the other; the sheet's header is a comment."""
    sheet = handout.sheet
    parts = [f"// cnncalc worksheet {header(sheet.recipe)}"]
    parts += [f"// {' '.join(sentence.split())}" for sentence in instructions(sheet, cells=False)]
    return "\n".join(parts) + "\n\n" + "\n\n".join(map(_gift, standing(sheet))) + "\n"


def _gift(one: Standing) -> str:
    question, number = one.question, _kind(one) == "numerical"
    after = f"\n  ####{_escaped(one.working)}"
    head = f"::{_escaped(one.name)}::[html]{_escaped(one.text)}"
    if question.kind == "choice":
        answers = [
            f"{'=' if choice[:1] in question.accepted else '~'}{_escaped(choice)}" for choice in question.choices
        ]
        return "\n  ".join([f"{head}{{", *answers]) + f"{after}\n}}"
    exact = ":0" if number else ""
    answers = [f"={_escaped(text)}{exact}" for text in one.right]
    answers += [f"=%0%{_escaped(wrong.text)}{exact}#{_escaped(wrong.said)}" for wrong in one.wrong]
    return "\n  ".join([f"{head}{{{'#' if number else ''}", *answers]) + f"{after}\n}}"


def _escaped(text: str) -> str:
    """Text in which no sign means anything, on one line."""
    text = re.sub(r"([\\~=#{}:])", r"\\\1", plain(text))
    return text.replace("\n", r"\n")
