"""`cnncalc list`, `show` and `new`."""

from __future__ import annotations

import click

from cnncalc.cli import options, streams

STARTER = """\
name: My network
source: "where its figures come from: a paper, a lecture"

# Sizes are height × width × channels; `size: 32` is 32×32.
input: {channels: 3, size: 32}

# Numbers that the entries use; `--set classes=100` overrides one.
vars: {classes: 10}

# A block is a layer type of your own, here a convolution with its activation.
blocks:
  conv_relu:
    params: [filters, kernel, stride=1]
    layers:
      - conv: {filters: filters, kernel: kernel, stride: stride, padding: same}
      - relu

# Each entry reads the one before it. `cnncalc layers` lists the types.
layers:
  - conv_relu: [32, 3, name: first]
  - max_pool: {kernel: 2}
  - conv_relu: [64, 3, name: second]
  - max_pool: {kernel: 2}
  - flatten
  - dense: {name: hidden, units: 128}
  - relu
  - dropout: 0.5
  - dense: {name: scores, units: classes}
  - softmax

# What you expect; `cnncalc check` holds the network to it.
expect:
  first: {output: 32x32x32, params: 896}
  second: {output: 16x16x64}
  hidden: {params: 524k}
  total: {params: 545098}
"""


@options.command("list", epilog=options.examples("cnncalc list", "cnncalc list resnet", "cnncalc list -f json"))
@click.argument("words", metavar="[WORD]...", nargs=-1)
@options.format_option("table", *options.PAGES, "json", "names", idle={"json": ("ascii",), "names": ("ascii",)})
@options.output_option()
@options.drawing_options()
def list_command(words: tuple[str, ...], form: str, output: str | None, no_color: bool, ascii: bool) -> int:
    """The bundled architectures with their totals; with WORDs those whose file or name holds them all."""
    from cnncalc.formats import bundled

    if form == "names" and not words:  # what shell completion and scripts ask for needs no file to be read
        streams.emit("".join(f"{name}\n" for name in bundled.names()), output)
        return 0
    from cnncalc.core.analysis import analyze
    from cnncalc.formats.open import load

    found = [(name, analyze(load(name))) for name in bundled.names() if _matches(name, words)]
    if not found:
        from cnncalc.core.problem import nearest

        close = nearest("_".join(words), bundled.names())
        cure = f"Did you mean '{close}'?" if close else "'cnncalc list' shows them all."
        raise click.UsageError(f"No bundled architecture matches '{' '.join(words)}'. {cure}")
    if form == "names":
        streams.emit("".join(f"{name}\n" for name, _ in found), output)
        return 0
    if form == "json":
        from json import dumps

        from cnncalc.analyses.measures import Use, used

        rows = [
            {
                "file": name,
                "name": a.name,
                **{measure: one.value(a) for measure, one in used(Use.HEADLINE).items()},
                "inputs": a.inputs,
            }
            for name, a in found
        ]
        streams.emit(dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
        return 0
    from cnncalc.analyses.columns import Style
    from cnncalc.render.catalog import architectures

    streams.show(architectures(found, Style(ascii=ascii)), form, output, no_color, ascii)
    return 0


def _matches(name: str, words: tuple[str, ...]) -> bool:
    """Whether a file's name, or what it calls its network, holds all words; nothing is worked out for that."""
    from cnncalc.core.problem import Problems
    from cnncalc.formats.open import read
    from cnncalc.formats.yaml.reading.description import describe

    text = name
    if not all(word.lower() in text for word in words):
        title = describe(read(name), Problems()).fields.get("name")
        text = f"{name} {getattr(title, 'text', '')}".lower()
    return all(word.lower() in text for word in words)


@options.command("show", epilog=options.examples("cnncalc show lenet5", "cnncalc show resnet50 > mine.yaml"))
@click.argument("name", metavar="NAME", type=options.Bundled())
@options.output_option(kept=True)
def show_command(name: str, output: str | None) -> int:
    """Print a bundled file, to read, or to copy and change."""
    from cnncalc.core.problem import nearest
    from cnncalc.formats import bundled

    path = bundled.find(name)
    if path is None:
        close = nearest(name, bundled.names())
        raise click.UsageError(
            f"No bundled architecture '{name}'."
            + (f" Did you mean '{close}'?" if close else " 'cnncalc list' shows them.")
        )
    with open(path, encoding="utf-8") as file:
        streams.emit(file.read(), output)
    return 0


@options.command(
    "new", epilog=options.examples("cnncalc new > net.yaml", "cnncalc new -o net.yaml && cnncalc summary net.yaml")
)
@options.output_option(kept=True)
def new_command(output: str | None) -> int:
    """Print a small file with comments, to start from."""
    streams.emit(STARTER, output)
    return 0
