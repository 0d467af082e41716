"""Small files that ask for much: each has something whose size is of any order of magnitude, up to beyond its limit.

What is large meets what is done often: blocks with many params, vars and long expressions, in each other and repeated;
long names, many unknown ones, deep branches, wide merges, powers, recursion, networks as blocks, stacks.
"""

from __future__ import annotations

import random
from collections.abc import Callable

ALIKE = "abcdefghijklmnopqrstuvwxyz_abcdefghi"


class Stretched:
    """Writes one file with things of random sizes."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.before: list[str] = []  # lines at the top of the file
        self.blocks: list[str] = []
        self.entries: list[str] = []
        self.behind: list[str] = []
        self.vars: list[str] = ["n: 2"]

    def file(self) -> str:
        """One to three things, in a block that is called a number of times or as they are."""
        kinds: list[Callable[[], None]] = [
            self.repeated, self.repeated, self.long_name, self.block, self.block, self.block_in_block, self.recursion,
            self.unknown, self.many_vars, self.wide, self.deep, self.stack, self.network, self.long_text, self.comments,
            self.aliases, self.power, self.sequence, self.distinct, self.read_by_many, self.brackets,
        ]  # fmt: skip
        for kind in self.choose.choices(kinds, k=self.choose.choice([1, 1, 2, 3])):
            kind()
        self.choose.shuffle(self.entries)
        listed = "".join(f"  - {entry}\n" for entry in self.entries) or "  - relu\n"
        if self.choose.random() < 0.3:
            indented = "".join(f"        - {entry}\n" for entry in self.entries) or "        - relu\n"
            self.blocks.append(f"  all:\n    layers:\n{indented}".replace("        - ", "      - "))
            listed = f"  - all: {{repeat: {self.size(3)}}}\n"
        blocks = f"blocks:\n{''.join(self.blocks)}" if self.blocks else ""
        vars = "vars:\n" + "".join(f"  {one}\n" for one in self.vars)
        head = "".join(self.before)
        return f"{head}input: {{channels: 3, size: 8}}\n{vars}{blocks}layers:\n{listed}{''.join(self.behind)}"

    def size(self, most: float, least: float = 0) -> int:
        """A number up to 10 to the power of `most`, of any order of magnitude."""
        return int(10 ** self.choose.uniform(least, most))

    def number(self) -> int:
        """A fresh number, for names."""
        return len(self.blocks) * 100 + len(self.entries)

    def layer(self) -> str:
        """A layer whose attributes are an expression of some length, of names that stay or change from copy to copy."""
        changes = self.choose.choice(["channels + 1", "copy", "n", "3", "max(1, 2 ** (copy % 5))"])
        expression = changes + " + 0" * self.size(2.4)
        return self.choose.choice(
            [f"conv: {{filters: {expression}, kernel: 1}}", "relu", f"relu: {{when: {expression} > 0}}"]
        )

    def repeated(self) -> None:
        times = self.size(6) if self.choose.random() < 0.3 else self.size(4)
        inner = self.layer()
        self.entries.append(
            f"{inner[:-1]}, repeat: {times}}}" if inner.endswith("}") else f"{inner}: {{repeat: {times}}}"
        )

    def long_name(self) -> None:
        name = self.choose.choice(["a", "블", "e\u0301", "a.", "a_1-"]) * self.size(2.6)
        self.entries.append(f'relu: {{name: "{name}", repeat: {self.size(5)}}}')

    def block(self) -> None:
        name = f"b{self.number()}"
        params = ", ".join(f"p{one}=1" for one in range(self.size(3.2)))
        vars = ", ".join(f"v{one}: {self.choose.choice(['1', 'channels', 'n + 1'])}" for one in range(self.size(3)))
        self.blocks.append(f"  {name}: {{params: [{params}], vars: {{{vars}}}, layers: [{self.layer()}]}}\n")
        self.entries.append(f"{name}: {{repeat: {self.size(4.5)}}}")

    def block_in_block(self) -> None:
        name = f"c{self.number()}" + "b" * self.size(2.4)
        deep = self.size(2.1)
        for level in range(deep):
            self.blocks.append(f"  {name}{level}: {{layers: [{name}{level + 1}]}}\n")
        self.blocks.append(f"  {name}{deep}: {{layers: [{self.layer()}]}}\n")
        self.entries.append(f"{name}0: {{repeat: {self.size(3)}}}")

    def recursion(self) -> None:
        name = f"r{self.number()}"
        if self.choose.random() < 0.5:
            self.blocks.append(f"  {name}: {{params: [d], layers: [relu, {name}: {{d: d - 1, when: d > 1}}]}}\n")
        else:
            branch = f"{{when: d > 1, layers: [{name}: [d - 1]]}}"
            self.blocks.append(f"  {name}: {{params: [d], layers: [add: {{branches: [[], {branch}, {branch}]}}]}}\n")
        self.entries.append(f"{name}: {self.size(2.2)}")

    def unknown(self) -> None:
        """Names that are not there, among many that are."""
        known, wanted = self.size(4.3), self.size(2.2)
        kind = self.choose.choice(["expect", "budget", "from", "block", "var"])
        stem = self.choose.choice(["v", "relu_", ALIKE])
        if kind == "block":
            self.blocks += [f"  {stem}{one}: {{layers: [relu]}}\n" for one in range(known)]
            self.entries += [f"{stem}x{one}" for one in range(wanted)]
        elif kind == "var":
            self.vars += [f"{stem}{one}: 1" for one in range(known)]
            self.entries += [f"dense: {stem}x{one}" for one in range(wanted)]
        else:
            self.entries += [f"relu: {{name: {stem}{one}}}" for one in range(known)]
            if kind == "from":
                self.entries += [f"relu: {{from: {stem}x{one}}}" for one in range(wanted)]
            else:
                figures = ", ".join(f"{stem}x{one}: {{params: 1}}" for one in range(wanted))
                self.behind.append(f"{kind}: {{{figures}}}\n")

    def many_vars(self) -> None:
        count = self.size(4.2)
        reads = self.choose.choice(["1", "n + 1", "v{}", "input.height * 2"])
        self.vars += [f"v{one}: {reads.format(max(0, one - 1)) if one else 1}" for one in range(count)]

    def wide(self) -> None:
        merge, branch = self.choose.choice(["add", "concat"]), self.choose.choice(["[]", "[relu]", "[relu, relu]"])
        self.entries.append(f"{merge}: {{branches: [{', '.join([branch] * self.size(4))}], repeat: {self.size(2)}}}")

    def deep(self) -> None:
        levels = self.size(2.2)
        self.entries.append("add: {branches: [[], [" * levels + "relu" + "]]}" * levels)

    def stack(self) -> None:
        name = f"s{self.number()}"
        inner = "[relu: {name: p, from: x}, add: {name: q, from: [p, y]}]"
        self.blocks.append(f"  {name}: {{inputs: [x, y], outputs: [p, q], layers: {inner}}}\n")
        self.entries.append(f"{name}: {{from: [input, input], repeat: {self.size(5)}}}")

    def network(self) -> None:
        name = f"w{self.number()}"
        asked = self.choose.choice(
            ["{network: lenet5, until: S2}", "{network: m5}", "{network: resnet18, set: {classes: n}, params: [n=3]}"]
        )
        self.blocks.append(f"  {name}: {asked}\n")
        self.entries.append(f"{name}: {{repeat: {self.size(3)}}}")

    def long_text(self) -> None:
        key = self.choose.choice(["name", "source", "note"])
        self.before.append(f"{key}: {'long ' * self.size(4.5)}\n")

    def comments(self) -> None:
        self.before.append(f"# cnncalc: ignore[{'x, ' * self.size(2)}y]\n" * self.size(4.2))

    def aliases(self) -> None:
        branch = ", ".join(["relu"] * self.size(3))
        uses = ", ".join(["*many"] * self.size(2.5))
        self.entries.append(f"concat: {{branches: [&many [{branch}], {uses}]}}")

    def power(self) -> None:
        base, exponent = self.size(3), self.size(6)
        self.entries.append(f"conv: {{filters: {base} ** {exponent} % 7 + 1, kernel: 1, repeat: {self.size(2)}}}")

    def sequence(self) -> None:
        layer = self.choose.choice(
            ["lstm: {units: channels + 1", "attention: {heads: 1, inner: copy", "gru: {units: 2"]
        )
        self.entries.append(f"{layer}, repeat: {self.size(4)}}}")
        self.before.append("# a network of sequences\n")

    def distinct(self) -> None:
        self.entries += [f"conv: {{filters: {one + 1}, kernel: 1}}" for one in range(self.size(4))]

    def read_by_many(self) -> None:
        many = ", ".join(["x"] * self.size(4))
        name = f"m{self.number()}"
        self.blocks.append(f"  {name}: {{layers: [relu: {{name: x}}, add: {{from: [{many}]}}]}}\n")
        self.entries.append(f"{name}: {{repeat: {self.size(2.5)}}}")

    def brackets(self) -> None:
        sign = self.choose.choice(["[", "(", "{", "-", "not ", "a.", "1 + ", "\\\\"])
        self.entries.append(f'conv: {{filters: "{sign * self.size(4)}", kernel: 1}}')
