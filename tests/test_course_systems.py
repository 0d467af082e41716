"""Worksheets for other places, each read by a program that is not ours: Moodle XML, GIFT, QTI 2.1, Jupyter, a form."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import warnings
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
import xmlschema
from click.testing import CliRunner

from cnncalc.analyses.style import Style
from cnncalc.cli import cli
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.grade import Grader
from cnncalc.teaching.pages import form, moodle, notebook, qti
from cnncalc.teaching.pages.standing import standing
from cnncalc.teaching.question import Handout, Worksheet
from cnncalc.teaching.recipe import STANDARD
from cnncalc.teaching.wording import written_answer
from tests.running import DATA, invoke
from tests.sheets import filled, sheet

# All kinds of questions: numbers that may be rounded, shapes, stride, filters, a line, a choice.
SHEETS = [("lenet5", 2, 3, STANDARD[3], 9), ("alexnet", 1, 3, STANDARD[1], 8), ("resnet50", 3, 9, STANDARD[2], 8)]
each_sheet = pytest.mark.parametrize("given", SHEETS, ids=lambda given: given[0])


def made(given: tuple[Any, ...]) -> Worksheet:
    name, level, seed, ask, count = given
    return sheet(name, level, seed, ask, count)


@each_sheet
def test_what_course_systems_take_for_right_grade_does_too_and_no_slip_is_among_it(given: tuple[Any, ...]) -> None:
    one = made(given)
    grader = Grader(one)
    for each in standing(one):
        assert {grader.mark(each.question, text).verdict for text in each.right} == {"right"}
        assert {grader.mark(each.question, wrong.text).verdict for wrong in each.wrong} <= {"wrong", "unclear"}


def test_rounded_figures_are_right_but_for_those_that_a_slip_gives() -> None:
    one = sheet("lenet5", 1, 2, STANDARD[1], 12)
    found = {f"{each.question.layer} {each.question.asked}": each.right for each in standing(one)}
    assert found["C1 multiplies"] == ("117600", "110000", "117000", "118000", "120000")
    assert found["C5 params"] == ("48120", "48100"), "48000 is what forgetting the bias gives"
    assert found["C1 params"] == ("156",)
    assert found["C1 output"][:3] == ("28x28x6", "28×28×6", "28 x 28 x 6")


# ------------------------------------------------------------------------------------------------ Moodle


@each_sheet
def test_moodle_xml_is_as_moodle_documents_it(given: tuple[Any, ...]) -> None:
    one = made(given)
    text = moodle.xml(Handout(one), Style())
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n')
    category, how, *questions = ElementTree.fromstring(text)
    assert (category.get("type"), how.get("type")) == ("category", "description")
    assert len(questions) == len(one.questions)
    for question, element in zip(one.questions, questions, strict=True):
        assert element.get("type") in {"integer": ("numerical",), "shape": ("shortanswer",)}.get(
            question.kind, ("multichoice",)
        )
        assert element.findtext("defaultgrade") == str(question.points)
        ElementTree.fromstring(f"<p>{element.findtext('questiontext/text')}</p>")
        ElementTree.fromstring(f"<p>{element.findtext('generalfeedback/text')}</p>")
        answers = [(answer.findtext("text") or "", answer.get("fraction")) for answer in element.iter("answer")]
        assert answers[0][1] == "100" or element.get("type") == "multichoice"
        assert {share for _, share in answers} <= {"0", "100"}
        if element.get("type") == "numerical":
            assert all(answer.isdigit() for answer, _ in answers)
            assert {answer.findtext("tolerance") for answer in element.iter("answer")} == {"0"}
        if element.get("type") == "shortanswer":
            assert all("*" not in answer.replace(r"\*", "") for answer, _ in answers), "a bare * stands for anything"
        if element.get("type") == "multichoice":
            assert [share for _, share in answers].count("100") == 1


def test_a_slip_is_an_answer_with_its_own_feedback() -> None:
    text = moodle.xml(Handout(sheet("lenet5", 1, 2, STANDARD[1], 12)), Style())
    answer = ElementTree.fromstring(text).findall("question/answer[text='150']")[0]
    assert answer.get("fraction") == "0"
    assert "forgot the bias: each filter, each unit has one bias" in (answer.findtext("feedback/text") or "")


def test_answers_exported_from_moodle_are_graded_by_the_quiz_itself(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text("Name,Response 1,Response 2\nAda,28x28x6,150\n", encoding="utf-8")
    for suffix in ("xml", "gift"):
        quiz = tmp_path / f"quiz.{suffix}"
        invoke("exercise", "lenet5", "--cells", "C1.output,C1.params", "-o", str(quiz))
        result = invoke("grade", str(quiz), str(tmp_path / "responses.csv"))
        assert result.code == 1
        assert "1 of 2 points, 50%" in result.out


@each_sheet
def test_gift_is_read_by_a_parser_of_gift(given: tuple[Any, ...]) -> None:
    one = made(given)
    text = moodle.gift(Handout(one), Style())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pygiftparser import parser as gift_parser
    found = gift_parser.parseFile(io.StringIO(text))
    assert [(question.valid, question.title) for question in found] == [(True, each.name) for each in standing(one)]
    for question, each in zip(found, standing(one), strict=True):
        answers = question.answers.answers
        if each.question.kind == "shape":
            assert [answer.answer for answer in answers if answer.fraction == 100] == list(each.right)
        if each.question.kind == "integer":
            assert [(answer.value, answer.tolerance) for answer in answers if answer.fraction == 100] == [
                (float(text), 0.0) for text in each.right
            ]
        if each.question.kind == "choice":
            assert [answer.answer[:1] for answer in answers if answer.select] == list(each.question.accepted)


# ------------------------------------------------------------------------------------------------ QTI


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    """The schema of QTI 2.1."""
    folder = tmp_path_factory.mktemp("qti")
    with zipfile.ZipFile(DATA / "schemas" / "imsqti_v2p1.zip") as packed:
        packed.extractall(folder)
    return xmlschema.XMLSchema(str(folder / "qtiv2p1" / "imsqti_v2p1.xsd"), validation="lax")


@pytest.mark.sweep
@each_sheet
def test_items_and_test_hold_to_the_published_schema(given: tuple[Any, ...], published: xmlschema.XMLSchema) -> None:
    one = made(given)
    with zipfile.ZipFile(io.BytesIO(qti.package(Handout(one), Style()))) as packed:
        names = packed.namelist()
        for name in names[1:]:
            assert [str(error.reason) for error in published.iter_errors(packed.read(name).decode())] == [], name
        manifest = ElementTree.fromstring(packed.read("imsmanifest.xml"))
    space = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
    listed = [resource.get("href") for resource in manifest.iter(f"{space}resource")]
    assert ["imsmanifest.xml", *listed] == names
    assert len(listed) == len(one.questions) + 1


@pytest.mark.sweep
def test_the_schema_refuses_what_it_does_not_know(published: xmlschema.XMLSchema) -> None:
    (first, *_) = standing(sheet("lenet5"))
    broken = qti.item(first).replace("<itemBody>", "<itemBody><foo/>")
    assert len(list(published.iter_errors(broken))) == 1


def test_the_same_sheet_gives_the_same_package() -> None:
    one = sheet("lenet5")
    assert qti.package(Handout(one), Style()) == qti.package(Handout(one), Style())


def test_a_package_goes_to_a_file(tmp_path: Path) -> None:
    assert invoke("exercise", "lenet5", "-o", str(tmp_path / "q.zip")).code == 0
    assert zipfile.is_zipfile(tmp_path / "q.zip")


# ------------------------------------------------------------------------------------------------ a notebook


@each_sheet
def test_a_notebook_is_valid_and_its_filled_cells_are_read(given: tuple[Any, ...], tmp_path: Path) -> None:
    one = made(given)
    book = nbformat.reads(notebook.render(Handout(one), Style()), as_version=4)
    nbformat.validate(book)
    assert {cell.cell_type for cell in book.cells} == {"markdown", "code"}
    key = {q.id: written_answer(q.accepted[0], one.recipe.layout) for q in one.questions}
    for cell in book.cells:
        if cell.cell_type == "markdown":
            here = {id: answer for id, answer in key.items() if f"({id}) ____" in cell.source}
            cell.source = filled(cell.source, here)
        else:
            cell.source = "(1) = 'no answer'\n# | (2) 3 |"
    nbformat.write(book, str(tmp_path / "ada.ipynb"))
    (answers,) = read_answers(str(tmp_path / "ada.ipynb"), "ada")
    found = Grader(one).grade(answers)
    assert (found.points, found.notes) == (one.points, ())


@pytest.mark.parametrize("text", ['{"cells": 3}', "{}", "[1]", "{"])
def test_what_is_no_notebook_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    invoke("exercise", "lenet5", "-o", str(tmp_path / "s.md"))
    result = invoke("grade", str(tmp_path / "s.md"), str(tmp_path / "a.ipynb"))
    assert result.code == 2
    assert "is no notebook: it has no cells" in result.out or "is not JSON" in result.out


# ------------------------------------------------------------------------------------------------ a form


class Page(HTMLParser):
    """The fields, scripts and policy of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: list[str] = []
        self.scripts: list[str] = []
        self.addresses: list[str] = []
        self.policy = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.fields.append(given["name"] or "")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        self.addresses += [given[name] or "" for name in ("src", "href", "action") if name in given]
        self._inside = tag == "script" and "type" not in given

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_a_form_has_a_field_for_each_blank_and_runs_its_own_script_alone() -> None:
    one = made(SHEETS[0])
    page = Page(form.render(Handout(one), Style()))
    assert page.fields == ["name", *(question.id for question in one.questions)]
    assert page.addresses == []
    (script,) = page.scripts
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'"
    assert not re.search(r"fetch|XMLHttp|sendBeacon|https?:", script)


def test_what_a_form_saves_is_graded(tmp_path: Path) -> None:
    invoke("exercise", "lenet5", "--cells", "C1", "-f", "form", "-o", str(tmp_path / "s.form.html"))
    text = (tmp_path / "s.form.html").read_text(encoding="utf-8")
    header = json.loads(text.partition('id="cnncalc-worksheet">')[2].partition("</script>")[0])
    saved = {"name": "Ada", "worksheet": header, "answers": {"1": "28x28x6", "2": "156", "3": "117600"}}
    (tmp_path / "Ada.json").write_text(json.dumps(saved), encoding="utf-8")
    assert invoke("grade", str(tmp_path / "s.form.html"), str(tmp_path / "Ada.json")).code == 0


@pytest.mark.parametrize(("suffix", "option"), [("xml", "--key"), ("gift", "--key"), ("zip", "--room=3")])
def test_an_option_that_a_format_does_not_heed_is_noted(suffix: str, option: str, tmp_path: Path) -> None:
    result = invoke("exercise", "lenet5", option, "-o", str(tmp_path / f"s.{suffix}"))
    assert result.code == 0
    assert "has no effect with --format" in result.err


def test_a_package_goes_through_a_pipe_as_it_is() -> None:
    out = CliRunner().invoke(cli, ["exercise", "lenet5", "-f", "qti"], standalone_mode=False).stdout_bytes
    assert zipfile.is_zipfile(io.BytesIO(out))
