"""What YAML reads otherwise than people write it: each trap prints its cure."""

from __future__ import annotations

import pytest

import cnncalc

pytestmark = pytest.mark.quick

HEAD = "input: {channels: 8, size: 8}\nvars: {c: 8, width: 4, x: 1}\n"
BLOCK = "blocks: {b: {params: [n, k=1, s=1], layers: [conv: [n, k, s]]}}\n"
SPLIT = "quote the expression or move it to `vars:` in block style"

# What follows HEAD: (the code of the one problem, a part of its message, its help)
TRAPS = {
    # a comma inside { } or [ ] splits the entry
    "layers: [conv: {filters: max(1, c // 4), kernel: 1}]": ("split-expression", "`filters` is `max(1`", SPLIT),
    "layers: [conv: {kernel: 1, filters: max(1, c // 4)}]": ("split-expression", "`filters` is `max(1`", SPLIT),
    f"{BLOCK}layers: [b: {{n: max(1, c)}}]": ("split-expression", "`n` is `max(1`", SPLIT),
    f"{BLOCK}layers: [b: [max(1, c), 3]]": ("split-expression", "`max(1`", SPLIT),
    "layers: [conv: [max(1, c), 3]]": ("split-expression", "inside [ ] splits the entry: one value is `max(1`", SPLIT),
    # what is no YAML at all
    f"{BLOCK}layers: [b: {{n: depths[2]}}]": ("yaml-syntax", "not YAML", "no indexing"),
    f"{BLOCK}layers: [b: {{n: - x}}]": ("yaml-syntax", "not YAML", "write the minus next to the name, `-x`"),
    f"{BLOCK}layers: [b: {{n: c ? 1 : 2}}]": ("yaml-syntax", "not YAML", "write `A if C else B`"),
    "layers: [relu]\nexpect: {total: {params: >5M}}": ("yaml-syntax", "not YAML", "an expectation has no `>`"),
    "layers: [conv: {filters: *width, kernel: 1}]": ("yaml-syntax", "`*width` is a YAML alias", "write `width`"),
    # keys with rubbish in them
    "layers: [conv: {filters:4, kernel: 1}]": ("null-value", "`filters:4` has no value", "write `filters: 4`"),
    "layers:\n  - dropout {rate: 0.5}": ("unknown-layer", "`dropout {rate`", "write `dropout: {…}`"),
    "layers:\n  - dropout:{rate: 0.5}": ("unknown-layer", "`dropout:{rate`", "write `dropout: {…}`"),
    "layers:\n  - conv {filters: 3, kernel: 1}": ("yaml-syntax", "not YAML", "write `conv: {…}`"),
    "layers:\n  - conv:{filters: 3, kernel: 1}": ("yaml-syntax", "not YAML", "write `conv: {…}`"),
    "layers: [conv: {filters: 64, kernel}]": ("null-value", "`kernel` has no value", "write `kernel: VALUE`"),
    "layers: [conv: {filters: 64, kernel: }]": ("null-value", "`kernel` has no value", "write `kernel: VALUE`"),
    "layers: [conv: {filters: 64, kernel: null}]": ("null-value", "`kernel` has no value", "write `kernel: VALUE`"),
    "layers: [conv: {filters: 64, kernel: ~}]": ("null-value", "`kernel` has no value", "write `kernel: VALUE`"),
    "layers:\n  - conv:": ("null-value", "`conv:` has no value", None),
    "layers:\n  -": ("null-value", "an entry without a layer", None),
    # what else YAML offers and this format does not read
    "layers: [conv: {filters: 4, filters: 5, kernel: 1}]": ("duplicate-key", "`filters` is written twice", "keep one"),
    "layers: [relu]\nlayers: [tanh]": ("duplicate-key", "`layers` is written twice", "keep one"),
    "layers: [conv: {<<: {filters: 4}, kernel: 1}]": ("yaml-feature", "merge keys `<<`", "`defaults:`"),
    "layers: [conv: {filters: !!int 4, kernel: 1}]": ("yaml-feature", "YAML tags are not read", "remove the tag"),
    "layers: !!python/object:os.system [relu]": ("yaml-feature", "YAML tags are not read", "remove the tag"),
    "layers: [!custom relu]": ("yaml-feature", "YAML tags are not read", "remove the tag"),
    "layers: [relu]\n---\nlayers: [relu]": ("yaml-syntax", "a second document", "one file describes one network"),
    "layers:\n\t- relu": ("yaml-syntax", "not YAML", "indent with spaces"),
    "layers: [relu: {{a: 1}: 2}]": ("yaml-syntax", "a key must be a plain word", "quote an expression"),
    "layers: [relu": ("yaml-syntax", "the `[` that opens here is not closed", "write `]` where it ends"),
    "layers:\n<<<<<<< HEAD\n  - relu\n=======\n  - tanh\n>>>>>>> it\n": ("yaml-syntax", "merge conflict", "keep one"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TRAPS.items(), ids=TRAPS)
def test_a_trap_prints_its_cure(text: str, said: tuple[str, str, str | None]) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads(HEAD + text)
    (problem,) = raised.value.problems
    code, message, help = said
    assert problem.code == code
    assert message in problem.message
    assert help is None or help in (problem.help or "")
    assert problem.where is not None
    assert problem.where.line >= 3


def test_a_line_that_is_right_is_not_mended() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads(HEAD + "layers:\n  - conv: {filters: 3, kernel: 1}}\n")
    (problem,) = raised.value.problems
    assert (problem.code, problem.help) == ("yaml-syntax", "remove it")  # and not "write `conv: {…}`", as it is


# A line of `vars`, and what `filters: n` then is
PLAIN = {
    "n: 4*c": 32,
    "n: c // 4": 2,
    "n: 5 if width > 1 else c": 5,
    "n: 6 if c != width and true else 1": 6,
    "n: -c + 9": 1,
    "n: max(1, c // 4)": 2,  # block style needs no quotes
    "n: 'max(1, c // 4)'": 2,
    "n: 1e1": 10,
    "n: 1.0e+1": 10,
}


@pytest.mark.parametrize(("line", "filters"), PLAIN.items(), ids=PLAIN)
def test_the_language_fits_yaml(line: str, filters: int) -> None:
    text = f"input: {{channels: 8, size: 8}}\nvars:\n  c: 8\n  width: 4\n  {line}\nlayers: [conv: [n, 1]]\n"
    assert cnncalc.loads(text).nodes[0].work.output == (filters, 8, 8)


def test_plain_text_in_flow_style_too() -> None:
    text = """
    input: {channels: 8, size: 8}
    vars: {c: 8, b: 4*c, d: c // 4, e: a if b > 1 else c, a: 2, f: -c, g: true if a != b and true else false}
    blocks: {act: {params: [$act, s=1], layers: [$act]}}
    layers: [conv: [b, 1], conv: [d, 1], conv: [e, 1], conv: [9 + f, 1], act: {act: relu, when: g}]
    expect: {conv1: {output: 8x8x32, params: ~290, multiplies: <5M}}
    """
    assert [node.work.output[0] for node in cnncalc.loads(text).nodes] == [32, 2, 2, 1, 1]
    assert cnncalc.check(cnncalc.loads(text)).passed


def test_one_pair_mappings_inside_a_list_need_no_braces() -> None:
    text = (
        "{input: {channels: 3, size: 8}, layers: [conv: {filters: 4, kernel: 3}, relu, conv: [64, 3, padding: same]]}"
    )
    assert [node.name for node in cnncalc.loads(text).nodes] == ["conv1", "relu1", "conv2"]


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "n", "Yes", "NO", "3a", "1e3", "0o7", "0x1", "2001-01-01"]
)
def test_scalars_are_the_text_they_look_like(word: str) -> None:
    text = f"input: {{channels: 3, size: 8}}\nlayers: [relu: {{name: {word}}}, relu: {{from: {word}}}]\n"
    assert [node.name for node in cnncalc.loads(text).nodes] == [word, "relu2"]


def test_3_30_is_no_number() -> None:
    """YAML 1.1 would read 3:30 as 210."""
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads("input: {channels: 3, size: 8}\nlayers: [conv: {filters: 3:30, kernel: 1}]\n")
    (problem,) = raised.value.problems
    assert (problem.code, problem.message) == ("bad-expression", "`3:30`: unexpected `:`")


@pytest.mark.parametrize("word", ["on", "yes", "True", "TRUE", "off", "no", "False"])
def test_only_true_and_false_are_true_and_false(word: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads(f"input: {{channels: 3, size: 8}}\nlayers: [conv: {{filters: 3, kernel: 1, bias: {word}}}]\n")
    (problem,) = raised.value.problems
    assert problem.message == f"no var or param `{word}`"


def test_true_and_false_are_what_they_look_like() -> None:
    text = "input: {channels: 3, size: 8}\nlayers: [conv: [3, 1, bias: true], conv: [3, 1, bias: false]]\n"
    assert [row.counts.biases for row in cnncalc.analyze(cnncalc.loads(text)).rows] == [3, 0]


def test_anchors_and_aliases_are_read() -> None:
    text = "input: {channels: 3, size: 8}\nlayers:\n  - conv: &c {filters: 3, kernel: 1}\n  - conv: *c\n"
    assert [node.name for node in cnncalc.loads(text).nodes] == ["conv1", "conv2"]


@pytest.mark.parametrize("text", ["{a: &x [*x]}", "a: &x {b: *x}"])
def test_an_alias_never_holds_itself(text: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as raised:
        cnncalc.loads(text)
    assert [(problem.code, problem.message) for problem in raised.value.problems] == [
        ("yaml-feature", "`*x` holds itself")
    ]


@pytest.mark.parametrize("value", ["", '""', "~"])
def test_an_entry_that_is_split_where_a_key_has_no_value(value: str) -> None:
    """The part that is told is the one that has the bracket."""
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(f"input: {{channels: 3, size: 8}}\nlayers: [relu: {{(3: {value}, 4)}}]\n")
    (problem,) = found.value.problems
    assert problem.code == "split-expression"
    assert problem.message == "a comma inside { } splits the entry: `(3` is `(3`"
