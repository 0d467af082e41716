"""What a Python user gets: load, analyze, frozen results that show themselves."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

import cnncalc

SMALL = "name: small <b>\ninput: {channels: 3, size: 8}\nlayers:\n  - conv: {filters: 4, kernel: 3}\n  - flatten\n"


def test_load_takes_a_path_or_a_bundled_name(tmp_path: os.PathLike[str]) -> None:
    path = os.path.join(tmp_path, "net.yaml")
    with open(path, "w") as file:
        file.write(SMALL)
    assert cnncalc.load(path).name == "small <b>"
    assert cnncalc.load("lenet5").name == "LeNet-5"
    assert cnncalc.load("vgg16", set={"classes": "10"}, input_size="64x96").shape(-1) == (3, 64, 96)


def test_results_are_frozen() -> None:
    analysis = cnncalc.analyze(cnncalc.loads(SMALL))
    with pytest.raises(AttributeError):
        analysis.rows[0].name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        analysis.totals.weights = 0  # type: ignore[misc]
    for result in (analysis, cnncalc.explain(analysis)):
        assert dataclasses.is_dataclass(result)
        field = dataclasses.fields(result)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field, None)


def test_problems_carry_code_place_and_cure() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as error:
        cnncalc.loads("input: {channels: 3, size: 8}\nlayers:\n  - conv: {filters: 4, kernal: 3}\n", name="net.yaml")
    (problem,) = error.value.problems
    assert (problem.code, problem.help) == ("unknown-attribute", "did you mean `kernel`?")
    assert problem.where is not None
    assert (str(problem.where), problem.where.column, problem.where.length) == ("net.yaml:3", 24, 6)
    assert str(error.value) == "net.yaml:3: unknown attribute of `conv`: `kernal`; did you mean `kernel`?"


def test_a_rich_console_shows_the_table() -> None:
    console = Console(width=120, file=io.StringIO(), color_system=None, _environ={})
    console.print(cnncalc.analyze(cnncalc.loads(SMALL)))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "conv 3×3, 4" in text
    assert "112 = 108 weights + 4 biases" in text


def test_a_notebook_shows_the_table_and_nothing_else() -> None:
    html = cnncalc.analyze(cnncalc.loads(SMALL))._repr_html_()
    assert '<th scope="row" class="folds">conv1</th><td class="folds">conv 3×3, 4</td>' in html
    assert "small &lt;b&gt;" in html
    assert "<script" not in html


def test_the_package_offers_what_it_says() -> None:
    assert set(cnncalc.__all__) <= set(dir(cnncalc))
    for name in cnncalc.__all__:
        assert getattr(cnncalc, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = cnncalc.nothing


def python(code: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, env={**os.environ, **env}, check=False)


RUN = (
    "import sys; sys.argv = ['cnncalc', 'summary', 'googlenet', 'lenet5_1998', '--format', 'json']; {} "
    "from cnncalc.__main__ import main; main()"
)


def test_without_libyaml_the_slower_parser_gives_the_same_with_a_note() -> None:
    slow = python(RUN.format("sys.modules['yaml.cyaml'] = None;"))
    assert slow.stdout == python(RUN.format("")).stdout
    assert b"note: PyYAML has no C parser here; large files are read more slowly" in slow.stderr


@pytest.mark.parametrize(
    ("operator", "listed"),
    [
        ("DeformConv2d", (("it", "DeformConv2d", ("params", "multiplies")),)),
        ("{type: NonMaxSuppression, weights: 0}", (("it", "NonMaxSuppression", ("multiplies",)),)),
    ],
)
def test_what_cannot_be_counted_makes_totals_lower_bounds(operator: str, listed: tuple[object, ...]) -> None:
    graph = cnncalc.loads(
        f"input: {{channels: 3, size: 8}}\nlayers:\n  - conv: [4, 3]\n  - operator: [{operator}, name: it]\n"
    )
    analysis = cnncalc.analyze(graph)
    assert (analysis.status, analysis.uncounted) == ("lower_bound", listed)
    assert "≥ 3,888" in analysis._repr_html_()


@pytest.mark.parametrize("entry", ["reshape: 2x2x2x2x4", "operator: {type: X, output: 2x2x2x2x4}"])
def test_no_shape_has_more_than_three_sides(entry: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound, match=r"`(shape|output)` has 4 sides \(limit: sides 3\)"):
        cnncalc.loads(f"input: {{channels: 16, size: 2}}\nlayers:\n  - {entry}\n")
