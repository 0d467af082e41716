"""A quantity is one file: dropped into `analyses/measures/`, it is everywhere that quantities are.

The two in `data/measures` are a ratio that layers without params have not, and one that takes the whole network.
"""

from __future__ import annotations

import compileall
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import cnncalc
from cnncalc.analyses.measures import MEASURES, Measure, Use, used
from tests.repository import Repository
from tests.running import DATA, ROOT, Ran, environment, process

RATIO, PATH = "activations_per_param", "path"
OPERATIONS = "positions, additions, comparisons"
BYTES = f"weight_memory, buffer_memory, activation_memory, peak_memory, best_peak_memory, {OPERATIONS}"
AFTER = "receptive_field, trainable, frozen, kept_memory, training_memory"
NET = """\
name: Net
input: {channels: 3, size: 8}
blocks: {body: {layers: [conv: {filters: 4, kernel: 3}, relu]}}
layers:
  - body: {name: stem}
  - flatten
  - dense: {name: head, units: 10}
"""
# 6·6·4 values of 112 params; 144 values; 144 values; 10 values of 1,450 params
VALUES: dict[str, tuple[float | None, int]] = {
    "stem/conv1": (144 / 112, 1), "stem/relu1": (None, 2), "flatten1": (None, 3), "head": (10 / 1450, 4),
}  # fmt: skip
STEM, TOTAL = (288 / 112, 2), (442 / 1562, 4)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the two files in it, somewhere else."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "cnncalc", folder / "cnncalc")  # with what is compiled already
    (folder / "architectures").symlink_to(ROOT / "architectures")
    for file in (DATA / "measures").glob("*.py"):
        shutil.copy(file, folder / "cnncalc" / "analyses" / "measures")
    compileall.compile_dir(folder, quiet=2)  # once, and not at the start of each process
    return folder


class Program:
    """The program with the two quantities, run in a folder of its own."""

    def __init__(self, package: Path, folder: Path) -> None:
        self.package, self.folder = package, folder
        self.write("net.yaml", NET)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def __call__(self, *args: str, **env: str) -> Ran:
        return process(*args, cwd=self.folder, env={"PYTHONPATH": str(self.package), "COLUMNS": "200", **env})

    def json(self, *args: str) -> Any:
        return json.loads(self(*args, "-f", "json").out)


@pytest.fixture
def program(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.chdir(tmp_path)
    return Program(package, tmp_path)


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


# ------------------------------------------------------------------------------------------------ tables


def test_columns(program: Program) -> None:
    shown = rows(program("summary", "net.yaml", "-d", "all", "--columns", f"layer,{RATIO},{PATH}").out)
    assert shown[2] == ["layer", RATIO, PATH]
    assert shown[4:8] == [["stem"], ["conv1", "1.286", "1"], ["relu1", "2"], ["flatten1", "3"]]
    assert ["head", "0.006897", "4"] in shown
    assert ["total", "0.283", "4"] in shown
    assert ["stem", "2.571", "2"] in rows(program("summary", "net.yaml", "--columns", f"layer,{RATIO},{PATH}").out)


def test_a_bound_is_what_the_measure_says(program: Program) -> None:
    program.write("net.yaml", NET.replace("  - flatten\n", "  - operator: {type: Einsum}\n  - flatten\n"))
    shown = rows(program("summary", "net.yaml", "--columns", f"layer,params,{RATIO},{PATH}").out)
    assert ["total", "≥", "1,562", "≤", "0.3752", "5"] in shown


def test_sort(program: Program) -> None:
    largest_first = ["stem/conv1", "head", "stem/relu1", "flatten1"]  # what has no value stands last
    for format in ("table", "markdown"):
        text = program("summary", "net.yaml", "-d", "all", "--sort", RATIO, "--columns", "layer", "-f", format).out
        assert [word for word in re.split(r"[\s|]+", text) if word in largest_first] == largest_first
    assert [one["name"] for one in program.json("summary", "net.yaml", "--sort", RATIO)["layers"]] == largest_first
    text = program("summary", "net.yaml", "--sort", RATIO, "-f", "csv", "--columns", "layer").out
    assert [line.partition(",")[2] for line in text.splitlines()[1:]] == largest_first


def test_the_others_together(program: Program) -> None:
    shown = program("summary", "net.yaml", "--sort", PATH, "--top", "1", "--columns", f"layer,{RATIO},{PATH}").out
    assert ["…", "2", "others", "3.857", "3"] in rows(shown)  # 432 values of 112 params


def test_markdown(program: Program) -> None:
    text = program("summary", "net.yaml", "--columns", f"layer,{RATIO},{PATH}", "-f", "markdown").out
    assert "| layer | activations\\_per\\_param | path |\n| :--- | ---: | ---: |\n| stem | 2.571 | 2 |\n" in text


def test_json(program: Program) -> None:
    found = program.json("summary", "net.yaml")
    assert {layer["name"]: (layer[RATIO], layer[PATH]) for layer in found["layers"]} == VALUES
    assert (found["totals"][RATIO], found["totals"][PATH]) == TOTAL
    report = program.json("check", "net.yaml")["files"][0]
    assert (report["totals"][RATIO], report["totals"][PATH]) == TOTAL


def test_json_of_what_is_explained(program: Program) -> None:
    layer, block, total = program.json("explain", "net.yaml", "head", "stem", "total")["entries"]
    assert [(one[RATIO], one[PATH]) for one in (layer, block, total)] == [VALUES["head"], STEM, TOTAL]
    assert [(one[RATIO], one[PATH]) for one in total["parts"]] == [STEM, (None, 3), VALUES["head"]]


def test_csv(program: Program) -> None:
    found = list(csv.DictReader(io.StringIO(program("summary", "net.yaml", "-f", "csv").out)))
    assert list(found[0])[-6:] == ["activations", RATIO, PATH, "trainable", "frozen", "line"]
    assert {row["name"]: (float(row[RATIO]) if row[RATIO] else None, int(row[PATH])) for row in found} == VALUES
    chosen = program("summary", "net.yaml", "-f", "csv", "--columns", f"layer,{PATH}").out
    assert chosen.splitlines()[:2] == ["file,name,path", "net.yaml,stem/conv1,1"]


def test_diagrams(program: Program) -> None:
    for format in ("svg", "dot", "mermaid"):
        text = program("diagram", "net.yaml", "--depth", "1", "--counts", f"{RATIO},{PATH}", "-f", format).out
        assert re.search(r"[>n]2\.571 activ", text)  # an SVG cuts what is too long
        assert "4 path" in text
    assert f"there are params, weights, biases, buffers, multiplies, flops, activations, {RATIO}, {BYTES}, {PATH}" in (
        program("diagram", "net.yaml", "--counts", "x").err
    )


def test_html(program: Program) -> None:
    script = f"""\
import cnncalc
print(cnncalc.summary("net.yaml", columns=["layer", "{RATIO}", "{PATH}"]).to_html())
"""
    environ = environment(PYTHONPATH=str(program.package))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environ)
    assert '<th scope="col" class="n">activations_per_param</th><th scope="col" class="n">path</th>' in done.stdout
    assert '<td class="n">2.571</td><td class="n">2</td>' in done.stdout


# ------------------------------------------------------------------------------------------------ promises

EXPECTED: list[tuple[str, str]] = [
    (f"{{head: {{{PATH}: 4, {RATIO}: 0.0069}}, stem: {{{PATH}: <3, {RATIO}: 2.6}}, total: {{{RATIO}: ~0.28}}}}", ""),
    (f"{{stem: {{{RATIO}: 2.5}}}}", ""),  # rounds or truncates to the digits written
    (f"{{head: {{{PATH}: 5}}}}", "`head` path: expected 5, is 4 (1 less, −20.0 %)"),
    (f"{{stem: {{{RATIO}: 2.4}}}}", "`stem` activations_per_param: expected 2.4, is 2.571 (0.171 more, +7.1 %)"),
    (f"{{flatten1: {{{RATIO}: 2}}}}", "`flatten1` activations_per_param: expected 2, is none"),
]


@pytest.mark.parametrize(("expect", "said"), EXPECTED)
def test_expect(program: Program, expect: str, said: str) -> None:
    program.write("net.yaml", f"{NET}expect: {expect}\n")
    ran = program("check", "net.yaml")
    assert (ran.code, said in ran.err) == (1 if said else 0, True)


def test_update(program: Program) -> None:
    program.write("net.yaml", f"{NET}expect: {{stem: {{{RATIO}: 2.40, {PATH}: 1}}, flatten1: {{{RATIO}: 2}}}}\n")
    assert program("check", "net.yaml", "--update").code == 1  # what has no value is for the author to mend
    text = (program.folder / "net.yaml").read_text(encoding="utf-8")
    assert text.endswith(f"expect: {{stem: {{{RATIO}: 2.57, {PATH}: 2}}, flatten1: {{{RATIO}: 2}}}}\n")


BUDGETS: list[tuple[str, str]] = [
    (f"{{{PATH}: 4, {RATIO}: 0.3, stem: {{{RATIO}: 2.6}}}}", ""),
    (f"{{{PATH}: {{max: 3}}}}", "error[budget]: `total` path: limit 3, is 4, over by 1 (+33.3 %)"),
    (f"{{stem: {{{RATIO}: 2.5}}}}", "limit 2.5, is 2.571, over by 0.07143 (+2.9 %)"),
    (f"{{stem: {{{RATIO}: {{warn: 1}}}}}}", "warning[budget]: `stem` activations_per_param: limit 1, is 2.571"),
    (f"{{flatten1: {{{RATIO}: 2}}}}", "`flatten1` activations_per_param: limit 2, is none"),
    (f"{{{RATIO}: much}}", "write a number, `5M`, or for `size` also `20 MB` or `20 MiB`"),
    (f"{{{PATH}: 1.5}}", "write an integer, `5M`, or for `size` also `20 MB` or `20 MiB`"),
]


@pytest.mark.parametrize(("budget", "said"), BUDGETS)
def test_budget(program: Program, budget: str, said: str) -> None:
    program.write("net.yaml", f"{NET}budget: {budget}\n")
    ran = program("check", "net.yaml")
    assert said in ran.err
    assert ran.code == (0 if not said or "warning" in said else 2 if "write" in said else 1)


def test_limits_on_the_command_line(program: Program) -> None:
    ran = program("check", "net.yaml", "--max-path", "3", "--max-activations-per-param", "head=0.001")
    assert ran.code == 1
    assert "`total` path: limit 3, is 4, over by 1 (+33.3 %)" in ran.err
    assert "`head` activations_per_param: limit 0.001, is 0.006897, over by 0.005897 (+589.7 %)" in ran.err
    ran = program("check", "net.yaml", "--max-activations-per-param", "much")
    assert (ran.code, "a number such as 1.5 or 5M, or NAME= before it, not 'much'" in ran.err) == (2, True)


def test_the_schema_takes_them(program: Program) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(program("schema").out))
    for text, valid in {
        f"expect: {{total: {{{RATIO}: 0.28, {PATH}: 4}}}}\nbudget: {{{RATIO}: 1.5, {PATH}: {{max: 4}}}}": True,
        f"expect: {{total: {{{PATH}: 4.5}}}}": False,
        f"budget: {{stem: {{{PATH}: 4.5}}}}": False,
    }.items():
        assert validator.is_valid(yaml.safe_load(NET + text)) == valid
    assert "the most path that are allowed" in json.dumps(validator.schema)


# ------------------------------------------------------------------------------------------------ growth

GROWN = NET.replace("  - flatten\n", "  - relu\n  - flatten\n")
GROWS = (f"--max-growth={RATIO}=1%", f"--max-growth={PATH}=0%", "--max-growth=activations=100%")


def test_growth_from_a_version_in_git(program: Program) -> None:
    repository = Repository(program.folder)
    repository.git("add", ".")
    repository.git("commit", "--quiet", "-m", "first")
    program.write("net.yaml", GROWN)
    ran = program("check", "net.yaml", "--baseline", "main", *GROWS)
    assert ran.code == 1
    assert "`total` path: was 4 at main, is 5 (1 more, +25.0 %; allowed +0 %)" in ran.err
    assert (
        "`total` activations_per_param: was 0.283 at main, is 0.3752 (0.09219 more, +32.6 %; allowed +1 %)" in ran.err
    )
    assert "note: `relu1`, new (relu): path 0 → 3" in ran.err


def test_growth_from_recorded_figures(program: Program) -> None:
    program("check", "net.yaml", "--write-baseline", "base.json")
    totals = json.loads((program.folder / "base.json").read_text(encoding="utf-8"))["files"]["net.yaml"]["totals"]
    assert (totals[RATIO], totals[PATH]) == TOTAL
    assert program("check", "net.yaml", "--baseline", "base.json", *GROWS).code == 0
    program.write("net.yaml", GROWN)
    ran = program("check", "net.yaml", "--baseline", "base.json", *GROWS)
    assert ran.code == 1
    assert "`total` path: was 4 in base.json, is 5 (1 more, +25.0 %; allowed +0 %)" in ran.err
    assert "was 0.283 in base.json, is 0.3752 (0.09219 more, +32.6 %; allowed +1 %)" in ran.err


def test_an_older_record_knows_what_counts_tell_and_says_what_it_does_not_know(program: Program) -> None:
    recorded = process("check", "net.yaml", "--write-baseline", "base.json", cwd=program.folder)  # without the two
    assert recorded.code == 0
    program.write("net.yaml", GROWN)
    ran = program("check", "net.yaml", "--baseline", "base.json", *GROWS)
    assert ran.code == 1
    said = f"error[baseline]: {PATH} not recorded in base.json\n --> net.yaml:1:1\n"
    assert f"{said}  = help: `--write-baseline base.json` records it\n" in ran.err
    assert "activations_per_param: was 0.283 in base.json, is 0.3752" in ran.err
    assert "path: was" not in ran.err


def test_a_newer_record_is_read_without_them(program: Program) -> None:
    program("check", "net.yaml", "--write-baseline", "base.json")
    assert process("check", "net.yaml", "--baseline", "base.json", cwd=program.folder).code == 0


def test_an_unknown_quantity_lists_them(program: Program) -> None:
    ran = program("check", "net.yaml", "--baseline", "main", "--max-growth", "zzz=5%")
    assert f"activations, size, {RATIO}, {BYTES}, {PATH}" in ran.err


# ------------------------------------------------------------------------------------------------ compare


def test_networks_side_by_side(program: Program) -> None:
    program.write("new.yaml", GROWN)
    table = rows(program("compare", "net.yaml", "new.yaml").out)
    assert ["activations", "per", "param", "0.283", "0.3752", "+32.6", "%", "×1.33"] in table
    assert ["path", "4", "5", "+25.0", "%", "×1.25"] in table
    text = program("compare", "net.yaml", "new.yaml", "-f", "markdown").out
    assert "| path | 4 | 5 | **+25.0&nbsp;%** (×1.25) |" in text
    first, second = program.json("compare", "net.yaml", "new.yaml")["networks"]
    assert (first["figures"][RATIO], first["figures"][PATH]) == TOTAL
    assert (second["ratios"][RATIO], second["ratios"][PATH]) == ((586 / 1562) / (442 / 1562), 1.25)
    found = list(csv.DictReader(io.StringIO(program("compare", "net.yaml", "new.yaml", "-f", "csv").out)))
    assert (found[1][PATH], found[1][f"{PATH}_ratio"], found[0][RATIO]) == ("5", "1.25", str(442 / 1562))
    many = program("compare", *["net.yaml"] * 5).out.splitlines()[0].split()
    assert {RATIO.replace("_", " ").split()[0], PATH} <= set(many)


def test_networks_layer_by_layer(program: Program) -> None:
    program.write("new.yaml", GROWN)
    changes = program.json("compare", "net.yaml", "new.yaml", "--by-layer")["by_layer"]["changes"]
    (new,) = [change["after"] for change in changes if change["change"] == "added"]
    assert (new[RATIO], new[PATH]) == (None, 3)
    text = program("compare", "net.yaml", "new.yaml", "--by-layer", "-f", "csv").out
    found = {row["after"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (found["head"][f"{PATH}_before"], found["head"][f"{PATH}_after"]) == ("4", "5")
    assert (found["relu1"][f"{RATIO}_after"], found["relu1"][f"{PATH}_before"]) == ("", "")


def test_growth_among_networks(program: Program) -> None:
    program.write("new.yaml", GROWN)
    ran = program("compare", "net.yaml", "new.yaml", "--max-growth", f"{PATH}=5%")
    assert (ran.code, "`total` path: was 4, is 5 (1 more, +25.0 %; allowed +5 %)" in ran.err) == (1, True)


# ------------------------------------------------------------------------------------------------ help, shells


def test_help_lists_them(program: Program) -> None:
    text = " ".join(program("summary", "--help").out.split())
    assert f"activations, {RATIO}, {BYTES}, {PATH}, {AFTER}, line." in text
    assert f"by one of params, weights, biases, buffers, multiplies, activations, {RATIO}, {BYTES}, {PATH}" in text
    assert "The most path, in total or of the layer or block NAME: 5M, head=5M." in (
        " ".join(program("check", "--help").out.split())
    )
    assert f"activations, {RATIO}, {BYTES}, {PATH}, {AFTER}." in " ".join(program("diagram", "--help").out.split())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("summary net.yaml --columns layer,pa", "layer,path"),
        ("summary net.yaml --sort pa", "path"),
        ("diagram net.yaml --counts activations_", "activations_per_param"),
        ("check net.yaml --max-pa", "--max-path"),
    ],
)
def test_shells_complete_them(program: Program, line: str, found: str) -> None:
    words = {"COMP_WORDS": f"cnncalc {line}", "COMP_CWORD": str(len(line.split()))}
    assert f"plain,{found}\n" in program(_CNNCALC_COMPLETE="bash_complete", **words).out


# ------------------------------------------------------------------------------------------------ once


@pytest.mark.parametrize(
    ("args", "networks"),
    [
        (["summary", "net.yaml", "-d", "all", "--columns", f"{PATH},layer,{RATIO},{PATH}", "--sort", PATH], 1),
        (["summary", "net.yaml", "-f", "json", "--sort", PATH], 1),
        (["summary", "net.yaml", "lenet5", "-f", "csv", "--columns", PATH], 2),
        (["summary", "net.yaml"], 0),
        (["check", "net.yaml", "--max-path", "9", "--max-path", "head=9", "--write-baseline", "b.json"], 1),
        (["compare", "net.yaml", "lenet5", "--by-layer", "-f", "json", "--max-growth", f"{PATH}=900%"], 2),
        (["diagram", "net.yaml", "--counts", PATH], 1),
        (["explain", "net.yaml", "-d", "all", "-f", "json"], 1),
    ],
)
def test_the_whole_network_is_worked_out_once(program: Program, args: list[str], networks: int) -> None:
    log = program.folder / "log"
    log.touch()
    assert program(*args, PATHS_WORKED_OUT=str(log)).code == 0
    assert len(log.read_text(encoding="utf-8").splitlines()) == networks


# ------------------------------------------------------------------------------------------------ declarations

WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "measure wrong: either `of` or `once`"),
    ({"of": lambda counts: 1, "once": lambda graph: []}, "measure wrong: either `of` or `once`"),
    ({"once": lambda graph: [], "uses": Use.HEADLINE}, "measure wrong: a headline is `of` counts"),
    ({"name": "two words", "of": lambda counts: 1}, "measure two words: the name is no word"),
    ({"name": "params", "of": lambda counts: 1}, "measure params is there already"),
]


@pytest.mark.parametrize(("fields", "said"), WRONG)
def test_a_declaration_is_checked_when_it_is_made(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError) as error:
        Measure(**{"name": "wrong", "help": "wrong", **fields})
    assert str(error.value) == said
    assert "wrong" not in MEASURES


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "densenet121", "siamese"])
def test_a_group_has_what_its_layers_have_together(name: str) -> None:
    analysis = cnncalc.analyze(cnncalc.load(name))
    for measure in MEASURES.values():
        for group in analysis.groups.values():
            layers = analysis.rows[group.start : group.stop]
            assert measure.value(analysis, group) == measure.together(analysis, layers)
        assert measure.value(analysis) == measure.together(analysis, analysis.rows)


def test_what_stands_where() -> None:
    """The keys of JSON, the quantities of `expect` and `budget`, what is compared: nobody's may go."""
    listed = {name: list(used(bit)) for name, bit in vars(Use).items() if name.isupper()}
    counts = ["params", "weights", "biases", "buffers", "multiplies"]
    bytes_of = ["weight_memory", "buffer_memory", "activation_memory", "peak_memory", "best_peak_memory"]
    operations = ["positions", "additions", "comparisons"]
    later = [*bytes_of, *operations, "receptive_field", "trainable", "frozen", "kept_memory", "training_memory"]
    expected = {
        "COLUMNS": [*counts, "flops", "activations", *later],
        "FIGURES": [*counts, "activations", *later],
        "LIMITS": [*counts, "activations", "size", *later],
        "OPTION": ["params", "multiplies", "activations", "size", "peak_memory"],
        "COMPARED": [
            "params", "buffers", "multiplies", "activations", "size", "layers", "weight_layers", "depth",
            "peak_memory", "receptive_field", "frozen",
        ],
        "LISTED": ["params", "multiplies", "activations", "size", "layers", "depth"],
        "HELD": ["params", "multiplies", "activations"],
        "HEADLINE": ["params", "multiplies"],
        "ASKED": [*bytes_of, *operations, "receptive_field", "kept_memory", "training_memory"],
    }  # fmt: skip
    assert {use: [name for name in names if name in listed[use]] for use, names in expected.items()} == expected
