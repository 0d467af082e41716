"""Worksheets: which questions there are, their answers by hand, and that no sheet gives one away."""

from __future__ import annotations

import hashlib
import html.parser
import json
import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from cnncalc import analyze, loads
from cnncalc.analyses.style import Style
from cnncalc.formats import bundled
from cnncalc.render import html as html_writer
from cnncalc.render import markdown
from cnncalc.teaching import inverse
from cnncalc.teaching.pages import worksheet_json
from cnncalc.teaching.pages.worksheet import document
from cnncalc.teaching.question import Handout, Target, Worksheet
from cnncalc.teaching.recipe import ASKS, STANDARD, BadRecipe, header, read_header
from cnncalc.teaching.select import hidden, sources
from cnncalc.teaching.wording import written_answer
from cnncalc.teaching.worksheet import TooFew, make
from tests.running import invoke, process
from tests.sheets import blank, filled, graded, sheet, sheet_of

# One worksheet of each level, worked out by hand; the working stands beside the answer.
BY_HAND = {
    ("lenet5", 1, 1, 8): {
        "1": "156",  # 5·5·1·6 + 6
        "2": "117,600",  # 150 · 28·28
        "3": "14x14x6",
        "4": "5 x 5 x 16",
        "5": "10164",  # 120·84 + 84
        "6": "10k",  # 10,080
        "7": "850",  # 84·10 + 10
        "8": "840",
    },
    ("vgg11", 2, 2, 6): {
        "1": "73,856",  # 3·3·64·128 + 128
        "2": "295168",  # 3·3·128·256 + 256
        "3": "56×56×256",
        "4": "28*28*512",
        "5": "7.485G",  # 86,704,128 + 4 · 924,844,032 + 2 · 1,849,688,064 less one 924,844,032, see below
        "6": "7",  # 223 // S + 1 = 32, so S is 7: 223 // 7 = 31
    },
    ("fragments/inception_module", 3, 4, 8): {
        "1": "18 528",  # 192·96 + 96
        "2": "86.7M",  # 3·3·96·128 · 28·28 = 86,704,128
        "3": "12832",  # 5·5·16·32 + 32
        "4": "28x28x192",
        "5": "28x28x256",  # 64 + 128 + 32 + 32
        "6": "32",  # n·(192 + 1) = 6,176
        "7": "5",  # a 10×10 kernel without padding leaves 19×19, which concat cannot join with 28×28
        "8": "B",
    },
}
# conv1 3·3·3·64·224² = 86,704,128; conv2 73,728·112², conv3/1 294,912·56², conv4/1 1,179,648·28² = 924,844,032 each;
# conv3/2 589,824·56², conv4/2 2,359,296·28² = 1,849,688,064 each; conv5/1, conv5/2 2,359,296·14² = 462,422,016 each
VGG11 = 86_704_128 + 3 * 924_844_032 + 2 * 1_849_688_064 + 2 * 462_422_016


@pytest.mark.parametrize(("name", "level", "seed", "count"), BY_HAND)
def test_a_worksheet_worked_out_by_hand_has_all_points(
    name: str, level: int, seed: int, count: int, tmp_path: Path
) -> None:
    result = invoke("exercise", name, "--level", str(level), "--seed", str(seed), "--count", str(count))
    assert result.code == 0
    (tmp_path / "sheet.md").write_text(result.out, encoding="utf-8")
    answers = BY_HAND[name, level, seed, count]
    (tmp_path / "ada.md").write_text(filled(result.out, answers), encoding="utf-8")
    marked = invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "ada.md"))
    assert marked.code == 0, marked.out
    assert "100%" in marked.out


def test_the_sum_that_was_added_up_by_hand() -> None:
    assert sheet("vgg11", 2, 2, count=6).question("5").accepted == (VGG11,)


# ------------------------------------------------------------------------------------------------ every network

SAMPLE = [
    ("alexnet", 1, 3), ("alexnet", 3, 5), ("c3d", 2, 1), ("densenet121", 3, 2), ("googlenet", 3, 1), ("m5", 1, 1),
    ("mobilenet_v2", 3, 4), ("resnet50", 2, 2), ("resnet50", 3, 9), ("siamese", 2, 1), ("unet", 3, 1), ("vgg16", 2, 7),
    ("vit_b_16", 1, 1), ("fragments/gap", 1, 1), ("lenet5_1998", 2, 6), ("shufflenet_v2", 3, 2), ("yolov3", 3, 1),
]  # fmt: skip


def _key(sheet: Worksheet) -> dict[str, str]:
    return {q.id: written_answer(q.accepted[-1], sheet.recipe.layout) for q in sheet.questions}


@pytest.mark.parametrize(("name", "level", "seed"), SAMPLE)
def test_the_key_filled_in_has_all_points(name: str, level: int, seed: int, tmp_path: Path) -> None:
    one = sheet(name, level, seed)
    path = tmp_path / "key.md"
    path.write_text(filled(blank(one), _key(one)), encoding="utf-8")
    found = graded(one, str(path))
    assert [mark.verdict for mark in found.marks] == ["right"] * len(one.questions)
    assert (found.points, found.notes) == (one.points, ())
    path = tmp_path / "key.json"
    path.write_text(worksheet_json.render(Handout(one, key=True), Style()), encoding="utf-8")
    assert graded(one, str(path)).points == one.points


@pytest.mark.parametrize(("name", "level", "seed"), SAMPLE)
def test_no_blank_is_given_away(name: str, level: int, seed: int) -> None:
    one = sheet(name, level, seed)
    text = blank(one)
    for question in one.questions:
        assert re.search(rf"(^|\| )\({question.id}\) ____( \||$)", text, re.MULTILINE), "a blank and nothing else"
    asked = {
        q.target.row for q in one.questions if q.target and q.target.quantity == "shape" and q.ask == "shapes"
    }  # the rows whose shape is asked for are read by no line that shows what it reads, and by no table as given
    for question in one.questions:
        target = question.target
        if target and not target.attribute:
            rows = range(target.start, target.stop)
            entering = {ref for row in rows for ref in sources(one.analysis, row)} - set(rows)
            assert not asked & entering


@pytest.mark.parametrize(("name", "level", "seed"), SAMPLE)
def test_answers_are_those_of_the_analysis(name: str, level: int, seed: int) -> None:
    one = sheet(name, level, seed)
    for question in one.questions:
        target = question.target
        if question.ask not in ("shapes", "params", "multiplies"):
            continue
        assert target is not None
        if target.row is None:
            rows = one.analysis.rows[target.start : target.stop]
            value: object = sum(getattr(row.counts, target.quantity) for row in rows)
        else:
            row = one.analysis.rows[target.row]
            value = row.output_shape if target.quantity == "shape" else getattr(row.counts, target.quantity)
        assert question.accepted == (value,)


def test_every_bundled_network_has_a_worksheet_of_level_1() -> None:
    without = []
    for name in bundled.names()[::9]:
        try:
            assert sheet(name).questions
        except TooFew as error:
            without.append(str(error))
    assert without == []


# ------------------------------------------------------------------------------------------------ always the same


@pytest.mark.sweep
def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    command = ("exercise", "googlenet", "--level", "3", "--seed", "5", "--count", "10")
    one, other = (process(*command, env={"PYTHONHASHSEED": seed}).out for seed in ("1", "2"))
    assert one == other
    assert one != invoke(*command[:4], "--seed", "6", "--count", "10").out


NET = """
input: {channels: 3, size: 64}
layers:
  - conv: {filters: 16, kernel: 5, stride: 2, padding: 2}
  - relu
  - max_pool: {kernel: 3, stride: 2}
  - concat:
      branches:
        a: [conv: {filters: 8, kernel: 1}, conv: {filters: 24, kernel: 3, padding: 1}]
        b: [conv: {filters: 32, kernel: 3, padding: 1, groups: 4}]
  - flatten
  - dense: 100
  - dense: 10
"""

# A change of these is a change of what old worksheets ask: it needs a new VERSION in teaching/recipe.py.
GOLDEN = {
    1: "281f2c2da40f",
    2: "438d79b289f6",
    3: "eb33135b7ec3",
}


def plain(answer: object) -> object:
    return tuple(answer) if isinstance(answer, tuple) else answer


@pytest.mark.parametrize("level", GOLDEN)
def test_old_worksheets_keep_their_questions(level: int) -> None:
    asked = [
        (question.id, question.ask, question.layer, tuple(map(plain, question.accepted)))
        for seed in range(5)
        for question in sheet_of(NET, level, ",".join(STANDARD[level]), seed=seed).questions
    ]
    assert hashlib.sha256(repr(asked).encode()).hexdigest()[:12] == GOLDEN[level]


# ------------------------------------------------------------------------------------------------ levels and kinds


def test_levels() -> None:
    one, two, three = (sheet("googlenet", level, 1) for level in (1, 2, 3))
    assert all(q.target and q.target.stop - q.target.start == 1 for q in one.questions)
    assert {q.ask for q in one.questions} == {"shapes", "params", "multiplies"}
    assert {q.ask for q in two.questions} == {"shapes", "params", "multiplies", "inverse"}
    assert {q.ask for q in three.questions} == set(STANDARD[3])
    assert "concat" in blank(three)
    chain = sheet("lenet5", 2, 1, ("shapes",))
    assert [line.name for line in chain.tables[0].lines if line.cells[0].question]
    assert chain.tables[0].given == (("input", "32×32×1"),)


@pytest.mark.parametrize("kind", ASKS)
def test_one_kind_alone(kind: str) -> None:
    assert {question.ask for question in sheet("lenet5", 1, 1, (kind,)).questions} == {kind}


def test_a_table_leaves_out_what_changes_nothing() -> None:
    text = blank(sheet("lenet5", 2, 1))
    assert "tanh" not in text.partition("## Question")[0].partition("## Find")[0]
    assert all(hidden(row) == (row.type in ("tanh", "sigmoid", "softmax")) for row in sheet("lenet5").analysis.rows)


def test_a_sheet_says_how_to_answer_it() -> None:
    text = blank(sheet("resnet18", 3, 1))
    assert "8 questions, 10 points. Questions 2 and 6 give 2 points each." in text
    assert "Pooling, norms and activations count no multiplies." in text, "question 2 is a sum over norms, too"
    assert "| main/body1/cb1/batch\\_norm1 | batch\\_norm | main/body1/cb1/conv1 | · | · | – |" in text
    assert "points each" not in blank(sheet("lenet5", 1, 1))


def test_the_mistake_comes_last_and_names_the_file_that_is_shown() -> None:
    text = blank(sheet("resnet18", 3, 1))
    assert "`resnet18.yaml`, written out, was changed in one place" in text
    assert not [word for word in ("extends", "when:", "blocks:", "resnet50") if word in text.partition("## Find")[2]]
    assert "`lenet5.yaml` was changed in one place" in blank(sheet("lenet5", 1, 1, ("mistake",)))
    one = sheet("fragments/residual_projection", 3, 1)
    assert [question.ask for question in one.questions][-3:] == ["inverse", "mistake", "mistake"]


def test_a_merge_is_shown_with_the_whole_of_its_branches() -> None:
    (table,) = sheet("fragments/residual_projection", 3, 1).tables
    assert [line.name for line in table.lines[:4]] == ["main/dense1", "main/dense2", "shortcut/Ws", "add1"]
    assert table.given == (("input", "128"),)


def test_count_and_what_there_is() -> None:
    assert len(sheet("vgg16", count=3).questions) == 3
    few = invoke("exercise", "fragments/gap")
    assert few.code == 0
    assert "note: 1 of 8 questions: the network has no more at level 1 with seed 1" in few.err
    for seed in range(6):
        more = invoke("exercise", "lenet5", "--count", "30", "--seed", str(seed))
        assert more.code == 0
        assert f"note: 13 of 30 questions: the network has no more at level 1 with seed {seed}" in more.err
    none = invoke("exercise", "lenet5", "--level", "3")
    assert none.code == 2
    assert "lenet5.yaml has no branches, groups or bottlenecks to ask about" in none.err


@pytest.mark.parametrize("command", ["exercise", "quiz"])
def test_a_problem_is_at_its_line_of_the_file_as_it_stands(command: str, tmp_path: Path) -> None:
    """The worksheet leaves `note` and `expect` out; the file of the teacher has them."""
    net = tmp_path / "net.yaml"
    text = "name: X\nnote: |\n  one\n  two\nexpect:\n  total: {params: 9}\ninput: {channels: 3, size: 8}\n"
    net.write_text(f"{text}layers: [conv: {{filters: 4, kernel: 9}}]\n", encoding="utf-8")
    result = invoke(command, str(net), input="")
    assert result.code == 2
    assert "net.yaml:8:" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--ask", "shape"), "no kind of question 'shape'; did you mean 'shapes'?"),
        (("--level", "4"), "4 is not in the range 1<=x<=3"),
        (("--seed", "-1"), "-1 is not in the range"),
        (("--count", "0"), "0 is not in the range"),
        (("--set", "classes"), "--set takes NAME=VALUE"),
    ],
)
def test_a_wrong_command_line(arguments: tuple[str, ...], message: str) -> None:
    result = invoke("exercise", "vgg16", *arguments)
    assert result.code == 2
    assert message in result.err


def test_set_input_size_and_layout_reach_the_worksheet(tmp_path: Path) -> None:
    arguments = ("--set", "classes=10", "--input-size", "64", "--layout", "chw", "--exact", "--seed", "4")
    result = invoke("exercise", "vgg16", *arguments)
    assert "channels × height × width, like 96×55×55" in result.out
    assert "35k" not in result.out
    (tmp_path / "sheet.md").write_text(result.out, encoding="utf-8")
    key = json.loads(invoke("exercise", "vgg16", *arguments, "--key", "-f", "json").out)
    answers = {question["id"]: question["answer"] for question in key["questions"]}
    (tmp_path / "a.json").write_text(json.dumps(answers), encoding="utf-8")
    assert invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "a.json")).code == 0


# ------------------------------------------------------------------------------------------------ inverse, mistake


@pytest.mark.parametrize("seed", range(4))
def test_an_inverse_question_accepts_every_value_that_is_right(seed: int) -> None:
    """Counted by sliding a window, one place after the other."""
    one = sheet("alexnet", 1, seed, ("inverse",), 5)
    checked = 0
    for question in one.questions:
        target = question.target
        assert target is not None
        assert target.row is not None
        row = one.analysis.rows[target.row]
        if target.attribute not in ("stride", "kernel") or row.layer.values.get("padding") == "same":
            continue
        assert isinstance(target.wanted, tuple)
        side = row.input_shapes[0][1]
        right = []
        for value in range(1, side + 1):
            sizes = {"stride": row.layer.values["stride"][0], "kernel": row.layer.values["kernel"][0]}
            sizes[target.attribute] = value
            last, places = side - sizes["kernel"], 0
            while last >= places * sizes["stride"]:
                places += 1
            right += [value] * (places == target.wanted[1])
        assert question.accepted == tuple(right)
        checked += 1
    assert checked


def test_a_value_is_not_looked_for_where_none_can_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window wider than its input gives nothing, with however many filters."""
    (row,) = analyze(loads("input: {channels: 64, size: 8}\nlayers: [conv: {filters: 64, kernel: 3, groups: 4}]")).rows
    too_wide = inverse.changed_to(row.layer, 2, "kernel", 9)
    assert too_wide is not None
    looks = Mock(wraps=inverse._gives)
    monkeypatch.setattr(inverse, "_gives", looks)
    for attribute, right in {"filters": 320, "groups": 1}.items():
        params = {"filters": 3 * 3 * 16 * 320 + 320, "groups": 3 * 3 * 64 * 64 + 64}[attribute]
        target = Target(0, 1, 0, "params", attribute)
        assert inverse.tried(row, row.layer, target, params) == [right]
        assert inverse.tried(row, too_wide, target, params) == []
    assert looks.call_count < 200


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "seed"), [("alexnet", 1), ("googlenet", 3), ("resnet50", 2), ("lenet5", 4)])
def test_a_mistake_is_one_that_the_program_refuses(name: str, seed: int, tmp_path: Path) -> None:
    one = sheet(name, 1, seed, ("mistake",))
    (passage,) = one.passages
    path = tmp_path / "wrong.yaml"
    path.write_text("".join(f"{line[5:]}\n" for line in passage.listing), encoding="utf-8")
    result = invoke("check", str(path))
    assert result.code == 2
    line = re.search(r"wrong\.yaml:(\d+):", result.err)
    assert line is not None
    where, why = one.questions
    assert where.accepted[0] == int(line[1])
    assert len(why.choices) == 4
    assert "expect" not in blank(one), "the figures that the file expects would tell what was changed"


# ------------------------------------------------------------------------------------------------ header and formats


def test_the_header_holds_no_answer_and_all_that_is_needed(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "name: Base\ninput: {channels: 3, size: 32}\nvars: {n: 8}\nlayers:\n  - conv: {filters: n, kernel: 5}\n"
        "  - max_pool: {kernel: 2}\n  - flatten\n  - dense: 10\nexpect:\n  conv1: {params: 608}\nnote: 608\n",
        encoding="utf-8",
    )
    net = tmp_path / "net.yaml"
    net.write_text("extends: base.yaml\nvars: {n: 16}\n", encoding="utf-8")
    text = invoke("exercise", str(net), "--count", "4").out
    line = text.rstrip().splitlines()[-1]
    recipe = read_header(line.removeprefix("<!-- cnncalc worksheet ").removesuffix(" -->"))
    assert [name for name, _ in recipe.files] == ["net.yaml", "base.yaml"]
    assert "608" not in recipe.files[1][1]
    assert "--" not in line[5:-4]
    assert str(tmp_path) not in text
    for path in (net, tmp_path / "base.yaml"):
        path.unlink()
    (tmp_path / "sheet.md").write_text(text, encoding="utf-8")
    one = make(recipe)
    (tmp_path / "a.md").write_text(filled(text, _key(one)), encoding="utf-8")
    assert invoke("grade", str(tmp_path / "sheet.md"), str(tmp_path / "a.md")).code == 0


def test_the_header_brings_networks_along_that_are_blocks(tmp_path: Path) -> None:
    """Each once, however many blocks use it, and found by the sheet without the files."""
    inner = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], relu]\n"
    part = "input: {channels: 3, size: 8}\nblocks: {i: {network: inner}}\nlayers: [i, conv: [3, 1]]\n"
    blocks = "blocks: {p: {network: part.yaml}, q: {network: part.yaml}, r: {network: lenet5, until: C1}}\n"
    net = f"input: {{channels: 3, size: 16}}\n{blocks}layers: [p, q, conv: [1, 1], r, flatten, dense: 3]\n"
    for name, text in {"inner": inner, "part": part, "net": net}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    recipe = sheet(str(tmp_path / "net.yaml")).recipe
    assert [name for name, _ in recipe.files] == ["net.yaml", "part.yaml", "inner", "lenet5"]
    graph = recipe.graph()
    for path in tmp_path.iterdir():
        path.unlink()
    again = recipe.graph()
    assert [(node.name, node.work) for node in again.nodes] == [(node.name, node.work) for node in graph.nodes]


def _with(**fields: object) -> str:
    found = json.loads(header(sheet("lenet5").recipe))
    return json.dumps(found | fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "{" * 100_000,
        _with(cnncalc_worksheet=3),
        _with(seed="7"),
        _with(seed=-1),
        _with(seed=True),
        _with(level=4),
        _with(ask=["answers"]),
        _with(ask=[]),
        _with(count=10**9),
        _with(layout="whc"),
        _with(set=[1]),
        _with(set={"a": 1}),
        _with(input_size=32),
        _with(files="no base64!"),
        _with(files="bm8gemxpYg=="),
        _with(files="eJxjYGBgAAAABAAB"),
    ],
)
def test_a_damaged_header_is_refused(text: str) -> None:
    with pytest.raises(BadRecipe):
        read_header(text)


HOSTILE = (
    'name: "--> <script>alert(1)</script> | `x` ](http://x)"\ninput: {channels: 3, size: 8}\n'
    "layers:\n  - conv: {name: a.b, filters: 4, kernel: 3}\n  - dropout: {rate: 0.1}\n  - flatten\n  - dense: 3\n"
)


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("key", [False, True])
def test_html_is_one_page_without_anything_from_outside(key: bool) -> None:
    text = html_writer.write(document(Handout(sheet_of(HOSTILE, ask=",".join(STANDARD[3])), key), Style()), Style())
    parser = _Tags()
    parser.feed(text)
    assert [attrs for tag, attrs in parser.tags if tag == "script"] == [
        {"type": "application/json", "id": "cnncalc-worksheet"}
    ]
    assert not [
        tag for tag, attrs in parser.tags if tag in ("link", "img", "iframe") or "src" in attrs or "href" in attrs
    ]
    assert "default-src 'none'" in text
    assert "break-inside: avoid" in text
    assert "<script>alert" not in text


def test_every_format_is_a_worksheet_that_grade_reads(tmp_path: Path) -> None:
    answers = tmp_path / "a.json"
    one = sheet("alexnet", 3, 2)
    answers.write_text(json.dumps(_key(one)), encoding="utf-8")
    for form in ("markdown", "html", "latex", "json"):
        for key in ((), ("--key",)):
            path = tmp_path / f"sheet.{form}"
            assert (
                invoke("exercise", "alexnet", "--level", "3", "--seed", "2", "-f", form, "-o", str(path), *key).code
                == 0
            )
            assert invoke("grade", str(path), str(answers)).code == 0


def test_a_hostile_name_stays_text_in_markdown() -> None:
    one = sheet_of(HOSTILE)
    text = markdown.write(document(Handout(one), Style()), Style())
    assert "# --\\> \\<script\\>alert(1)\\</script\\> \\| \\`x\\` \\](http\u200b://x)" in text
    comment = text[text.index("<!--") :]
    assert comment.count("-->") == 1
    assert comment.rstrip().endswith("-->")


def test_the_key_shows_formula_numbers_and_result() -> None:
    text = invoke("exercise", "lenet5", "--key").out
    assert "(1) **156**" in text
    assert "- weights: F\\_h·F\\_w·C\\_in·filters = 5·5·1·6 = 150\n- biases: filters = 6\n" in text
    assert "- filters: number of kernels, so of output channels" in text
    assert "____" not in text
