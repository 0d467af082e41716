"""`cnncalc rules`."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import options, streams


class _Code(options.TextType):
    name = "code"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.analyses.checks.rules import RULES
        from cnncalc.cli import completion

        return completion.of(RULES, incomplete)


@options.command(
    "rules",
    epilog=options.examples(
        "cnncalc rules",
        "cnncalc rules dropped-border             why it matters, with an example",
        "cnncalc rules -f json | jq '.[].code'",
    ),
)
@click.argument("codes", metavar="[CODE]...", nargs=-1, type=_Code())
@options.format_option("text", "json", "markdown", idle={"json": ("ascii",), "markdown": ("ascii",)})
@options.output_option()
@options.drawing_options()
def rules_command(codes: tuple[str, ...], form: str, output: str | None, no_color: bool, ascii: bool) -> int:
    """The lint rules that `check` runs; with CODE its manual, a file that has the fault, and the file mended."""
    from cnncalc.analyses.checks.config import read_codes
    from cnncalc.analyses.checks.rules import RULES
    from cnncalc.analyses.columns import Style
    from cnncalc.render import rules as render

    options.configured(read_codes, codes)
    style = Style(ascii=ascii)
    width = streams.terminal_width(output)
    chosen = [RULES[code] for code in codes or RULES]
    if form == "json":
        text = render.json(chosen)
    elif form == "markdown":
        text = "\n".join(map(render.markdown, chosen))
    elif codes:
        text = style.plain("\n".join(render.text(rule, width) for rule in chosen))
    else:
        color = streams.wants_color(no_color, output=output)
        text = render.table(chosen, style, width=width, color=color)
    streams.emit(text, output)
    return 0
