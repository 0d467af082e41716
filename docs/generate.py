"""Write the generated pages of the documentation: `python docs/generate.py`; `--check` only says what would change.

Whole pages (layers.md, cli.md, table.svg) come from the declarations and commands, the outputs of example.ipynb from
its cells, each page of evidence/ from the
script of its name beside it; the worksheets from the rows of worksheets/README.md, each a name and a command.
In all other pages two kinds of parts are filled: between `<!-- generated: NAME -->` and `<!-- end -->` what `PARTS`
gives for that name, and in the fenced block below `<!-- run: cnncalc … -->` the command, or several joined by `&&`,
with standard output (with ` 2>&1` at the end standard error, too). A `yaml` or `yaml wrong` block whose first line is
`# NAME.yaml`, and any block below `<!-- file: NAME -->`, is a file that the commands of its page find; so is what
has no lines and stands in examples/, `<!-- file: NAME from examples/FILE -->`. `<!-- picture:
cnncalc … -o FILE -->` writes what the command gives to a file beside the page. On a page with `<!-- python -->` the
`python` blocks run one after the other, and what one prints stands in the `text` block below it; one that needs a
package which is not installed is passed over, and said.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.util
import io
import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from cnncalc.analyses import working  # noqa: E402
from cnncalc.analyses.conventions.base import Adds, Convention  # noqa: E402
from cnncalc.analyses.schema_layers import default_of, in_order, takes  # noqa: E402
from cnncalc.core import builder, formula, names, problem, shape  # noqa: E402
from cnncalc.core.layers import LAYERS  # noqa: E402
from cnncalc.core.layers.base import Layer  # noqa: E402
from cnncalc.formats import source  # noqa: E402
from cnncalc.formats.yaml import tree  # noqa: E402
from cnncalc.formats.yaml.expanding import build, expand, inputs, values  # noqa: E402
from cnncalc.formats.yaml.reading import description, extends, reader  # noqa: E402
from cnncalc.teaching import worksheet  # noqa: E402

WARNING = "<!-- written by docs/generate.py: change the declarations, not this page -->\n"
WIDTH = 80
FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'

COLORS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR")  # of the environment, and what begins so

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(^<!-- end -->$)", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^```yaml(?: wrong)?\n(# ([\w-]+\.yaml)\n.*?)^```$", re.DOTALL | re.MULTILINE)
_GIVEN = re.compile(r"^<!-- file: ([\w-]+\.\w+) -->\n+```[a-z]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_KEPT = re.compile(r"^<!-- file: ([\w-]+\.\w+) from (examples/[\w-]+\.\w+) -->$", re.MULTILINE)
_PICTURE = re.compile(r"^<!-- picture: (cnncalc [^\n]*?) -o ([\w/-]+\.svg) -->$", re.MULTILINE)
_RUN = re.compile(r"(<!-- run: (cnncalc [^\n]*?) -->\n+```[a-z]*\n).*?(^```$)", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(
    r"^(```python\n((?:(?!```)[^\n]*\n)*)```\n)(?:(\n```text\n)(?:(?!```)[^\n]*\n)*(```\n))?", re.MULTILINE
)
_SHEET = re.compile(r"^\| \[([\w-]+)\]\(\1\.md\) .*?\| `(cnncalc exercise [^`]+)` \|", re.MULTILINE)


Files = Mapping[str, str | bytes]  # by name


class Failed(Exception):
    """A page cannot be written: a command in it fails, or a part has no generator."""


def pages() -> dict[Path, str]:
    """Every page with generated content: its path, and the text that it should have."""
    found = {
        HERE / "layers.md": layers_page(),
        HERE / "cli.md": cli_page(),
        HERE / "table.svg": table_picture(),
        HERE / "example.ipynb": notebook((HERE / "example.ipynb").read_text(encoding="utf-8")),
    }
    for script in sorted((HERE / "evidence").glob("*.py")):
        found[script.with_suffix(".md")] = rendered_by(script)
    found |= worksheets()
    for path in (ROOT / "README.md", *sorted(HERE.glob("*.md"))):
        if path.exists() and path not in found:
            try:
                found[path] = filled(path.read_text(encoding="utf-8"))
                found |= {path.parent / match[2]: run(match[1]) for match in _PICTURE.finditer(found[path])}
            except Failed as error:
                raise Failed(f"{path.relative_to(ROOT)}: {error}") from None
    return found


def stale(found: dict[Path, str]) -> list[Path]:
    """The pages whose text is not what the generator writes."""
    return [path for path, text in found.items() if not path.exists() or path.read_bytes() != text.encode()]


def filled(text: str) -> str:
    """A page with its generated parts and the outputs of its commands written in."""

    def part(match: re.Match[str]) -> str:
        if match[2] not in PARTS:
            raise Failed(f"no generated part `{match[2]}`; there are {', '.join(PARTS)}")
        return f"{match[1]}{PARTS[match[2]]()}{match[3]}"

    files: dict[str, str | bytes] = {match[2]: match[1] for match in _FILE.finditer(text)}
    files |= {match[1]: match[2] for match in _GIVEN.finditer(text)}
    files |= {match[1]: (HERE / match[2]).read_bytes() for match in _KEPT.finditer(text)}

    def output(match: re.Match[str]) -> str:
        return f"{match[1]}$ {match[2]}\n{run(match[2], files)}{match[3]}"

    text = _RUN.sub(output, _PART.sub(part, text))
    return ran(text, files) if "<!-- python -->\n" in text else text


def ran(text: str, files: Files | None = None) -> str:
    """A page with what its Python prints, run in a folder with only `files`."""
    names: dict[str, object] = {"__name__": "page"}

    def output(match: re.Match[str]) -> str:
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(match[2], "page", "exec"), names)
        except ModuleNotFoundError as error:
            print(f"{match[2].splitlines()[0]}: not run, for {error.name} is not installed", file=sys.stderr)
            return match[0]
        except Exception as error:
            raise Failed(f"`{match[2].splitlines()[0]}` …: {type(error).__name__}: {error}") from error
        lines = "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
        if bool(match[3]) != bool(lines):
            has = "prints, and has no `text` block" if lines else "prints nothing for the `text` block"
            raise Failed(f"`{match[2].splitlines()[0]}` … {has} below it")
        return f"{match[1]}{match[3]}{lines}{match[4]}" if match[3] else match[0]

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, content in (files or {}).items():
            Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return _PYTHON.sub(output, text)


def run(command: str, files: Files | None = None) -> str:
    """Standard output of `cnncalc …`, run in a folder with only `files`, without a terminal and so without colours.

    With `2>&1` at its end standard error, too; `< FILE` is what is typed. GitHub Actions changes nothing.
    """
    from cnncalc.cli import cli

    out, err = io.StringIO(), io.StringIO()
    if command.endswith(" 2>&1"):
        err = out
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", *COLORS))}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name, content in (files or {}).items():
            Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            for one in command.removesuffix(" 2>&1").split(" && "):
                one, _, given = one.partition(" < ")
                typed = io.StringIO(Path(given).read_text(encoding="utf-8") if given else "")
                with mock.patch.object(sys, "stdin", typed):
                    arguments = shlex.split(one)[1:]
                    code = cli.main(arguments, prog_name="cnncalc", standalone_mode=False, terminal_width=WIDTH)
        except Exception as error:
            raise Failed(f"`{command}`: {type(error).__name__}: {error}") from error
    if (code == 2 and err is not out) or not out.getvalue():
        raise Failed(f"`{command}` prints nothing and exits with {code}: {err.getvalue().strip()}")
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def rendered_by(path: Path) -> str:
    """What `render()` of a Python file gives."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.render()
    return text if text.endswith("\n") else f"{text}\n"


# ---------------------------------------------------------------------------------------------- layers.md


def layers_page() -> str:
    """The reference of the layer types, from their declarations."""
    lines = [
        "# Layer types",
        "",
        WARNING,
        "Every type that `cnncalc layers` lists, from the declarations that the program itself counts with.",
        "[The file format](format.md) says how an entry is written.",
        "",
        "In the formulas `c` is the number of input channels; `side` and `out` are the sizes of the input and the",
        "output on one axis; `Π` multiplies over all axes, `Σ` adds up a list. Of several lines of one quantity the",
        "first whose condition is true holds. A count without a formula is 0, [by convention](conventions.md). Of",
        "additions and comparisons `products` are the multiplies, `in_values` and `out_values` the values of the first",
        "input and the output. Shapes are height × width × channels.",
        "",
    ]
    groups: dict[str, list[type[Layer]]] = {}
    for layer in LAYERS.values():
        groups.setdefault(layer.family, []).append(layer)
    for family, members in groups.items():
        links = " · ".join(f"[`{layer.type}`](#{layer.type})" for layer in members)
        lines += [f"- {family.capitalize()}: {links}"]
    lines.append("")
    for family, members in groups.items():
        lines += [f"## {family.capitalize()}", "", *_doc(sys.modules[members[0].__module__].__doc__), ""]
        for layer in members:
            lines += _layer_section(layer)
    return "\n".join(lines).rstrip() + "\n"


def _doc(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").strip().splitlines()]


def _layer_section(layer: type[Layer]) -> list[str]:
    from cnncalc.render.reference import example_cells, formula_lines

    lines = [f"### {layer.type}", "", *_doc(layer.__doc__), ""]
    if layer.branches:
        many = "two or more" if layer.inputs == (2, None) else "two"
        lines += [f"Joins `branches`, or the entries that `from` names: {many}.", ""]
    if layer.attributes:
        rows = [
            (f"`{name}`", takes(attribute), default_of(attribute), attribute.help)
            for name, attribute in layer.attributes.items()
        ]
        lines += [*_table(("attribute", "takes", "default", "what it is"), rows), ""]
    formulas = formula_lines(layer)
    if formulas:
        rows = [(what, text if text == "a vector" else f"`{text}`", condition) for what, text, condition in formulas]
        lines += [*_table(("gives", "formula", "condition"), rows), ""]
    if layer.requires:
        required = [
            f"- {'' if need.when == 'true' else f'if `{need.when}`, '}`{need.holds}`: {need.message}"
            for need in layer.requires
        ]
        lines += ["Requires, else an error with this reason:", "", *required, ""]
    cells = [example_cells(layer, index) for index in range(len(layer.examples))]
    rows = [(f"`{entry}`", shapes, counts or "–") for entry, shapes, counts in cells]
    return [*lines, *_table(("example", "shapes", "counts"), rows), ""]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines]


# ---------------------------------------------------------------------------------------------- cli.md


TERMINAL = """
## Colours, widths and characters
Who decides on colours, the first that says something:

1. `--color always` or `never`
2. [`NO_COLOR`](https://no-color.org), if it is set and not empty: none
3. [`FORCE_COLOR`](https://force-color.org), if it is set and not empty, whatever it is, or
   [`CLICOLOR_FORCE`](https://bixense.com/clicolors/), if it is not empty and not `0`: colours, also in a pipe
4. `CLICOLOR=0`: none
5. a terminal has colours, unless `TERM=dumb`; a pipe has none

Of a file that `-o` names, `--color always` alone makes a coloured one. JSON, CSV and what else is made for programs has
no colours.

Standard output and standard error are asked each for itself, for colours as for the rest. In a terminal tables, pages
and messages fit its width, or `COLUMNS`; in a pipe no line is broken.

Signs that the encoding of a stream has not (`PYTHONIOENCODING`, the locale) are written in letters, as with `--ascii`:
`x` for `×`, `-` for `−`. What has no letters, of a name in a file, is `?`. A file that `-o` names is UTF-8.
"""


def cli_page() -> str:
    """The help of every command, and what holds for all."""
    from cnncalc.cli import command_names, one_line

    lines = ["# Commands", "", WARNING]
    lines += [f"- [`cnncalc {name}`](#cnncalc-{name}): {one_line(name)}" for name in command_names()]
    for title, command in [("cnncalc", "cnncalc --help")] + [
        (f"cnncalc {name}", f"cnncalc {name} --help") for name in command_names()
    ]:
        lines += ["", f"## {title}", "", "```console", f"$ {command}", run(command).rstrip("\n"), "```"]
    return "\n".join(lines) + "\n" + TERMINAL


# ---------------------------------------------------------------------------------------------- worksheets


def worksheets() -> dict[Path, str]:
    """The sheets that worksheets/README.md lists: each to fill in, to print, and its key."""
    rows = _SHEET.findall((HERE / "worksheets" / "README.md").read_text(encoding="utf-8"))
    return {
        HERE / "worksheets" / f"{name}{ending}": run(f"{command}{options}")
        for name, command in rows
        for ending, options in ((".md", ""), (".html", " -f html"), ("-key.md", " --key"))
    }


# ---------------------------------------------------------------------------------------------- table.svg


def table_picture() -> str:
    """A picture of a summary in a terminal, which fetches nothing from outside."""
    from rich.console import Console

    from cnncalc import analyze, load

    console = Console(
        record=True,
        width=112,
        height=25,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(analyze(load("alexnet")))
    picture = console.export_svg(title="cnncalc summary alexnet.yaml", unique_id="cnncalc")
    picture = re.sub(r"[ \t]*@font-face\s*\{[^}]*\}\n*", "", picture)
    picture = re.sub(r"font-family:\s*Fira Code[^;]*;", f"font-family: {FONTS};", picture)
    return "".join(f"{line.rstrip()}\n" for line in picture.strip().splitlines())


# ---------------------------------------------------------------------------------------------- example.ipynb


def notebook(text: str) -> str:
    """A notebook with the outputs of its cells, as Jupyter would write them."""
    book = json.loads(text)
    names: dict[str, object] = {}
    count = 0
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"], cell["outputs"] = count, _outputs("".join(cell["source"]), names, count)
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _outputs(source: str, names: dict[str, object], count: int) -> list[dict[str, object]]:
    """What a cell prints, and what its last line gives."""
    tree, out = ast.parse(source), io.StringIO()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    found: list[dict[str, object]] = []
    if out.getvalue():
        found.append({"name": "stdout", "output_type": "stream", "text": out.getvalue().splitlines(keepends=True)})
    if value is not None:
        kinds = {"text/html": "_repr_html_", "text/latex": "_repr_latex_", "image/svg+xml": "_repr_svg_"}
        shown = {kind: getattr(value, name)() for kind, name in kinds.items() if hasattr(value, name)}
        data = {kind: one.splitlines(keepends=True) for kind, one in shown.items()} | {"text/plain": [repr(value)]}
        found.append({"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return found


# ---------------------------------------------------------------------------------------------- parts of other pages


def attributes_part() -> str:
    """The attributes of every layer type, in order."""
    rows = []
    for layer in LAYERS.values():
        names = [in_order(name, attribute) for name, attribute in layer.attributes.items()]
        if layer.branches:
            names.insert(sum(attribute.required for attribute in layer.attributes.values()), "`branches`")
        if names:
            rows.append((f"[`{layer.type}`](layers.md#{layer.type})", ", ".join(names)))
    alone = [
        f"[`{layer.type}`](layers.md#{layer.type})"
        for layer in LAYERS.values()
        if not layer.attributes and not layer.branches
    ]
    table = "\n".join(_table(("type", "attributes, in order"), rows))
    return f"{table}\n\nWithout attributes: {', '.join(alone)}.\n"


def limits_part() -> str:
    """What the program refuses, from its constants."""
    rows = [
        ("size of a file", f"{source.LARGEST_FILE // 2**20} MiB"),
        ("values in a file", f"{tree.MOST_NODES:,}"),
        ("YAML aliases in a file", f"{tree.MOST_ALIASES:,}"),
        ("nesting of YAML, and of blocks and branches", f"{source.DEEPEST}"),
        ("layers of a network, written out", f"{expand.MOST_LAYERS:,}"),
        ("entries, blocks and copies, written out", f"{expand.MOST_ENTRIES:,}"),
        ("paths of all layers, blocks and branches together", f"{builder.MOST_LETTERS:,} letters"),
        ("length of a name", f"{names.LONGEST_NAME} letters"),
        ("length of `name`, `source`, `note`", f"{build.LONGEST_TEXT:,} letters"),
        ("vars of a file, or of a block", f"{reader.MOST_VARS:,}"),
        ("params of a block", f"{reader.MOST_PARAMS:,}"),
        (
            "steps of all expressions, as often as they are worked out, and "
            f"{expand.ANEW} for each entry of a block, or copy, that is worked out once more with other values",
            f"{values.MOST_STEPS:,}",
        ),
        ("comments to `cnncalc`", f"{tree.MOST_COMMENTS:,}"),
        ("files that extend or use each other, one by the other", f"{extends.DEEPEST_EXTENDS}"),
        ("networks used as blocks", f"{description.MOST_NETWORKS}"),
        ("sides of a shape", f"{shape.MOST_SIDES}"),
        ("`size: N`, which means N×N", f"{inputs.LARGEST_SIDE:,}"),
        ("a value in an expression, the channels and each side of an output", f"±{formula.LARGEST:,}"),
        ("length of an expression", f"{formula.LONGEST:,} characters"),
        ("nesting of an expression", f"{formula.DEEPEST}"),
        ("problems that one file has", f"{problem.MOST_PROBLEMS}"),
        ("times that a file has the same problems again", f"{problem.MOST_TIMES:,}"),
        ("letters of a message", f"{problem.LONGEST_MESSAGE:,}"),
        ("words among which a misspelt one is looked for", f"{problem.MOST_KNOWN:,}"),
        ("layers and groups of a network that `exercise` asks about", f"{worksheet.MOST_ASKED:,}"),
        ("layers and blocks that `explain` shows at once", f"{working.MOST_EXPLAINED:,}"),
    ]
    return "\n".join(_table(("what", "at most"), rows)) + "\n"


def words_part() -> str:
    """The words that names of vars and params cannot be."""
    return ", ".join(f"`{word}`" for word in formula.RESERVED) + ".\n"


def quantities_part() -> str:
    """The quantities, and where they may be named."""
    from cnncalc.analyses.measures import MEASURES, Use

    places = {
        "`--columns`": Use.COLUMNS,
        "`expect`, `--sort`": Use.FIGURES,
        "`budget`, `--max-growth`": Use.LIMITS,
        "`--max-…`": Use.OPTION,
        "`compare`": Use.COMPARED,
    }
    rows = [
        (f"`{name}`", measure.help, *("yes" if measure.uses & use else "" for use in places.values()))
        for name, measure in MEASURES.items()
        if measure.uses  # a convention's stands nowhere by itself
    ]
    return "\n".join(_table(("quantity", "what it is", *places), rows)) + "\n"


def action_inputs_part() -> str:
    """The inputs of the GitHub action."""
    import yaml

    inputs = yaml.load((ROOT / "action.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["inputs"]
    rows = []
    for name, about in inputs.items():
        default = about.get("default", "")
        rows.append((f"`{name}`", f"`{default}`" if default else "none", about["description"]))
    return "\n".join(_table(("input", "default", "what it is"), rows)) + "\n"


def slips_part() -> str:
    """The slips that `grade` and `quiz` name."""
    from cnncalc.teaching.slips import SLIPS

    asked: dict[str, list[str]] = {}
    for slip in SLIPS:
        asked.setdefault(slip.name, []).extend(slip.asked)
    sentences = {slip.name: slip.sentence for slip in reversed(SLIPS)}
    rows = [(name, ", ".join(dict.fromkeys(found)), sentences[name]) for name, found in asked.items()]
    return "\n".join(_table(("slip", "found in", "what is said"), rows)) + "\n"


def rules_part() -> str:
    """The manual of every lint rule, with what `check` says of the failing example."""
    from cnncalc.analyses.checks.rules import RULES
    from cnncalc.analyses.style import Style
    from cnncalc.render.markdown import write
    from cnncalc.render.reference import Pages
    from cnncalc.render.rules import document

    links = [f"- [`{rule.code}`](#{rule.code}): {rule.title}" for rule in RULES.values()]
    return "\n".join([*links, "", write(document(Pages([*RULES.values()]), Style()), Style())])


def options_part() -> str:
    """The options that the rules declare."""
    from cnncalc.analyses.checks.rules import RULES

    rows = [
        (
            f"`{name}`",
            f"[`{rule.code}`](#{rule.code})",
            f"{option.help}, {option.at_least} to {option.at_most}",
            f"`{option.default}`",
        )
        for rule in RULES.values()
        for name, option in rule.options.items()
    ]
    return "\n".join(_table(("option", "of the rule", "what it is", "default"), rows)) + "\n"


def formats_part() -> str:
    """The operators of each format that is read."""
    from cnncalc.formats.foreign import FORMATS

    text = ""
    for name, format in FORMATS.items():
        read: dict[str, list[str]] = {}
        for row in format.table.rows:
            meaning = {
                "=": "what it reads",
                "0": "value by value",
                "*": "a product of matrices",
                "Σ": "as its equation says",
            }.get(row.type)
            meaning = meaning or (f"[`{row.type}`](layers.md#{row.type})" if row.type in LAYERS else "…")
            read.setdefault(meaning, []).extend(f"`{one}`" for one in row.operators.split())
        rows = [f"| {', '.join(dict.fromkeys(names))} | {meaning} |" for meaning, names in read.items()]
        text += f"### `{name}`: {format.called}\n| operators | here |\n| --- | --- |\n" + "\n".join(rows) + "\n\n"
    return text


def conventions_part() -> str:
    """How each tool counts: a table of all, and one of the terms of each, from the declarations."""
    from cnncalc.analyses.conventions import all_conventions
    from cnncalc.analyses.conventions.base import Adds

    found = all_conventions()
    rows = [
        (
            f"[`{one.name}`](#{one.name})",
            one.word,
            f"{one.tool} {one.version}",
            one.sees if one.quantity == "multiplies" else "",
            "yes" if one.asked else "no, read",
        )
        for one in found
    ]
    lines = _table(("name", "its word", "of", "sees", "asked"), rows)
    for one in found:
        lines += ["", f"### {one.name}", "", *_doc(sys.modules[_module_of(one)].__doc__)]
        lines += ["", f"Source: {one.source}.{f' {one.note}' if one.note else ''}"]
        terms = [(term.rate, types, text, term.label) for term in one.terms for types, text in _formulas(term)]
        if one.factor > 1:
            terms.insert(0, (f"{one.factor} for each", "multiplies", f"`{one.factor - 1} * multiplies`", "products"))
        if one.unsized is not None:
            behind = Adds("", one.unsized)
            terms += [("all of it", types, text, "behind a grouped convolution") for types, text in _formulas(behind)]
        if terms:
            lines += ["", *_table(("how much", "for", "formula", ""), terms)]
        if one.nothing:
            lines += ["", f"Nothing for {', '.join(f'`{type}`' for type in one.nothing)}."]
    return "\n".join(lines) + "\n"


def _module_of(one: Convention) -> str:
    return f"cnncalc.analyses.conventions.{one.name.replace('-', '_')}"


def _formulas(term: Adds) -> Iterator[tuple[str, str]]:
    """The formulas of a term, each with the layer types that it is for."""
    by_formula: dict[str, list[str]] = {}
    for type, given in term.formulas.items():
        cases = {"true": given} if isinstance(given, str) else given
        texts = (f"`{text}`{f' if `{condition}`' if condition != 'true' else ''}" for condition, text in cases.items())
        by_formula.setdefault("; ".join(texts), []).append(f"`{type}`")
    for text, types in by_formula.items():
        yield ", ".join(types), text


PARTS: dict[str, Callable[[], str]] = {
    "conventions": conventions_part,
    "action_inputs": action_inputs_part,
    "quantities": quantities_part,
    "options": options_part,
    "rules": rules_part,
    "attributes": attributes_part,
    "limits": limits_part,
    "words": words_part,
    "slips": slips_part,
    "formats": formats_part,
}


def main() -> int:
    """Write the pages, or with --check name those that would change."""
    parser = argparse.ArgumentParser(description="Write the generated pages of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page would change")
    check = parser.parse_args().check
    try:
        found = pages()
    except Failed as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    changed = stale(found)
    for path in changed:
        if not check:
            path.write_text(found[path], encoding="utf-8", newline="\n")
        print(f"{'would change' if check else 'wrote'} {path.relative_to(ROOT).as_posix()}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
