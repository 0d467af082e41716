"""`cnncalc diagram`: what is folded, where everything stands, and the three formats that it is written in."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from itertools import pairwise
from math import sqrt
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cnncalc
from cnncalc.drawing import dot, mermaid, svg
from cnncalc.drawing import formats as drawing_formats
from cnncalc.drawing.card import Look
from cnncalc.drawing.draw import draw, graph
from cnncalc.drawing.metrics import text_width
from cnncalc.drawing.picture import FONTS, Area, Box, Caption, Face, Line, Picture, Point
from cnncalc.drawing.sketch import CannotDraw, sketch
from cnncalc.drawing.stack import stacked
from tests.running import formats, invoke, networks, process

NAMED = [
    "lenet5", "alexnet", "alexnet_two_towers", "vgg16", "googlenet", "resnet50", "unet", "densenet121",
    "mobilenet_v2", "fragments/inception_module",
]  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def analysis(name: str) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.load(name))


def of(text: str) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.loads(text, name="net.yaml"))


def picture(name: str, **options: object) -> Picture:
    return draw(analysis(name), **options)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------- what is wrong with a picture


def along(line: Line) -> list[Point]:
    """Points on a line, near enough to each other to find a box between them."""
    points, at = [line.start], line.start
    for step in line.steps:
        if len(step) == 1:
            (end,) = step
            number = max(2, int(abs(end[0] - at[0]) + abs(end[1] - at[1])) // 8)
            points += [
                (at[0] + (end[0] - at[0]) * k / number, at[1] + (end[1] - at[1]) * k / number)
                for k in range(number + 1)
            ]
        else:
            a, b, end = step
            for u in (k / 10 for k in range(11)):
                share = ((1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u**3)
                points.append(
                    tuple(sum(w * p[axis] for w, p in zip(share, (at, a, b, end), strict=True)) for axis in (0, 1))  # type: ignore[arg-type]
                )
        at = step[-1]
    return points


def faults(drawn: Picture) -> list[str]:
    """Every text that meets another, leaves the picture or is cut; every box on a box, every line through either."""
    found = []
    whole = Area(0, 0, drawn.width, drawn.height)
    texts = sorted(drawn.texts, key=lambda text: text.area.left)
    near: list[Caption] = []
    for text in texts:
        if not whole.holds(text.area):
            found.append(f"`{text.text}` leaves the picture")
        near = [other for other in near if other.area.right > text.area.left]
        found += [f"`{text.text}` meets `{other.text}`" for other in near if text.area.meets(other.area)]
        near.append(text)
    boxes = [item for item in drawn.items if isinstance(item, Box)]
    for box in boxes:
        found += [f"`{text.text}` is cut by its box" for text in box.texts if not box.area.holds(text.area)]
    cards = [box for box in boxes if box.role != "frame"]
    for at, box in enumerate(cards):
        found += [f"{box.tip} stands on {other.tip}" for other in cards[at + 1 :] if box.area.meets(other.area)]
    for frame in (box for box in boxes if box.role == "frame"):
        found += [
            f"frame {frame.tip} cuts {box.tip}"
            for box in boxes
            if frame.area.meets(box.area) and not frame.area.holds(box.area) and not box.area.holds(frame.area)
        ]
        title = frame.texts[0]
        sheets = [Area(b.x, b.y - 3 * b.sheets, b.x + b.width + 3 * b.sheets, b.y) for b in cards if b.sheets]
        found += [f"{title.text} is covered" for sheet in sheets if sheet.meets(title.area)]
    held = [(f"runs through {b.tip}", Area(b.x + 1, b.y + 1, b.x + b.width - 1, b.y + b.height - 1)) for b in cards]
    held += [(f"strikes `{text.text}` through", text.area) for text in texts]
    for item in drawn.items:
        corners = item.points if isinstance(item, Face) else along(item) if isinstance(item, Line) else ()
        if not all(whole.holds(Area(x, y, x, y)) for x, y in corners):
            found.append(f"a {item.role} leaves the picture")
        if isinstance(item, Line):
            (left, right), (top, bottom) = ((min(values), max(values)) for values in zip(*corners, strict=True))
            found += [
                f"a line {what}"
                for what, area in held
                if area.left < right and left < area.right and area.top < bottom + 1 and top - 1 < area.bottom
                if any(area.left < x < area.right and area.top < y < area.bottom for x, y in corners)
            ]
    return found


def test_the_faults_are_found() -> None:
    """The measure itself can fail: a picture with one fault of each kind."""
    card = Box(10, 10, 60, 20, "conv", (Caption(12, 24, "much too long for it", "name"),), tip="a")
    other = Box(40, 20, 60, 20, "conv", tip="b")
    frame = Box(90, 30, 60, 40, "frame", (Caption(92, 42, "f", "frame"),), tip="c")
    line = Line((0, 25), (((300, 25),),), "edge")
    text = Caption(20, 25, "meets", "op")
    assert faults(Picture(200, 100, "", "", (card, other, frame, line, text))) == [
        "`meets` meets `much too long for it`",
        "`much too long for it` is cut by its box",
        "a stands on b",
        "frame c cuts b",
        "a edge leaves the picture",
        "a line runs through a",
        "a line runs through b",
        "a line strikes `much too long for it` through",
        "a line strikes `meets` through",
    ]


@pytest.mark.parametrize("name", networks(every=12))
def test_no_text_meets_another_and_no_line_runs_through_a_box_or_a_text(name: str) -> None:
    found = analysis(name)
    assert faults(draw(found)) == []
    assert faults(draw(found, style="flow", depth=2)) == []


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("style", ["flow", "volumes"])
@pytest.mark.sweep
def test_the_named_networks_at_every_depth_with_counts(name: str, style: str) -> None:
    for depth in (1, 2, None):
        try:
            drawn = picture(name, style=style, depth=depth, look=Look("chw", ("params", "multiplies")))
        except CannotDraw:
            assert style == "volumes", "a flow shows every network"
            continue
        assert faults(drawn) == []


@pytest.mark.parametrize("name", ["deeplabv3_resnet50_aux", "regnet_x_400mf", "squeezenet1_0", "yolov3"])
def test_volumes_with_skips_and_branches_side_by_side(name: str) -> None:
    for depth in (1, 2, None):
        try:
            drawn = picture(name, style="volumes", depth=depth)
        except CannotDraw:
            continue
        assert faults(drawn) == []


@pytest.mark.parametrize("name", NAMED)
def test_a_slide_shows_the_named_networks_legibly(name: str) -> None:
    """On a slide of 1920×1080 the smallest text is nearly ten pixels high."""
    drawn = picture(name)
    scale = min(1920 / drawn.width, 1080 / drawn.height)
    assert min(FONTS[text.role].size for text in drawn.texts) * scale >= 9.6


def test_widths_are_those_of_the_font() -> None:
    """From Arial's and Helvetica's own tables: 0.556, 0.278 and 0.944 em."""
    assert [round(text_width(text, 1000)) for text in ("0", "i", "W", "0i")] == [556, 222, 944, 778]
    assert round(text_width("W", 1000, bold=True)) == 944


def test_characters_beyond_the_table_count_by_their_class() -> None:
    assert text_width("日", 1000) == text_width("🎉", 1000) == 1000  # scripts and signs that fill a square
    assert text_width("e\u0301", 1000) == text_width("é", 1000) == text_width("e", 1000)
    assert text_width("Ångström", 1000, bold=True) == text_width("Angstrom", 1000, bold=True)
    assert text_width("\u200d\u0301", 1000) == 0
    assert text_width("a", 1000) < text_width("ω", 1000) < text_width("Ω", 1000) < text_width("W", 1000)


# ---------------------------------------------------------------------------------- style, depth, folding


STYLES = {
    "lenet5": "volumes", "alexnet": "volumes", "alexnet_two_towers": "volumes", "vgg16": "volumes",
    "siamese": "volumes", "resnet50": "flow", "googlenet": "flow", "unet": "flow", "densenet121": "flow",
    "fragments/residual_identity": "flow", "fragments/inception_module": "flow",
}  # fmt: skip


@pytest.mark.parametrize(("name", "style"), STYLES.items())
def test_the_network_chooses_its_style(name: str, style: str) -> None:
    cards = [item for item in picture(name).items if isinstance(item, Box)]
    assert ("flow" if cards else "volumes") == style


def labels(name: str, depth: int | None) -> list[str]:
    return [vertex.label for vertex in stacked(sketch(analysis(name), depth, simple=True, once=True)).vertices]


def test_activations_norms_and_dropout_are_drawn_into_their_layer() -> None:
    found = stacked(sketch(analysis("alexnet"), None)).vertices
    assert [vertex.label for vertex in found][-4:] == ["conv5", "fc6", "fc7", "fc8"]
    fc6 = found[-3]
    assert [row.type for row in fc6.before] == ["flatten"]
    assert [row.type for row in fc6.after] == ["relu", "dropout"]
    assert (fc6.counts.params, fc6.output) == (177_209_344, (4096,))


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "googlenet", "unet", "vit_b_16", "mobilenet_v2"])
@pytest.mark.parametrize("depth", [1, 2, None])
def test_a_drawing_of_every_copy_counts_all_that_the_network_counts(name: str, depth: int | None) -> None:
    found = analysis(name)
    for shown in (sketch(found, depth), stacked(sketch(found, depth, simple=True))):
        assert sum(vertex.counts.params for vertex in shown.vertices) == found.totals.params
        assert sum(vertex.counts.multiplies for vertex in shown.vertices) == found.totals.multiplies
        assert all(source < place for place, vertex in enumerate(shown.vertices) for source in vertex.reads)


def test_depth_folds_as_the_summary_does() -> None:
    assert labels("resnet50", 1) == [
        "input", "conv1", "max_pool1", "conv2", "conv3", "conv4", "conv5", "global_avg_pool1", "fc"
    ]  # fmt: skip


def test_equal_copies_are_drawn_once_and_the_picture_says_so() -> None:
    once, all_of_them = picture("resnet50", depth=None), picture("resnet50", depth=None, every_copy=True)
    frames = [text.text for text in once.texts if text.role == "frame"]
    assert [text for text in frames if "×" in text] == [f"unit2 · unit ×{number}" for number in (2, 3, 5, 2)]
    adds = [sum(text.text == "add1" for text in drawn.texts) for drawn in (once, all_of_them)]
    assert adds == [8, 16]
    note = "A frame with ×N stands for N equal blocks, one after the other; one of them is drawn."
    assert [note in [text.text for text in drawn.texts] for drawn in (once, all_of_them)] == [True, False]


def test_a_copied_layer_keeps_its_number() -> None:
    drawn = picture("vgg16", style="flow", depth=None)
    frames = [text.text for text in drawn.texts if text.role == "frame"]
    assert frames == ["conv1 · conv3x3", "conv2 · conv3x3", "conv3 · conv3x3", "conv4 · conv3x3", "conv5 · conv3x3 ×3"]
    volumes = [text.text for text in picture("vgg16", depth=None).texts]
    assert {"conv5/1", "conv5/2", "conv5/3"} <= set(volumes)


def test_copies_that_differ_are_all_drawn() -> None:
    assert [label for label in labels("vgg16", None) if label.startswith("conv1/")] == ["conv1/1", "conv1/2"]
    frames = [text.text for text in picture("densenet121", depth=2).texts if text.role == "frame"]
    assert frames[0] == "dense1 · dense_layer"  # all six are drawn, each with more channels than the one before
    folded = [text.text for text in picture("densenet121", depth=1).texts if text.text.startswith("dense_layer")]
    assert folded[0] == "dense_layer ×6 · 42 layers"


@pytest.mark.sweep
def test_a_frame_stands_around_each_open_block_and_none_around_a_branch() -> None:
    frames = [item.tip for item in picture("googlenet", depth=None).items if isinstance(item, Box)]
    frames = [tip for tip in frames if tip in analysis("googlenet").groups and "/" not in tip]
    assert {"3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"} <= set(frames)
    kinds = {item.role for item in picture("fragments/inception_module").items if isinstance(item, Box)}
    assert "frame" not in kinds


def test_a_branch_is_called_by_its_name() -> None:
    cards = [item for item in picture("fragments/inception_module").items if isinstance(item, Box)]
    assert [card.texts[0].text for card in cards] == [
        "input", "1x1", "3x3/conv1", "conv2", "5x5/conv1", "conv2", "pool/max_pool1", "conv1", "concat1"
    ]  # fmt: skip


def test_every_link_is_a_line() -> None:
    """As many arrow heads as cards that read something, counted by what they read."""
    shown = stacked(sketch(analysis("fragments/inception_module"), None))
    heads = [item for item in picture("fragments/inception_module").items if isinstance(item, Face)]
    assert len(heads) == sum(len(vertex.reads) for vertex in shown.vertices) == 11


def test_skips_of_a_unet_run_level() -> None:
    drawn = picture("unet", depth=1)
    cards = {item.tip: item for item in drawn.items if isinstance(item, Box)}
    for level in range(1, 5):
        down, up = cards[f"down{level}"], cards[f"up{level}"]
        assert down.y + down.height / 2 == up.y + up.height / 2
        assert up.x > down.x + down.width
    assert cards["bottom"].y > cards["down4"].y


# ---------------------------------------------------------------------------------- volumes


def test_volumes_have_the_size_that_the_line_below_says() -> None:
    drawn = picture("alexnet")
    (line,) = [text.text for text in drawn.texts if text.text.startswith("Drawn to scale")]
    side, channels, vector = map(float, re.findall(r"([\d.]+)·√n", line))
    fronts = {}
    for item in drawn.items:
        if isinstance(item, Face) and item.tip and "." not in item.role:
            (left, top), _, (right, bottom), _ = item.points
            fronts[item.tip] = (right - left, bottom - top)
    for name, (high, _, deep) in {"input": (227, 227, 3), "conv1": (55, 55, 96), "conv3": (13, 13, 384)}.items():
        assert fronts[name] == pytest.approx((channels * sqrt(deep), side * sqrt(high)), abs=0.02)
    assert fronts["fc6"][1] == pytest.approx(vector * sqrt(4096), abs=0.02)
    assert fronts["fc8"][1] == pytest.approx(vector * sqrt(1000), abs=0.02)


def test_a_kernel_has_the_scale_of_its_volume() -> None:
    drawn = picture("alexnet")
    patch = next(item for item in drawn.items if isinstance(item, Face) and item.role == "patch")
    (_, top), _, _, (_, bottom) = patch.points
    assert bottom - top == pytest.approx(11 * sqrt(11), abs=0.02)  # a side of n is 11·√n


def test_captions_and_kernel_labels() -> None:
    texts = [text.text for text in picture("lenet5").texts]
    for text in ("C1", "28×28×6", "tanh", "5×5", "avg_pool", "2×2", "stride 2", "F6", "84", "dense · tanh"):
        assert text in texts
    assert "61,706 params · 416,520 multiplies" in texts


def test_two_towers_stand_one_above_the_other() -> None:
    drawn = picture("alexnet_two_towers")
    tops = {
        item.tip: item.points[0]
        for item in drawn.items
        if isinstance(item, Face) and item.tip.endswith("conv3") and "." not in item.role
    }
    (x1, y1), (x2, y2) = tops["conv3-5/gpu1/upper1/conv3"], tops["conv3-5/gpu2/upper1/conv3"]
    assert x1 == x2
    assert y2 > y1 + 50
    assert [text.text for text in drawn.texts].count("13×13×192") == 4


def test_a_concat_is_a_volume_unless_it_joins_towers() -> None:
    named = {
        style: [text.text for text in picture("yolov3", style=style, depth=1).texts] for style in ("flow", "volumes")
    }
    assert [name for name in named["volumes"] if name.startswith("concat")] == ["concat1", "concat2"]
    assert {"concat1", "concat2"} <= set(named["flow"])
    assert not [text.text for text in picture("alexnet_two_towers").texts if "concat" in text.text]


def test_skips_are_arcs_over_the_volumes() -> None:
    drawn = picture("unet", style="volumes", depth=1)
    assert faults(drawn) == []
    assert "Drawn to scale" in " ".join(text.text for text in drawn.texts)


# ---------------------------------------------------------------------------------- SVG


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
@pytest.mark.parametrize("name", ["alexnet", "resnet50"])
def test_svg_is_xml_without_scripts_and_outside_files(name: str, theme: str) -> None:
    text = svg.render(picture(name), theme)
    root = ElementTree.fromstring(text)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "path", "polygon", "text"}
    assert ("style" in tags) == (theme == "auto")
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("prefers-color-scheme:dark") == (theme == "auto")


def test_each_text_carries_its_measured_width() -> None:
    root = ElementTree.fromstring(svg.render(picture("lenet5")))
    texts = list(root.iter(f"{SVG}text"))
    assert len(texts) > 30
    for element in texts:
        font = next(f for f in FONTS.values() if f"{f.size:g}" == element.attrib["font-size"])
        bold = element.attrib.get("font-weight") == "bold"
        assert float(element.attrib["textLength"]) == pytest.approx(
            text_width(element.text or "", font.size, bold), abs=0.01
        )


def contrast(a: str, b: str) -> float:
    """The contrast of two colours, as WCAG defines it."""

    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [svg.LIGHT, svg.DARK], ids=["light", "dark"])
def test_every_text_has_contrast_with_what_it_stands_on(palette: dict[str, tuple[str, str]]) -> None:
    for box in ("ground", "input", "conv", "pool", "dense", "join", "other", "block"):
        for role in ("name", "shape", "op", "muted"):
            assert contrast(palette[role][0], palette[box][0]) >= 4.5, (role, box)
    for role in ("title", "note", "kernel"):
        assert contrast(palette[role][0], palette["ground"][0]) >= 4.5, role


def named(*names: str) -> str:
    layers = "".join(f"  - conv: {{name: {name}, filters: 4, kernel: 1}}\n" for name in names)
    return f"input: {{channels: 3, size: 8}}\nlayers:\n{layers}"


def hostile() -> tuple[cnncalc.Analysis, list[str]]:
    """A network whose names are all that the file format lets in; they are put in where it does not."""
    from dataclasses import replace

    names = [
        "x<script>&\"']]>",
        "end",
        'a "q" [1] #35; %%{init}%% `_m_`',
        "日本語 \\N",
        "\x1b[31m\x00\u2028",
        "1. a",
        "- b",
    ]
    found = of(named(*(f"n{at}" for at in range(len(names)))))
    assert found.graph
    new = dict(zip((f"n{at}" for at in range(len(names))), names, strict=True))
    nodes = tuple(node._replace(name=new[node.name]) for node in found.graph.nodes)
    changed = replace(found.graph, nodes=nodes, name='N <b> "q" ]]>', outputs=(names[-1],))
    return cnncalc.analyze(changed), names


def test_hostile_names_are_text_in_svg() -> None:
    found, _ = hostile()
    text = svg.render(draw(found, style="flow", depth=1))
    root = ElementTree.fromstring(text)
    assert root.find(f"{SVG}title").text == 'N <b> "q" ]]>'  # type: ignore[union-attr]
    assert "<script" not in text
    shown = [element.text for element in root.iter(f"{SVG}text")]
    assert "x<script>&\"']]>" in shown
    assert "�[31m��" in shown


# ---------------------------------------------------------------------------------- Mermaid and Graphviz


def test_mermaid_to_the_letter() -> None:
    text = (
        "{name: Two, input: {channels: 3, size: 8}, layers: [add: {branches: {a: [conv: [3, 1]], "
        "b: [conv: [3, 3, padding: same]]}}]}"
    )
    assert mermaid.render(graph(of(text), None), Look()) == (
        '---\ntitle: "Two"\n---\nflowchart LR\n'
        '  n0["input<br/>8×8×3"]\n'
        '  subgraph g0["a"]\n    n1["conv1<br/>conv 1×1, 3<br/>8×8×3"]\n  end\n'
        '  subgraph g1["b"]\n    n2["conv1<br/>conv 3×3, 3, same<br/>8×8×3"]\n  end\n'
        '  n3["add1<br/>8×8×3"]\n'
        "  n0 --> n1\n  n0 --> n2\n  n1 --> n3\n  n2 --> n3\n"
        "  classDef input fill:#ffffff,stroke:#8b95a3,color:#14181f\n  class n0 input\n"
        "  classDef conv fill:#dbe9fb,stroke:#3a72b8,color:#14181f\n  class n1,n2 conv\n"
        "  classDef join fill:#eadffa,stroke:#7a51b8,color:#14181f\n  class n3 join\n"
    )


def test_dot_to_the_letter() -> None:
    text = "{name: 'T \"1\"', input: {channels: 3, size: 8}, layers: [flatten, dense: 4]}"
    assert dot.render(graph(of(text)), Look("hwc", ("params",))) == (
        "digraph {\n"
        '  graph [rankdir=LR, label="T \\"1\\"", labelloc=t, fontname="Helvetica,Arial,sans-serif"]\n'
        '  node [shape=box, style="rounded,filled", fontname="Helvetica,Arial,sans-serif", fontsize=11]\n'
        '  edge [arrowsize=0.7, color="#5b6675"]\n'
        '  n0 [label="input\\n8×8×3", fillcolor="#ffffff", color="#8b95a3"]\n'
        '  n1 [label="flatten1\\n192", fillcolor="#eceff3", color="#75808f"]\n'
        '  n2 [label="dense1\\ndense 4\\n4\\n772 params", fillcolor="#fde6cf", color="#bf6d16"]\n'
        "  n0 -> n1\n  n1 -> n2\n}\n"
    )


def test_mermaid_escapes_what_it_would_read() -> None:
    found, names = hostile()
    text = mermaid.render(graph(found), Look())
    written = re.findall(r'n\d+\["(.*?)<br/>', text)[1:]
    assert written == [
        "x#60;script#62;#38;#34;']]#62;", "end",
        "a #34;q#34; [1] #35;35; #37;#37;#123;init#125;#37;#37; #96;#95;m#95;#96;",
        "日本語 #92;N", "�[31m��", "1#46; a", "#45; b",
    ]  # fmt: skip
    assert [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) for label in written][:4] == names[:4]


def test_a_graph_has_every_layer_and_every_link() -> None:
    found = analysis("densenet121")
    text = mermaid.render(graph(found, None), Look())
    assert len(re.findall(r"^ *n\d+\[", text, re.MULTILINE)) == len(found.rows) + 1
    assert text.count(" --> ") == sum(len(row.inputs) for row in found.rows)
    assert text.count("subgraph ") == text.count("end\n") == sum(g.stop > g.start for g in found.groups.values())


# ---------------------------------------------------------------------------------- the command


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    ran = invoke("diagram", "lenet5", "-o", str(tmp_path / "lenet.svg"))
    assert (ran.code, ran.out, ran.err) == (0, "", "note: lenet5.yaml is a bundled architecture\n")
    assert (tmp_path / "lenet.svg").read_text(encoding="utf-8") == svg.render(picture("lenet5"))


def test_one_block_of_a_network() -> None:
    ran = invoke("diagram", "resnet50", "conv3/unit1")
    shown = [element.text for element in ElementTree.fromstring(ran.out).iter(f"{SVG}text")]
    assert shown[0] == "ResNet-50 · conv3/unit1"
    assert {"conv2/unit2/2/relu1", "shortcut", "main/cb1", "cb2", "cb3", "add1"} <= set(shown)
    assert "379,392 params · 295,436,288 multiplies" in shown


REFUSED = {
    ("resnet50", "conv9"): "error[unknown-name]: no block `conv9` in resnet50\n",
    (
        "resnet50",
        "fc",
    ): "error[unknown-name]: `fc` is no block of layers\n = help: a diagram draws the whole or a block\n",
    ("resnet50", "unit1"): "error[unknown-name]: `unit1` may mean 4 entries of resnet50: ",
    ("lenet5", "--depth", "0"): "a whole number from 1 on, or 'all'",
    ("lenet5", "--counts", "param"): "no count 'param'; did you mean 'params'?",
    ("lenet5", "-f", "dot", "--theme", "dark"): "--theme goes with a picture: dot is a graph",
    ("googlenet", "--style", "volumes", "--depth", "all"): "Error: googlenet.yaml has more branches side by side than",
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.items(), ids=lambda value: " ".join(value)[:40])
def test_refusals(arguments: tuple[str, ...], message: str) -> None:
    ran = invoke("diagram", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err


@pytest.mark.sweep
def test_a_huge_network_is_refused_with_its_cure_and_folded_drawn(tmp_path: Path) -> None:
    flat = tmp_path / "flat.yaml"
    flat.write_text("input: {channels: 3, size: 8}\nlayers:\n" + "  - conv: [4, 1]\n" * 7_000, encoding="utf-8")
    ran = invoke("diagram", str(flat))
    assert ran.code == 2
    assert "than the 6,000 that a diagram holds: fold its blocks (`--depth 1`), or name one BLOCK to draw" in ran.err
    blocks = "blocks: {b: {layers: [add: {branches: [[], [conv: [3, 1]]]}]}}\n"
    folded = tmp_path / "folded.yaml"
    folded.write_text(f"input: {{channels: 3, size: 8}}\n{blocks}layers: [b: {{repeat: 9000}}]\n", encoding="utf-8")
    assert invoke("diagram", str(folded), "--depth", "1").code == 0
    assert invoke("diagram", str(folded), "--depth", "all", "--every-copy").code == 2


def test_lines_over_very_many_layers_are_refused_in_time() -> None:
    convs = "".join(f"  - conv: {{name: c{at}, filters: 3, kernel: 1}}\n" for at in range(200))
    adds = "".join(f"  - add: {{from: [previous, c{at * 7 % 200}]}}\n" for at in range(200))
    with pytest.raises(CannotDraw, match="leave the layout to Graphviz"):
        draw(of(f"input: {{channels: 3, size: 8}}\nlayers:\n{convs}{adds}"), style="flow", depth=1)


def test_so_many_lines_that_nobody_sees_them_are_refused() -> None:
    names = ", ".join(f"c{at}" for at in range(95))
    convs = "".join(f"  - conv: {{from: input, name: c{at}, filters: 3, kernel: 1}}\n" for at in range(95))
    adds = "".join(f"  - add: {{name: a{at}, from: [{names}]}}\n" for at in range(95))
    outputs = names.replace("c", "a")
    with pytest.raises(CannotDraw, match="there are so many lines, or they pass over so many layers"):
        draw(of(f"input: {{channels: 3, size: 8}}\nlayers:\n{convs}{adds}outputs: [{outputs}]"), style="flow", depth=1)


def test_the_bytes_are_the_same_in_every_process() -> None:
    arguments = ("diagram", "googlenet", "--depth", "all", "--theme", "auto")
    first, second = (process(*arguments, env={"PYTHONHASHSEED": seed}).out for seed in ("1", "77"))
    assert first == second == invoke(*arguments).out
    assert len(first) > 50_000


def test_coordinates_have_two_decimals_at_most() -> None:
    assert not re.search(r"\d\.\d{3}", re.sub(r">[^<]*<", "", invoke("diagram", "densenet121", "--depth", "2").out))


def test_other_commands_do_not_import_it() -> None:
    code = "import sys, cnncalc.cli.commands.summary; print([m for m in sys.modules if 'diagram' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"[]\n"


def test_rows_are_of_nearly_equal_length() -> None:
    drawn = picture("googlenet", depth=1)
    cards = sorted((item for item in drawn.items if isinstance(item, Box)), key=lambda box: box.y + box.height / 2)
    rows = [[cards[0]]]
    for before, box in pairwise(cards):
        if box.y + box.height / 2 > before.y + before.height / 2 + 20:
            rows.append([])
        rows[-1].append(box)
    lengths = [max(box.x + box.width for box in row) for row in rows if row]
    assert len(lengths) > 1
    assert min(lengths) > 0.6 * max(lengths)


@pytest.mark.parametrize("form", formats("diagram"))
def test_a_network_without_layers_is_told(form: str, tmp_path: Path) -> None:
    """Its output is its input: no other picture than an empty one could be drawn."""
    (tmp_path / "net.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\noutputs: [input]\n")
    ran = invoke("diagram", str(tmp_path / "net.yaml"), "-f", form, "-o", str(tmp_path / "out"))
    if form in ("mermaid", "dot"):  # a graph of no layers is one
        assert ran.code == 0
    else:
        assert (ran.code, "has no layers: there is nothing to draw" in ran.err) == (2, True)


# ---------------------------------------------------------------------------------- a page

PAGES = [
    # a network, a style, a depth
    ("yolov3", "flow", 2), ("unet", "flow", None), ("densenet121", "flow", 1), ("hrnet_w18", "flow", 1),
    ("resnet50", "flow", None), ("vgg16", "volumes", None),
    ("mobilenet_v2", "volumes", 1), ("fragments/inception_module", "flow", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "style", "depth"), PAGES)
def test_a_page_holds_the_picture_at_its_width(name: str, style: str, depth: int | None) -> None:
    for width in (700, 1000):
        drawn = picture(name, style=style, depth=depth, width=width)
        assert drawn.width <= width
        assert faults(drawn) == []


@pytest.mark.parametrize("name", networks(every=9))
@pytest.mark.sweep
def test_a_page_holds_every_network(name: str) -> None:
    drawn = draw(analysis(name), style="flow", depth=2, width=1000)
    assert (drawn.width <= 1000, faults(drawn)) == (True, [])


def test_a_line_leads_from_strip_to_strip_of_a_graph_with_skips() -> None:
    """YOLOv3's stages read far back: at any width each card has as many arrow heads as in the wide picture."""
    wide = picture("yolov3", style="flow", depth=1)
    for width in (700, 1000, 5000):
        drawn = picture("yolov3", style="flow", depth=1, width=width)
        for kind in (Box, Face):
            assert sum(isinstance(item, kind) for item in drawn.items) == sum(isinstance(i, kind) for i in wide.items)
        cards = {item.tip: item for item in drawn.items if isinstance(item, Box)}
        heads = [item.points[0] for item in drawn.items if isinstance(item, Face)]
        for tip, card in cards.items():
            ends = [x for x, y in heads if abs(x - card.x) < 0.01 and card.y < y < card.y + card.height]
            assert bool(ends) == (tip != "input"), tip


def test_a_width_breaks_the_lines_below_the_picture() -> None:
    drawn = picture("alexnet", width=700)
    assert [text.text for text in drawn.texts if text.role == "note"] == [
        "200,415,264 params · 863,867,424 multiplies",
        "Drawn to scale, by square root: a height or width of n is 11·√n px long (width recedes, at half length), "
        "n channels are",
        "4.3·√n px, a vector of n is 2.7·√n px high.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("yolov3 --style volumes --depth 1 --width 1000",
         "Error: the picture is 404 px wider than `--width` allows: draw a flow (`--style flow`), name one BLOCK to "
         "draw, or allow more"),
        ("lenet5 -f dot --width 600", "--width goes with a picture: dot is a graph, drawn by another program."),
        ("lenet5 C1 --style window --width 600",
         "--width breaks a flow or volumes: the window of a layer has no rows."),
        ("lenet5 --width 100", "Invalid value for '--width': 100 is not in the range 200<=x<=100000."),
        ("vgg16 --style flow --width 220",
         "Error: the picture is 90 px wider than `--width` allows: fold its blocks (`--depth 1`), name one BLOCK to "
         "draw, or allow more"),
    ],
)  # fmt: skip
def test_a_width_that_cannot_be_is_refused(arguments: str, said: str) -> None:
    ran = invoke("diagram", *arguments.split())
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == said


@pytest.mark.parametrize(("width", "height", "pixels"), [(400, 200, (800, 400)), (40_000, 90, (32_767, 74))])
def test_a_png_has_as_many_pixels_as_can_be(
    width: int, height: int, pixels: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("cairosvg")
    made = Picture(width, height, "", "", (Caption(10, 50, "conv", "name"),))
    monkeypatch.setattr(drawing_formats, "drawn", lambda *_: made)
    data = cnncalc.diagram("lenet5").to_png()
    found = struct.unpack(">II", data[16:24])
    assert all(abs(one - wanted) <= 1 for one, wanted in zip(found, pixels, strict=True)), found


def test_a_png_that_nobody_could_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_formats, "drawn", lambda *_: Picture(200_000, 90, "", "", ()))
    with pytest.raises(cnncalc.CannotDraw) as raised:
        cnncalc.diagram("lenet5").to_png()
    assert str(raised.value) == (
        "a PNG of 200,000 × 90 pixels would be too large (limit: pixels 16,000,000, and 32,767 on a side): "
        "write an .svg, or unfold less"
    )
