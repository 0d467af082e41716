"""Files written at random by one who knows the grammar, and damage to files."""

from __future__ import annotations

import random

from cnncalc.core.layers import LAYERS

NAMES = ["a", "b", "c1", "down", "input", "previous", "total", "x", "3a", "conv1", "relu1", "$w", "w"]
NAMES += ["a.x", "b.down", "블록", "e\u0301", "1", "٣", "שלום", "a-b", "a/b", "no", "copy"]
HOSTILE = ["\x1b[31m", "\x9b31m", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\x00", "\x85", "\x07", "\r"]
HOSTILE += ["<b>", "`", "|", "::error::", "%0A", "\\", "$", "&", "]]>", "-->", "=1+1", "@a", "\U0001f600"]
LETTERS = ["a", "b", "z", "_", "-", ".", "1", "é", "블", "ש", "٣", "१", "Ⅷ", "ǆ"]
NETWORKS = [
    "{network: lenet5, until: S2}",
    "{network: resnet18, outputs: [conv3, conv2], set: {classes: n}, params: [n=3]}",
    "{network: m5}",
    "{network: nothing}",
    "{network: fragments/inception_3a, until: x}",
]
NUMBERS = ["0", "1", "2", "3", "4", "7", "8", "16", "64", "-1", "0.5", "1e3", "999999999", "1000000000000000", "9" * 30]
NUMBERS += ["٣", "1_000", "0x10", "010", "1.5M", "²", "½", "1000000000000001", ".5", "nan", "inf"]
WORDS = ["same", "valid", "causal", "true", "false", "null", "~", "", "n", "s", "k", "channels", "height", "length"]
WORDS += ["input.width", "a.channels", "copy", "keep", "relu", "torch", "position", "no", "all", "last", "maximum"]
OPERATORS = [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " == ", " < ", " and ", " or ", " if true else "]
FUNCTIONS = ["min", "max", "ceil", "floor", "round", "round_to", "sum", "sqrt", "not ", "-"]
TAME = [
    "conv: [4, 1]",
    "conv: [8, 3, 1, same]",
    "conv: {filters: 2 ** n, kernel: 1, repeat: n}",
    "relu",
    "relu",
    "batch_norm",
]
TAME += ["max_pool: 1", "dropout", "lrn", "avg_pool: [1, 1]", "layer_norm", "rms_norm", "add: {branches: [[], [relu]]}"]
TAME += ["concat: {branches: {a: [relu], b: [conv: [2, 1]]}}", "elementwise: {type: maximum, branches: [[], []]}"]
TAME += [
    "attention: {heads: 1, inner: 4}",
    "multiply: {branches: [[], [global_avg_pool, sigmoid]]}",
    "block1: 2",
    "block2: [n, 2]",
]
TAME += ["level: 3", "level: n", "pair: {from: [previous, input], repeat: 2}", "operator: {type: x, weights: 2 ** n}"]
TAME += ["lstm: 3", "gru: {units: 2, biases: 2}", "to_sequence", "transpose", "matmul: {branches: [[], [transpose]]}"]
TAME += [
    "elementwise: {type: power, branches: [[], []]}",
    "add: {name: deep, branches: [{when: n > 1, layers: [relu]}, []]}",
]
QUANTITIES = ["params", "weights", "multiplies", "output", "activations", "size", "depth", "parms", "memory"]
FIGURES = ["1", "~5M", "<3k", "28x28x3", "4.5", "884k", "2 MiB", "{max: 5M}", "{warn: 1, max: 2k}", "-1", "٣", "9" * 30]
INPUTS = ["size: 8", "size: 32", "size: [16]", "size: [4, 8, 8]", "height: 8, width: 9", "", "size: 5000", "length: 26"]
NOISE = [
    "{", "}", "[", "]", ":", ",", "-", "\n", " ", "'", '"', "#", "&a ", "*a", "!!x ", "<<: ", "|", ">", "?", "%", "@",
    "\t", "é", "---", "...", "# cnncalc: ignore[x]\n", "\ud800", *HOSTILE,
]  # fmt: skip
REPEATS = ["0", "1", "2", "3", "n", "n // 2", "2 ** 3", "1000000", "-1", "1.5", "channels", "17", "60"]


def quoted(text: str) -> str:
    """A text in YAML, as it may be written: what cannot be seen by its number."""
    numbers = (one if " " <= one <= "~" or one.isalpha() else f"\\U{ord(one):08X}" for one in text)
    return '"' + "".join(f"\\{one}" if one in '\\"' else one for one in numbers) + '"'


class Writer:
    """Writes one random file."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.tame = choose.random() < 0.6  # more than half of the files should get past their first entries
        self.parts = choose.random() < 0.2  # whether another network is a block

    def file(self) -> str:
        """A whole file."""
        text = self.heading()
        if self.sometimes(0.05 if self.tame else 0.1):
            parents = ("resnet18", "lenet5", "nothing", "googlenet", "../x.yaml")
            text += f"extends: {self.one(*parents[: 2 if self.tame else 5])}\n"
        text += self.input()
        if self.tame or self.sometimes(0.5):
            values = ("n * 2", "2 ** n", "n if n > 1 else 2", "max(n, 1)") if self.tame else (self.expression(),)
            text += f'vars: {{n: {self.one(*NUMBERS[1 : 4 if self.tame else None])}, s: "{self.one(*values)}"}}\n'
        if self.sometimes(0.1 if self.tame else 0.3):
            text += f"defaults: {{conv: {{kernel: 3, padding: {self.value()}}}}}\n"
        if self.tame or self.sometimes(0.6):
            text += self.blocks()
        text += f"layers:\n{self.entries('  ')}"
        if self.sometimes(0.05 if self.tame else 0.2):
            text += f"outputs: {self.names()}\n"
        if self.sometimes(0.2):
            text += f"expect: {{{self.figures()}}}\n"
        if self.sometimes(0.1):
            text += f"budget: {{{self.figures()}}}\n"
        return text

    def sometimes(self, share: float) -> bool:
        return self.choose.random() < share

    def one(self, *among: str) -> str:
        return self.choose.choice(among)

    def heading(self) -> str:
        """Title, source and note, of any characters and length."""
        text = ""
        for key in ("name", "source", "note"):
            if self.sometimes(0.15):
                words = "".join(self.choose.choices([*HOSTILE, *LETTERS, " "], k=self.size(1.5)))
                text += f"{key}: {quoted(words * (1 if self.sometimes(0.99) else self.size(4)))}\n"
        return text + ("# cnncalc: ignore[unused-var, x]\n" if self.sometimes(0.05) else "")

    def size(self, most: float) -> int:
        """A number from 1 to 10 to the power of `most`, small ones as often as large ones."""
        return int(10 ** self.choose.uniform(0, most))

    def input(self) -> str:
        sides = self.choose.choice(INPUTS)
        one = f"{{channels: {self.one(*NUMBERS[1 : 4 if self.tame else 8])}{', ' if sides else ''}{sides}}}"
        if self.tame:
            one = self.one("{channels: 4, size: 8}", "{channels: 4, size: 32}", "{channels: 4, length: 20}", one)
        return f"inputs: {{a: {one}, b: {one}}}\n" if self.sometimes(0.05) else f"input: {one}\n"

    def blocks(self) -> str:
        """Two at random, one that uses itself, one of two outputs, another network."""
        text = "blocks:\n"
        for name in ("block1", "block2"):
            text += f"  {name}:\n    params: [n, s=1, $w=relu]\n"
            if self.sometimes(0.02 if self.tame else 0.2):
                text += f"    inputs: [x, down]\n    outputs: {self.names()}\n"
            if self.sometimes(0.02 if self.tame else 0.2):
                text += f'    vars: {{v: "{self.expression()}", w: v + 1}}\n'
            text += f"    layers:\n{self.entries('      ')}"
        ends = self.one("when: d > 1", "when: d > 1", "repeat: d - 1", *([] if self.tame else ["name: more"]))
        inner = self.one("relu", "identity", "batch_norm")
        text += f"  level: {{params: [d], layers: [{inner}, level: {{d: d - 1, {ends}}}]}}\n"
        text += f"  pair: {{inputs: [x, y], outputs: [p, q], layers: [{inner}: {{name: p, from: x}}"
        text += ", add: {name: q, from: [p, y]}]}\n"
        return text + (f"  whole: {self.choose.choice(NETWORKS[: 3 if self.tame else None])}\n" if self.parts else "")

    def figures(self) -> str:
        """What `expect` and `budget` say of names, of which some are none."""
        found = []
        names = ["total", "conv1", "block1", "relu1", self.name()]
        for name in self.choose.sample(names, self.choose.randint(1, 3)):
            inner = f"{self.one(*QUANTITIES)}: {self.one(*FIGURES)}"
            found.append(f"{name}: {{{inner}}}" if self.sometimes(0.9) else inner)
        return ", ".join(found)

    def entries(self, indent: str) -> str:
        return "".join(f"{indent}- {self.entry()}\n" for _ in range(self.choose.randint(1, 6)))

    def flow_entries(self) -> str:
        return "[" + ", ".join(self.entry() for _ in range(self.choose.randint(0, 3))) + "]"

    def entry(self) -> str:
        if self.tame and self.sometimes(0.93):
            return self.choose.choice([*TAME, "whole"] if self.parts else TAME)
        blocks = ("block1", "block2", "level", "pair", *(["whole"] if self.parts else []))
        type_name = self.choose.choice([*LAYERS, "conv", "conv", "relu", "add", "concat", *blocks, "$w", "convv"])
        pick = self.choose.random()
        if pick < (0.5 if self.tame else 0.25):
            return type_name
        if pick < 0.7:
            return f"{type_name}: {self.attributes(type_name)}"
        if pick < 0.8:
            return f"{type_name}: {self.value()}"
        return f"{type_name}: [{', '.join(self.value() for _ in range(self.choose.randint(0, 4)))}]"

    def attributes(self, type_name: str) -> str:
        known = list(LAYERS[type_name].attributes) if type_name in LAYERS else ["n", "s", "w", "d"]
        parts = [f"{name}: {self.value()}" for name in known if self.sometimes(0.55)]
        for name in ("name", "share"):
            if self.sometimes(0.15):
                parts.append(f"{name}: {self.name()}")
        if self.sometimes(0.15):
            parts.append(f"from: {self.names() if self.sometimes(0.4) else self.name()}")
        if self.sometimes(0.15):
            parts.append(f"repeat: {self.one(*REPEATS)}")
        if self.sometimes(0.1):
            parts.append(f'when: "{self.expression()}"')
        if type_name in ("add", "concat", "multiply", "elementwise", "matmul") and self.sometimes(0.8):
            parts.append(f"branches: {self.branches()}")
        self.choose.shuffle(parts)
        return "{" + ", ".join(parts) + "}"

    def name(self) -> str:
        """Mostly a likely one, else of any letters, signs and length."""
        if self.sometimes(0.9):
            return self.choose.choice(NAMES)
        signs = [*LETTERS, *HOSTILE] if self.sometimes(0.3) else LETTERS
        return quoted(
            "".join(self.choose.choices(signs, k=self.size(1.5))) * (self.size(1) if self.sometimes(0.1) else 1)
        )

    def names(self) -> str:
        return "[" + ", ".join(self.name() for _ in range(self.choose.randint(1, 3))) + "]"

    def branches(self) -> str:
        inner = [self.branch() for _ in range(self.choose.randint(1, 3))]
        if self.sometimes(0.5):
            return f"[{', '.join(inner)}]"
        named = (f"{self.choose.choice(NAMES)}{index}: {entries}" for index, entries in enumerate(inner))
        return f"{{{', '.join(named)}}}"

    def branch(self) -> str:
        if self.sometimes(0.8):
            return self.flow_entries()
        parts = [f'when: "{self.expression()}"', f"from: {self.name()}", f"layers: {self.flow_entries()}"]
        return "{" + ", ".join(part for part in parts if self.sometimes(0.6)) + "}"

    def value(self) -> str:
        if self.tame and self.sometimes(0.9):
            return self.one("1", "1", "2", "3", "4", "n", "channels", "height", "copy", "2 ** copy")
        pick = self.choose.random()
        if pick < 0.7:
            return self.choose.choice(NUMBERS[:9])
        if pick < 0.8:
            return f"[{self.expression()}, {self.expression()}]"
        if pick < 0.85:
            return "[[0, 1], 1]"
        return f'"{self.expression()}"' if pick < 0.95 else self.expression()

    def expression(self, depth: int = 0) -> str:
        pick = self.choose.random()
        if depth > 2 or pick < 0.45:
            return self.choose.choice(NUMBERS if pick < 0.3 else WORDS)
        if pick < 0.8:
            return self.expression(depth + 1) + self.choose.choice(OPERATORS) + self.expression(depth + 1)
        if pick < 0.9:
            return f"({self.expression(depth + 1)})"
        return f"{self.choose.choice(FUNCTIONS)}({self.expression(depth + 1)})"

    def damaged(self, text: str) -> str:
        """The text with a few characters too many, too few, or twice."""
        for _ in range(self.choose.randint(0, 3)):
            place = self.choose.randrange(len(text) + 1)
            pick = self.choose.random()
            if pick < 0.4:
                text = text[:place] + self.choose.choice(NOISE) + text[place:]
            elif pick < 0.7:
                text = text[:place] + text[place + self.choose.randint(1, 5) :]
            else:
                end = place + self.choose.randint(1, 40)
                text = text[:end] + text[place:end] + text[end:]
        return text
