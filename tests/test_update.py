"""`check --update` comes to rest: what it rewrites is right, and what it cannot rewrite is named and left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.core.figures import SUFFIXES, Figure, read_figure
from tests.running import invoke

pytestmark = pytest.mark.quick

NET = """\
input: {channels: 3, size: 8}
layers:
  - conv: {name: a, filters: 4, kernel: 3}
  - conv: {name: b, filters: 4, kernel: 3}
"""  # params: a 112, b 148; biases of both 4; multiplies: a 3,888, b 2,304
LARGE = NET.replace("filters: 4", "filters: 10000").replace(
    "size: 8", "size: [60000, 60000]"
)  # multiplies: b 3.2 × 10^18


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


RESTS: dict[str, tuple[str, str]] = {
    "an alias of equal figures": (
        "{a: {biases: &it 5}, b: {biases: *it, params: 1}}",
        "{a: {biases: &it 4}, b: {biases: *it, params: 148}}",
    ),
    "an alias of all that is expected": ("{a: &it {biases: 5}, b: *it}", "{a: &it {biases: 4}, b: *it}"),
    "one that is right where it stands alone": (
        "{a: {biases: &it 5}, b: {params: 1}, total: {weights: 3, biases: 8}}",
        "{a: {biases: &it 4}, b: {params: 148}, total: {weights: 252, biases: 8}}",
    ),
    "a bound for both": ("{a: {params: &it <100}, b: {params: *it}}", "{a: {params: &it <149}, b: {params: *it}}"),
    "a rounded figure for both": (
        "{a: {params: &it 0.9k}, b: {params: *it}}",
        "{a: {params: &it 0.1k}, b: {params: *it}}",
    ),
    "about a figure, too coarse": ("{b: {params: ~1k}}", "{b: {params: ~0.15k}}"),
    "about a figure, of another size": (
        "{b: {params: ~2M, multiplies: ~9.9T}}",
        "{b: {params: ~0.00015M, multiplies: ~0.0000000023T}}",
    ),
    "about a figure, finer than needed": ("{b: {params: ~1.000k}}", "{b: {params: ~0.148k}}"),
}  # fmt: skip


@pytest.mark.parametrize("what", RESTS)
def test_one_update_is_enough(what: str) -> None:
    before, after = (f"{NET}expect: {text}\n" for text in RESTS[what])
    Path("net.yaml").write_text(before)
    ran = invoke("check", "net.yaml", "--update")
    assert (Path("net.yaml").read_text(), ran.code, ran.err) == (after, 0, "")
    assert "rewritten" not in invoke("check", "net.yaml", "--update").out


ALIAS = "it is an alias of what else stands in the file"
SEVERAL = "no figure is right for all that it stands for"
STYLE = "it is written over lines, or with an escape"
LEFT: dict[str, tuple[str, str, str]] = {  # the whole file, then what it becomes, and what is said
    "an alias of two figures": (
        f"{NET}expect: {{a: {{params: &it 100, biases: 1}}, b: {{params: *it}}}}",
        f"{NET}expect: {{a: {{params: &it 100, biases: 4}}, b: {{params: *it}}}}",
        f"net.yaml:5: `100` is not rewritten: {SEVERAL}",
    ),
    "an alias of a figure that holds": (
        f"{NET}expect: {{a: {{params: &it 112}}, b: {{params: *it}}}}",
        "",
        f"net.yaml:5: `112` is not rewritten: {SEVERAL}",
    ),
    "an alias of a shape": (
        f"{NET}expect: {{a: {{output: &it 1x1x1}}, b: {{output: *it}}}}",
        "",
        f"net.yaml:5: `1x1x1` is not rewritten: {SEVERAL}",
    ),
    "more digits than a figure has": (
        f"{LARGE}expect: {{b: {{multiplies: 5}}}}",
        "",
        f"net.yaml:5: `5` is not rewritten: {SEVERAL}",
    ),
    "an alias of what the network is made of": (
        f"{NET.replace('filters: 4', 'filters: &it 4', 1)}expect: {{a: {{params: *it}}}}",
        "",
        f"net.yaml:3: `4` is not rewritten: {ALIAS}",
    ),
    "what the network is made of is an alias": (
        f"expect: {{a: {{params: &it 4}}}}\n{NET.replace('filters: 4', 'filters: *it', 1)}",
        "",
        f"net.yaml:1: `4` is not rewritten: {ALIAS}",
    ),
    "a limit of the budget": (
        f"{NET}expect: {{total: {{params: &it 5}}}}\nbudget: {{params: *it}}",
        "",
        f"net.yaml:5: `5` is not rewritten: {ALIAS}",
    ),
    "the whole budget": (
        f"{NET}budget: &it {{b: {{params: 5}}}}\nexpect: *it",
        "",
        f"net.yaml:5: `5` is not rewritten: {ALIAS}",
    ),
    "a block of text": (
        f"{NET}expect:\n  a:\n    params: >-\n      1\n      \n    biases: 1",
        f"{NET}expect:\n  a:\n    params: >-\n      112\n      \n    biases: 4",
        "",
    ),
    "an escape": (
        f'{NET}expect: {{a: {{params: "1\\u00300", biases: 1}}}}',
        f'{NET}expect: {{a: {{params: "1\\u00300", biases: 4}}}}',
        f"net.yaml:5: `100` is not rewritten: {STYLE}",
    ),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_not_rewritten_is_named(what: str) -> None:
    before, after, says = LEFT[what]
    Path("net.yaml").write_text(before)
    for _ in range(2):
        ran = invoke("check", "net.yaml", "--update")
        assert Path("net.yaml").read_text() == (after or before)
        assert ran.code == (1 if says else 0)
        assert [line for line in ran.err.splitlines() if line.startswith("note: net.yaml:")] == (
            [f"note: {says}"] if says else []
        )
    assert "rewritten" not in ran.out


FIGURES = st.builds(
    Figure, st.sampled_from(["", "~", "<"]), st.integers(0, 10**6), st.integers(0, 6), st.sampled_from(list(SUFFIXES))
).filter(lambda figure: figure.suffix or not figure.decimals or figure.sign == "~")


@given(FIGURES, st.integers(0, 10**15))
def test_a_rewritten_figure_is_right(figure: Figure, number: int) -> None:
    written = read_figure(figure.rewritten(number))
    assert written is not None
    assert written.fits(number)
    assert (written.sign, written.suffix) == (figure.sign, figure.suffix)
    assert written.decimals >= figure.decimals
