"""Lint rules as pages: what each is for, its options, and a file that has the fault beside one that has not."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from textwrap import wrap

from cnncalc.api import loads
from cnncalc.columns import Style
from cnncalc.lint import lint
from cnncalc.problem import Problem
from cnncalc.render.problems import render as render_problems
from cnncalc.rules import Rule

_WIDTH = 96


def table(rules: Iterable[Rule], style: Style, *, width: int | None, color: bool) -> str:
    """The rules: code, and what is wrong."""
    from rich.table import Table
    from rich.text import Text

    from cnncalc.render.table import ruled, to_text

    drawn = Table(box=ruled(style), show_edge=False, pad_edge=False, header_style="bold")
    drawn.add_column("code", no_wrap=True)
    drawn.add_column("what it finds", overflow="fold", min_width=20)
    for rule in rules:
        drawn.add_row(rule.code, Text(style.plain(rule.title)))
    return to_text(drawn, width=width, color=color)


def text(rule: Rule) -> str:
    """The manual of one rule, as plain text."""
    lines = [rule.code, ""]
    for part in (rule.title, *rule.manual.split("\n\n")):
        lines += [f"  {line}" for line in wrap(part, _WIDTH)] + [""]
    if rule.options:
        lines += ["  options, in [tool.cnncalc] of pyproject.toml"]
        lines += [f"    {name} = {option.default}    {option.help}" for name, option in rule.options.items()] + [""]
    lines += ["  found in", *_indented(rule.bad), "", *_indented(said(rule)), "", "  mended", *_indented(rule.good)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def markdown(rule: Rule) -> str:
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


def json(rules: Iterable[Rule]) -> str:
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
        for rule in rules
    ]
    return dumps(rows, ensure_ascii=False, indent=1) + "\n"


def said(rule: Rule) -> str:
    """What `check` says of the failing file."""
    return render_problems(findings(rule.bad))


def findings(network: str) -> tuple[Problem, ...]:
    """The findings in a small network."""
    return lint(loads(network, name="net.yaml")).findings


def _indented(block: str) -> list[str]:
    return [f"    {line}" for line in block.splitlines()]
