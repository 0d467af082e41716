"""Lint rules as pages: what each is for, its options, and a file that has the fault beside one that has not."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps

from cnncalc.analyses.checks.lint import lint
from cnncalc.analyses.checks.rules import Rule
from cnncalc.analyses.columns import Style
from cnncalc.core.problem import Problem
from cnncalc.formats.open import loads
from cnncalc.formats.writing import shown_json
from cnncalc.render.fold import folded
from cnncalc.render.problems import render as render_problems
from cnncalc.render.reference import Pages

_WIDTH = 98


def text(found: Pages[Rule], style: Style) -> str:
    """The list of the rules, or their manuals."""
    if found.listed:
        return _table_of(found.entries, style)
    return style.plain("\n".join(manual(rule, style.width) for rule in found.entries))


def markdown(found: Pages[Rule], style: Style) -> str:
    """Their manuals."""
    return "\n".join(map(manual_markdown, found.entries))


def _table_of(rules: Sequence[Rule], style: Style) -> str:
    """Code, and what is wrong."""
    from cnncalc.render.grid import Cells, Grid, Head, draw

    rows = [Cells([rule.code, style.plain(rule.title)]) for rule in rules]
    heads = [Head("code"), Head("what it finds", folds=True)]
    return draw(Grid(heads, rows, ascii=style.ascii), width=style.width, color=style.color)


def manual(rule: Rule, width: int | None = None) -> str:
    """The manual of one rule, as plain text; what is no file is folded to `width` columns."""
    lines = [rule.code, ""]
    for part in (rule.title, *rule.manual.split("\n\n")):
        lines += [*folded("  ", " ".join(part.split()), min(_WIDTH, width or _WIDTH)).splitlines(), ""]
    if rule.options:
        lines += folded("  ", "options, in [tool.cnncalc] of pyproject.toml", width).splitlines()
        for name, option in rule.options.items():
            lines += folded(f"    {name} = {option.default}    ", option.help, width).splitlines()
        lines.append("")
    lines += ["  found in", *_indented(rule.bad), "", *_message(said(rule), width)]
    lines += ["", "  mended", *_indented(rule.good)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def manual_markdown(rule: Rule) -> str:
    """The manual of one rule, with the failing and the mended file."""
    lines = [f"## {rule.code}", "", rule.title, "", rule.manual, ""]
    if rule.options:
        lines += ["| option | default | what it is |", "| --- | --- | --- |"]
        lines += [
            f"| `{name}` | {option.default} | {option.help}, {option.at_least} to {option.at_most} |"
            for name, option in rule.options.items()
        ] + [""]
    lines += ["```yaml wrong", *rule.bad.splitlines(), "```", "", "```text", *said(rule).splitlines(), "```", ""]
    lines += ["Mended:", "", "```yaml right", *rule.good.splitlines(), "```"]
    return "\n".join(lines) + "\n"


def json(found: Pages[Rule], style: Style) -> str:
    """Everything that is declared of the rules."""
    rows = [
        {
            "code": rule.code,
            "title": rule.title,
            "manual": rule.manual,
            "options": {
                name: {
                    "default": option.default,
                    "minimum": option.at_least,
                    "maximum": option.at_most,
                    "help": option.help,
                }
                for name, option in rule.options.items()
            },
            "bad": rule.bad,
            "good": rule.good,
        }
        for rule in found.entries
    ]
    return shown_json(dumps(rows, ensure_ascii=False, indent=1)) + "\n"


def said(rule: Rule) -> str:
    """What `check` says of the failing file."""
    return render_problems(findings(rule.bad))


def findings(network: str) -> tuple[Problem, ...]:
    """The findings in a small network."""
    return lint(loads(network, name="net.yaml")).findings


def _message(block: str, width: int | None) -> list[str]:
    """What was said, indented and folded; a line of the file that is shown in it stays whole."""
    lines: list[str] = []
    for line in block.splitlines():
        lines += folded("    ", line, None if "|" in line else width).splitlines() or [""]
    return lines


def _indented(block: str) -> list[str]:
    return [f"    {line}" for line in block.splitlines()]
