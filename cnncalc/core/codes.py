"""Every code that a problem may have: what is wrong, and what mends it. `docs/errors.md` shows an example of each."""

from __future__ import annotations

from cnncalc.core.record import Record


class Code(Record):
    """The meaning of a code, in one sentence, and what mends it."""

    what: str
    cure: str


CODES: dict[str, Code] = {
    "absent-entry": Code(
        "An entry is read by name and is not there, because its `when` is false or its `repeat` is 0.",
        "Read an entry that is always there, or keep this one in the network.",
    ),
    "bad-expression": Code(
        "A text that should be an expression is none, or has no value.",
        "Write it with `+ - * / // %`, brackets, comparisons, `a if c else b` and the functions that there are.",
    ),
    "bad-name": Code(
        "A name is letters and digits of any script, `_`, `-` and `.`, not a number alone, and none of `input`, "
        "`total`, `previous`.",
        "Choose another name.",
    ),
    "bad-share": Code(
        "Two entries that should share weights differ in their layers, their attributes or their input channels.",
        "Make both entries equal, or let each have its own weights.",
    ),
    "bad-value": Code(
        "What is written is not what this attribute or key takes.",
        "Write what the message asks for; `cnncalc layers TYPE` lists what each attribute takes.",
    ),
    "baseline": Code(
        "A total grew from its baseline by more than `--max-growth` allows; the file can be used, and the exit code is "
        "1.",
        "Undo what the notes name, allow more, or where it is meant record it with `--write-baseline`.",
    ),
    "budget": Code(
        "The network is over a limit of its `budget` or of the command line; the file can be used, and the exit code "
        "is 1.",
        "Make the network smaller, or raise the limit.",
    ),
    "duplicate-key": Code(
        "A key stands twice in one mapping, and YAML would keep only one of the two.",
        "Keep one of them.",
    ),
    "duplicate-name": Code(
        "Two entries, branches or params of one list have the same name, or an attribute is given by position and by "
        "name.",
        "Give each its own name, and each attribute one value.",
    ),
    "empty-output": Code(
        "A window is larger than what it slides over, and nothing is left.",
        "Pad the input, take a smaller window, or shrink the maps less before it.",
    ),
    "encoding": Code(
        "A file is text in UTF-8, without NUL bytes and other characters that YAML forbids.",
        "Save the file as UTF-8, and remove control characters.",
    ),
    "expectation": Code(
        "A figure of `expect` is not the network's; the file can be used, and the exit code is 1.",
        "Mend the network, or where the figure is out of date let `cnncalc check FILE --update` rewrite it.",
    ),
    "extends": Code(
        "`extends`, and the `network` of a block, name one regular file of this one's repository, or a bundled "
        "architecture.",
        "Write the path as seen from this file; what lies outside is read with `--allow-outside`.",
    ),
    "foreign-format": Code(
        "The file is of another program, in a format that is known and not read.",
        "Write the network as YAML; `cnncalc new` prints a file to start from.",
    ),
    "limit": Code(
        "Something is larger than `cnncalc` works with; the limit's name and value stand in brackets.",
        "Make it smaller, or write it in several files.",
    ),
    "missing-attribute": Code(
        "A layer or a block needs an attribute that is not given.",
        "Give it; `cnncalc layers TYPE` lists the attributes and which are required.",
    ),
    "missing-key": Code(
        "A file needs `layers` and an `input`, an input `channels`, and a block `layers` or a `network`.",
        "Write the key; `cnncalc new` prints a file to start from.",
    ),
    "not-an-architecture": Code(
        "A file is a mapping with `input` and `layers`; this is something else, or nothing at all.",
        "Start from what `cnncalc new` prints.",
    ),
    "not-whole": Code(
        "A formula of the layer gives no whole number.",
        "Choose attributes with which the division comes out even.",
    ),
    "null-value": Code(
        "A key has no value; it is never read as a default.",
        "Give it a value, or remove the key.",
    ),
    "recursive-block": Code(
        "A block calls itself, directly or through others, and nothing could end that.",
        "Use `repeat` for copies, or let a `when` end it: `level: {depth: depth - 1, when: depth > 1}`.",
    ),
    "recursive-var": Code(
        "A var is worked out from itself, directly or through others.",
        "Give one of them a number.",
    ),
    "requirement": Code(
        "A layer's attributes do not fit its input; `cnncalc layers TYPE` lists what must hold.",
        "Change the attributes, or what the layer reads.",
    ),
    "shape-mismatch": Code(
        "Tensors are joined that do not fit each other.",
        "Give both the same shape, for example with a 1×1 conv on the shortcut.",
    ),
    "split-expression": Code(
        "A comma inside `{ }` ends an entry for YAML, also inside the brackets of a function.",
        "Quote the expression, or move it to `vars`, one per line.",
    ),
    "unknown-attribute": Code(
        "The layer or block has no such attribute, or too many values are given by position.",
        "Correct the name; `cnncalc layers TYPE` lists the attributes.",
    ),
    "unknown-key": Code(
        "The file, an input, a block, `expect` or `budget` has no such key.",
        "Correct the key, or remove it.",
    ),
    "unknown-layer": Code(
        "There is no layer type and no block of that name.",
        "Correct the name; `cnncalc layers` lists the layer types.",
    ),
    "unknown-name": Code(
        "No entry, var or param of that name can be read here.",
        "Correct the name; an entry reads only what stands above it.",
    ),
    "unread": Code(
        "An entry or an input leads to no output, and no `outputs` says that this is meant.",
        "Read it, remove it, or name every output in `outputs`.",
    ),
    "unreadable": Code(
        "The file cannot be read, or is no file.",
        "Correct the path, or allow the file to be read.",
    ),
    "wrong-input": Code(
        "A layer cannot read what comes before it, or reads another number of inputs.",
        "Put a layer between that gives the right shape, such as `flatten`, or name the inputs with `from`.",
    ),
    "yaml-feature": Code(
        "Tags, merge keys and aliases of themselves are parts of YAML that are not read.",
        "Write the values out, or use `vars`, `defaults` and `blocks`.",
    ),
    "yaml-syntax": Code(
        "The text is not YAML.",
        "Look at the line and the one above it: indents, quotes, brackets, the space behind a colon.",
    ),
}
