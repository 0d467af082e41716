"""`check --fix`: what rules find to be of no use is taken out, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc
from tests.running import invoke

INPUT = "input: {channels: 3, size: 32}\n"
LAYERS = "layers:\n  - conv: {filters: 16, kernel: 3}\n  - relu\n"
CASES: dict[str, tuple[str, str]] = {
    "a var": (
        f"{INPUT}vars:\n  # how many\n  n: 2\n  m: 4   # kept\n{LAYERS.replace('16', 'm')}",
        f"{INPUT}vars:\n  # how many\n  m: 4   # kept\n{LAYERS.replace('16', 'm')}",
    ),
    "the only var": (f"{INPUT}vars:\n  n: 2\n# layers\n{LAYERS}", f"{INPUT}# layers\n{LAYERS}"),
    "a var in braces": (
        f"{INPUT}vars: {{n: 2, m: 4}}  # vars\n{LAYERS.replace('16', 'm')}",
        f"{INPUT}vars: {{m: 4}}  # vars\n{LAYERS.replace('16', 'm')}",
    ),
    "the last var in braces": (
        f"{INPUT}vars: {{m: 4, n: 2 }}\n{LAYERS.replace('16', 'm')}",
        f"{INPUT}vars: {{m: 4 }}\n{LAYERS.replace('16', 'm')}",
    ),
    "a var that only another one reads": (
        f"{INPUT}vars: {{n: 2, m: 2 * n, o: 8}}\n{LAYERS.replace('16', 'o')}",
        f"{INPUT}vars: {{o: 8}}\n{LAYERS.replace('16', 'o')}",
    ),
    "an expression over lines": (
        f"{INPUT}vars:\n  n: 2 +\n    3\n  m: 4\n{LAYERS.replace('16', 'm')}",
        f"{INPUT}vars:\n  m: 4\n{LAYERS.replace('16', 'm')}",
    ),
    "all in braces": (
        "{input: {channels: 3}, vars: {n: 1}, layers: [relu]}\n",
        "{input: {channels: 3}, layers: [relu]}\n",
    ),
    "a default": (
        f"{INPUT}defaults:\n  max_pool: {{kernel: 2}}\n  conv: {{padding: same}}\n{LAYERS}",
        f"{INPUT}defaults:\n  conv: {{padding: same}}\n{LAYERS}",
    ),
    "a default of several": (
        f"{INPUT}defaults: {{conv: {{kernel: 5, padding: same}}}}\n{LAYERS}",
        f"{INPUT}defaults: {{conv: {{padding: same}}}}\n{LAYERS}",
    ),
    "a block": (
        f"{INPUT}blocks:\n  twice:\n    layers:\n      - relu\n      - relu\n\n# the network\n{LAYERS}",
        f"{INPUT}\n# the network\n{LAYERS}",
    ),
    "the last line": (f"{INPUT}{LAYERS}vars:\n  n: 2", f"{INPUT}{LAYERS}"),
    "a comment that ignores nothing": (
        f"{INPUT}{LAYERS.replace('relu', 'relu  # cnncalc: ignore[even-kernel]')}",
        f"{INPUT}{LAYERS}",
    ),
    "on a line of its own": (f"# cnncalc: ignore-file[even-kernel]\n{INPUT}{LAYERS}", f"{INPUT}{LAYERS}"),
    "one of two codes": (
        f"{INPUT}{LAYERS}  - relu  # cnncalc: ignore[even-kernel, repeated-activation] why\n",
        f"{INPUT}{LAYERS}  - relu  # cnncalc: ignore[repeated-activation] why\n",
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fix(text: str, *args: str) -> tuple[str, str]:
    """The file afterwards, and what was said."""
    path = Path("net.yaml")
    path.write_bytes(text.encode())
    ran = invoke("check", "net.yaml", "--fix", *args)
    return path.read_bytes().decode(), ran.out + ran.err


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_what_is_of_no_use_goes_and_nothing_else(before: str, after: str) -> None:
    found, said = fix(before)
    assert found == after
    assert " mended\n" in said
    again, said = fix(found)
    assert (again, "mended" in said) == (found, False)  # once is enough
    networks = [cnncalc.analyze(cnncalc.loads(text)).totals for text in (before, after)]
    assert networks[0] == networks[1]


LEFT: dict[str, tuple[str, str]] = {
    "a comment beside it": (
        f"{INPUT}vars:\n  n: 2  # why\n  m: 4\n{LAYERS.replace('16', 'm')}",
        "net.yaml:3: `unused-var` is not mended: a comment stands beside it",
    ),
    "more in the comment": (
        f"# cnncalc: ignore-file[even-kernel] as published\n{INPUT}{LAYERS}",
        "net.yaml:1: `even-kernel` is not mended: more stands in the comment",
    ),
    "an anchor that is used": (
        f"{INPUT}vars: {{n: &n 2, m: *n}}\n{LAYERS.replace('16', 'm')}",
        "net.yaml:2: `unused-var` is not mended: ",
    ),
}


@pytest.mark.parametrize(("text", "said"), LEFT.values(), ids=LEFT)
def test_what_cannot_be_taken_out_is_named(text: str, said: str) -> None:
    found, told = fix(text)
    assert found == text
    assert f"note: {said}" in told


def test_a_cure_that_changes_the_network_is_for_people() -> None:
    text = f"{INPUT}layers:\n  - conv: {{filters: 16, kernel: 3}}\n  - batch_norm\n  - relu\n  - relu\n"
    assert fix(text)[0] == text


def test_rules_that_do_not_run_mend_nothing() -> None:
    text = CASES["a var"][0]
    assert fix(text, "--ignore", "unused-var")[0] == text


def test_line_ends_stay() -> None:
    before, after = (text.replace("\n", "\r\n") for text in CASES["a var"])
    assert fix(before)[0] == after


def test_a_misspelt_var_is_not_taken_out() -> None:
    Path("base.yaml").write_text(f"{INPUT}vars: {{width: 4}}\n{LAYERS.replace('16', 'width')}", encoding="utf-8")
    text = "extends: base.yaml\nvars: {widht: 8}\n"
    assert fix(text)[0] == text
