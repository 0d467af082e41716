"""`explain` as text, Markdown, LaTeX and JSON: one working, drawn four ways; and why a file does not fit."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import cnncalc
from cnncalc.analyses.style import Style
from cnncalc.analyses.working import LayerWorking, explain
from cnncalc.cli import streams
from cnncalc.core.formula import FormulaError, parse
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Example, Layer
from cnncalc.render import latex, markdown
from cnncalc.render.explanation import document
from cnncalc.render.latex_formula import escape, formula
from cnncalc.render.text import write
from tests.running import invoke, networks
from tests.test_formula import expressions
from tests.test_layers import EXAMPLES, graph_of

NET = """\
input: {channels: 1, size: 6}
layers:
  - conv: {name: a_1, filters: 2, kernel: 3}
  - max_pool: {name: p, kernel: 2}
"""
A_1 = """\
a_1 · conv 3×3, 2 · net.yaml:3
  reads        input 6×6×1
  size         (W − F + 2P) // S + 1             = (6 − 3 + 2·0) // 1 + 1  = 4
  channels     filters                                                     = 2
  output                                                                   4×4×2
  weights      F_h·F_w·C_in·filters              = 3·3·1·2                 = 18
  biases       filters                                                     = 2
  multiplies   F_h·F_w·C_in·filters·H_out·W_out  = 3·3·1·2·4·4             = 288
  params       weights + biases                  = 18 + 2                  = 20
  activations  H_out·W_out·C_out                 = 4·4·2                   = 32
  share        of the network's multiplies                                 = 100.0%
"""
WHERE = """
where
  W             size of the input along a side
  F, F_h, F_w   size of the window
  P             zeros added at each end
  S             step of the window
  filters       number of kernels, so of output channels
  C_in          channels of the input
  H_out, W_out  height and width of the output
  C_out         channels of the output
"""
TOTAL = """\
total · net.yaml · net.yaml
  part  output  weights  biases  params  multiplies  activations
  a_1    4×4×2       18       2      20         288           32
  p      2×2×2        –       –       –           –            8
  ────  ──────  ───────  ──────  ──────  ──────────  ───────────
  sum    2×2×2       18       2      20         288           40
"""
LATEX = (
    "% needs \\usepackage{amsmath,array,booktabs,longtable}\n\n"
    r"\medskip{\sloppy\noindent\textbf{a\_1}\quad conv 3\ensuremath{\times}3, 2"
    r"\hfill{\footnotesize net.yaml:3}\par}\nopagebreak"
    "\n"
    r"\noindent reads input 6\ensuremath{\times}6\ensuremath{\times}1\nopagebreak"
    "\n\\begin{flalign*}\n"
    r"  \text{size} &= \left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1"
    r" = \left\lfloor \frac{6 - 3 + 2 \cdot 0}{1} \right\rfloor + 1 = 4 && \\"
    "\n"
    r"  \text{channels} &= \text{filters} = 2 && \\"
    "\n"
)
MARKDOWN = r"""### a\_1

conv 3×3, 2 · net.yaml:3

Reads input 6×6×1.

|  | formula | numbers | result |
| :--- | :--- | :--- | ---: |
| size | `(W − F + 2P) // S + 1` | `(6 − 3 + 2·0) // 1 + 1` | 4 |
| channels | `filters` |  | 2 |
| output |  |  | 4×4×2 |
| weights | `F_h·F_w·C_in·filters` | `3·3·1·2` | 18 |
| biases | `filters` |  | 2 |
| multiplies | `F_h·F_w·C_in·filters·H_out·W_out` | `3·3·1·2·4·4` | 288 |
| params | `weights + biases` | `18 + 2` | 20 |
| activations | `H_out·W_out·C_out` | `4·4·2` | 32 |
| share | of the network's multiplies |  | 100.0% |
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET, encoding="utf-8")
    return tmp_path


def broken(text: str) -> str:
    Path("broken.yaml").write_text(text, encoding="utf-8")
    return "broken.yaml"


# -------------------------------------------------------------------------------------------------------- text


def test_text_of_a_layer_ends_with_a_legend() -> None:
    assert invoke("explain", "net.yaml", "a_1").out == A_1 + WHERE


def test_text_of_the_total_is_a_table_of_what_is_added() -> None:
    assert invoke("explain", "net.yaml", "total").out == TOTAL
    assert invoke("explain", "net.yaml", "--depth", "0").out == TOTAL


def test_depth_unfolds_a_block() -> None:
    def heads(*args: str) -> list[str]:
        text = invoke("explain", "googlenet", *args, "-f", "json").out
        return [entry["name"] for entry in json.loads(text)["entries"]]

    assert heads("3a") == ["3a"]
    assert heads("3a", "-d", "1") == ["3a/1x1", "3a/3x3", "3a/5x5", "3a/pool", "3a/concat1", "3a"]
    assert heads("3a/1x1", "-d", "all") == ["3a/1x1/cr1/conv1", "3a/1x1/cr1", "3a/1x1"]
    assert len(heads("-d", "all")) > len(heads()) > len(heads("-d", "0")) == 1


def test_a_narrow_terminal_folds_lines_and_tables_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = dict.fromkeys((None, 200, 80, 40), "")
    for width in wide:
        monkeypatch.setattr(streams, "terminal_width", lambda output, stream=None, wide=width: wide)
        wide[width] = invoke("explain", "googlenet", "3a", "fc", "conv2/cr2/conv1", "total").out
        assert width is None or max(map(len, wide[width].splitlines())) <= width
    assert wide[None] == wide[200]
    assert [sorted(set(re.findall(r"[\d,]{3,}", text))) for text in wide.values()] == [
        sorted(set(re.findall(r"[\d,]{3,}", wide[None])))
    ] * 4
    assert (
        "  multiplies   F_h·F_w·C_in·filters·H_out·W_out\n               = 3·3·64·192·56·56 = 346,816,512\n" in wide[80]
    )


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_ascii(form: str) -> None:
    ran = invoke("explain", "googlenet", "3a", "conv1", "--ascii", "-f", form)
    assert ran.out.isascii()
    assert "?" not in ran.out


def test_equal_neighbours_of_many_addends_are_multiplied() -> None:
    out = invoke("explain", "lenet5_1998", "C3").out
    assert "= 5·5·(6·3 + 9·4 + 6)" in out
    assert "= 1,500" in out


# ---------------------------------------------------------------------------------------------------- Markdown


def test_markdown_of_a_layer() -> None:
    assert invoke("explain", "net.yaml", "a_1", "-f", "markdown").out.startswith(MARKDOWN)


@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet", "segnet", "yolov3"])
def test_markdown_is_tables_whose_rows_are_whole(name: str) -> None:
    """Read by another program, no cell is lost and no letter is taken for markup."""
    explanation = explain(cnncalc.analyze(cnncalc.load(name)), None, 1)
    html = MarkdownIt("commonmark").enable("table").render(markdown.write(document(explanation, Style()), Style()))
    layers = [entry for entry in explanation.entries if isinstance(entry, LayerWorking)]
    assert html.count("<table>") == len(explanation.entries) + 1
    assert "<em>" not in html
    assert "|" not in re.sub(r"<[^>]*>", "", html)
    for entry in layers:
        for step in entry.steps:
            assert step.label == "sum" or f"<code>{step.symbols}</code>" in html


# ------------------------------------------------------------------------------------------------------- LaTeX

FORMULAS = {
    "(side - kernel + 2*padding) // stride + 1": r"\left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1",
    "ceil((side + before) / stride)": r"\left\lceil \frac{W + P_{\text{before}}}{S} \right\rceil",
    "min(side, ceil(side / stride)) + 1": r"\min\left( W, \left\lceil \frac{W}{S} \right\rceil \right) + 1",
    "prod(kernel) * c / groups * n": r"\frac{F_h \cdot F_w \cdot C_{\text{in}}}{\text{groups}} \cdot \text{n}",
    "c / prod(kernel)": r"\frac{C_{\text{in}}}{F_h \cdot F_w}",
    "(side - 1)*stride + kernel": r"\left( W - 1 \right) \cdot S + F",
    "c % groups == 0": r"C_{\text{in}} \bmod \text{groups} = 0",
    "side if kernel <= 3 and not groups == 1 else max(side, 2)": (
        r"\begin{cases} W & \text{if } F \le 3 \land \lnot \left( \text{groups} = 1 \right)"
        r" \\ \max\left( W, 2 \right) & \text{otherwise} \end{cases}"
    ),
}
LETTERS = {
    "side": "W", "kernel": "F", "padding": "P", "stride": "S", "c": "C_in", "before": "P_before",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FORMULAS.items())
def test_a_formula_as_latex(text: str, expected: str) -> None:
    assert formula(text, lambda name: LETTERS.get(name, name), lambda name: ("F_h", "F_w")) == expected


def test_latex_of_a_layer() -> None:
    assert invoke("explain", "net.yaml", "a_1", "-f", "latex").out.startswith(LATEX)


def test_a_standalone_document_holds_the_fragment() -> None:
    fragment = invoke("explain", "net.yaml", "-f", "latex").out
    document = invoke("explain", "net.yaml", "-f", "latex", "--standalone").out
    assert document.startswith("\\documentclass")
    assert fragment.partition("\n")[2].rstrip() in document
    assert document.endswith("\\end{document}\n")
    assert "--standalone goes with --format latex" in invoke("explain", "net.yaml", "--standalone").err


ESCAPED = {
    r"a_b 50% R&D #1 ${x}": r"a\_b 50\% R\&D \#1 \$\{x\}",
    "\\input~^": r"\textbackslash{}input\textasciitilde{}\textasciicircum{}",
    "Müller, Straße": "Müller, Straße",
    "3×3 − 1 ≥ 2": r"3\ensuremath{\times}3 \ensuremath{-} 1 \ensuremath{\ge} 2",
    "网": r"{\ifx\Umathchar\undefined ?\else 网\fi}",
    "a-b--c---d": "a-b-{}-c-{}-{}-d",
}


@pytest.mark.parametrize(("text", "expected"), ESCAPED.items())
def test_text_is_escaped(text: str, expected: str) -> None:
    assert escape(text) == expected


@given(st.text())
@pytest.mark.sweep
def test_whatever_the_text_braces_are_balanced(text: str) -> None:
    assert_balanced(escape(text))


@given(expressions())
def test_whatever_the_formula_braces_are_balanced(text: str) -> None:
    try:
        parse(text)
    except FormulaError:
        return
    assert_balanced(formula(text, lambda name: name, lambda name: (name,)))


def assert_balanced(text: str) -> None:
    """Braces, fences and environments open and close in order."""
    bare = re.sub(r"\\[\\{}&%$#_]", "", text)
    depth = 0
    for brace in re.findall(r"[{}]", bare):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert bare.count(r"\left\l") + bare.count(r"\left(") == bare.count(r"\right\r") + bare.count(r"\right)")
    stack = []
    for kind, environment in re.findall(r"\\(begin|end)\{(\w+\*?)\}", text):
        if kind == "begin":
            stack.append(environment)
        else:
            assert stack.pop() == environment
    assert not stack


@pytest.mark.parametrize("name", networks(every=8))
def test_latex_of_every_bundled_architecture_is_well_formed(name: str) -> None:
    explanation = explain(cnncalc.analyze(cnncalc.load(name)), None, 1)
    text = latex.write(document(explanation, Style()), Style())
    assert_balanced(text)
    math = re.sub(
        r"\\text\{[^}]*\}|\\begin\{flalign\*\}", "", "".join(re.findall(r"\\begin\{flalign.*?\\end", text, re.S))
    )
    assert math.isascii()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet", "broken"])
def test_latex_compiles(name: str, folder: Path) -> None:
    file = broken(NARROW) if name == "broken" else name
    invoke("explain", file, "-f", "latex", "--standalone", "-o", "it.tex")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1000:]
    assert b"Overfull" not in done.stdout


# -------------------------------------------------------------------------------------------------------- JSON


def test_json_of_a_layer() -> None:
    found = json.loads(invoke("explain", "net.yaml", "a_1", "-f", "json").out)
    assert (found["schema_version"], found["file"], found["status"]) == (1, "net.yaml", "exact")
    (layer,) = found["entries"]
    assert (layer["kind"], layer["name"], layer["type"], layer["params"]) == ("layer", "a_1", "conv", 20)
    assert layer["steps"][0] == {
        "quantity": "output",
        "label": "size",
        "axis": None,
        "formula": "(W − F + 2P) // S + 1",
        "substituted": "(6 − 3 + 2·0) // 1 + 1",
        "value": 4,
    }
    assert found["legend"][1] == {"symbols": ["F", "F_h", "F_w"], "meaning": "size of the window"}


@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet", "resnet50", "mobilenet_v3_large"])
def test_steps_make_the_counts_and_parts_make_the_sums(name: str) -> None:
    """Layers against the steps of their own working; blocks and totals against their parts: all in the document."""
    for entry in json.loads(invoke("explain", name, "-d", "all", "-f", "json").out)["entries"]:
        for quantity in ("weights", "biases", "buffers", "multiplies"):
            if entry["kind"] == "layer":
                steps = [step for step in entry["steps"] if step["quantity"] == quantity and step["label"] != "sum"]
                assert sum(step["value"] for step in steps) == entry[quantity]
            else:
                assert sum(part[quantity] for part in entry["parts"]) == entry[quantity]


# -------------------------------------------------------------------------------------------------- the legend


@pytest.mark.parametrize(("layer", "example"), EXAMPLES)
def test_every_symbol_of_a_layer_has_one_meaning(layer: type[Layer], example: Example) -> None:
    analysis = cnncalc.analyze(graph_of(layer, example))
    explanation = explain(analysis, [analysis.rows[0]])
    symbols = [symbol for meaning in explanation.legend for symbol in meaning.symbols]
    assert len(symbols) == len(set(symbols))
    (entry,) = explanation.entries
    assert isinstance(entry, LayerWorking)
    used = {
        name
        for step in entry.steps
        if step.label != "sum" and step.quantity != "params"
        for name in re.findall(r"[A-Za-z_]\w*", step.symbols)
    }
    if not layer.unknown:  # whose figures are as the file says
        assert used - {"ceil", "floor", "min", "max"} <= set(symbols)


def test_examples_are_of_every_layer() -> None:
    assert {layer.type for layer, _ in (parameter.values for parameter in EXAMPLES)} == set(LAYERS)


# --------------------------------------------------------------------------------------------- why it does not fit

NARROW = """\
input: {channels: 1, size: 12}
blocks:
  cr: {params: [n, k], layers: [conv: [n, k], relu]}
layers:
  - cr: [4, 3]
  - max_pool: {name: small, kernel: 3}
  - conv: {name: late, filters: 8, kernel: 7}
  - flatten
  - dense: 10
"""
WHY_NARROW = """\
2 entries fit; what fails: late
  cr1    cr                      10×10×4
  small  max_pool 3×3, stride 3    3×3×4

late · conv 7×7, 8 · broken.yaml:7
  reads        small 3×3×4
  height       (W − F + 2P) // S + 1  = (3 − 7 + 2·0) // 1 + 1  = −3  impossible: less than 1

where
  W  size of the input along a side
  F  size of the window
  P  zeros added at each end
  S  step of the window
"""


def test_why_not() -> None:
    ran = invoke("explain", broken(NARROW))
    assert (ran.code, ran.out) == (2, WHY_NARROW)
    assert ran.err.startswith("error[empty-output]: `conv` leaves nothing: height = (3 − 7 + 2·0) // 1 + 1 = −3\n")


def test_why_not_of_a_layer_before_the_break_of_the_break_and_behind_it() -> None:
    file = broken(NARROW)
    before, at, behind = (invoke("explain", file, name) for name in ("small", "late", "dense1"))
    assert [ran.code for ran in (before, at, behind)] == [2, 2, 2]
    assert before.out.startswith("small · max_pool 3×3, stride 3 · broken.yaml:6\n")
    assert "share" not in invoke("explain", file, "cr1/conv1").out  # there is no network to have a share of
    both = invoke("explain", file, "cr1/conv1", "late").out
    assert both.startswith("cr1/conv1 · conv 3×3, 4 · broken.yaml:3\n")
    assert WHY_NARROW.partition("\nwhere\n")[0] in both
    assert both.count("\nwhere\n") == 1
    assert WHY_NARROW.partition("\nwhere\n")[0] in invoke("explain", file, "cr1", "total").out
    assert at.out == WHY_NARROW
    assert behind.out == ""
    assert "only what stands before the break can be explained" in behind.err
    assert all("error[empty-output]" in ran.err for ran in (before, at, behind))


WHY = {
    "conv: {filters: 6, kernel: 3, groups: 4}": (
        "requires     filters % groups == 0  = 6 % 4 == 0  = false  impossible: does not hold"
    ),
    "conv: {filters: 6, kernel: [3, 9]}": (
        "height       (W − F + 2P) // S + 1  = (8 − 3 + 2·0) // 1 + 1  = 6\n"
        "  width        (W − F + 2P) // S + 1  = (8 − 9 + 2·0) // 1 + 1  = 0  impossible: less than 1"
    ),
    "upsample: 1000000000000000": (
        "height       W·factor  = 8·1000000000000000  = 8,000,000,000,000,000  impossible: beyond 10^15"
    ),
    "dense: 10": "reads        input 8×8×4\n",
}


LEFT = {
    "max_pool: 3": "remainder    2: the stride does not divide",
    "max_pool: {kernel: [2, 3]}": "remainder    width 2: the stride does not divide",
    "max_pool: {kernel: 3, padding: [[0, 0], 1]}": "remainder    height 2, width 1: the stride does not divide",
}


@pytest.mark.parametrize(("entry", "text"), LEFT.items())
def test_what_a_stride_leaves_over_axis_by_axis(entry: str, text: str) -> None:
    ran = invoke("explain", broken(f"input: {{channels: 4, size: 8}}\nlayers:\n  - {entry}\n"))
    assert f"{text}, and no window reaches so many positions at the end, padding included\n" in ran.out


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_a_name_on_two_lines_breaks_no_line(form: str) -> None:
    file = broken('name: "A\\n\\n# B"\ninput: {channels: 4, size: 8}\nlayers: [relu]\n')
    assert not re.search(r"^\W*B", invoke("explain", file, "-f", form).out, re.MULTILINE)
    assert not re.search(r"^\W*B", invoke("summary", file).out, re.MULTILINE)


def test_the_legend_calls_the_like_of_crop_a_size() -> None:
    text = "input: {channels: 4, size: 8}\nlayers:\n  - pad: {name: a, padding: 1}\n  - crop: {from: [a, input]}\n"
    assert "W_like        size of the second input\n" in invoke("explain", broken(text), "crop1").out


@pytest.mark.parametrize(("entry", "text"), WHY.items())
def test_why_not_of_other_mistakes(entry: str, text: str) -> None:
    ran = invoke("explain", broken(f"input: {{channels: 4, size: 8}}\nlayers:\n  - {entry}\n"))
    assert ran.code == 2
    assert text in ran.out


def test_a_merge_that_does_not_fit_says_what_it_reads() -> None:
    text = "input: {channels: 4, size: 8}\nlayers:\n  - add: {branches: [[conv: [4, 3]], [conv: [4, 5]]]}\n"
    ran = invoke("explain", broken(text))
    assert "reads        branch1/conv1 6×6×4, branch2/conv1 4×4×4" in ran.out
    assert "error[shape-mismatch]" in ran.err


def test_why_not_as_json() -> None:
    found = json.loads(invoke("explain", broken(NARROW), "-f", "json").out)
    assert found["status"] == "error"
    assert [entry["name"] for entry in found["fits"]] == ["cr1", "small"]
    assert found["failed"][0]["steps"][-1]["value"] == -3
    assert found["failed"][0]["why"] == "less than 1"
    assert found["problems"][0]["code"] == "empty-output"


def test_a_file_of_which_nothing_is_understood() -> None:
    assert invoke("explain", broken("layers: [")).out == ""
    found = json.loads(invoke("explain", broken("layers: ["), "-f", "json").out)
    assert (found["status"], found["problems"][0]["code"]) == ("error", "yaml-syntax")


def test_the_door_stays_strict() -> None:
    """What is understood of a broken file is no graph to count with: only `explain` asks for it."""
    with pytest.raises(cnncalc.ProblemsFound) as caught:
        cnncalc.loads(NARROW)
    understood = caught.value.understood()
    assert understood.graph.outputs == ()
    assert [node.name for node in understood.graph.nodes] == ["cr1/conv1", "cr1/relu1", "small"]
    assert [one.name for one in understood.failed] == ["late"]
    assert write(document(explain(cnncalc.analyze(understood.graph), []), Style()), Style()) == ""


def test_what_a_vector_has_not_is_in_no_legend(tmp_path: Path) -> None:
    """A requirement on the sides of a vector has no symbol for them."""
    (tmp_path / "net.yaml").write_text("input: {channels: 8}\nlayers: [reshape: {shape: 7}]\n", encoding="utf-8")
    ran = invoke("explain", str(tmp_path / "net.yaml"))
    assert ran.code == 2
    assert ran.out.endswith(
        "\nwhere\n  shape  the new shape, channels last: `7x7x512`\n  C_in   channels of the input\n"
    )
