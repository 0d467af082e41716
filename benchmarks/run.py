"""Is it fast? Ratios of commands measured side by side in one run; no absolute times are promised.

python benchmarks/run.py            print the table
python benchmarks/run.py --write    also write it to benchmarks/RESULTS.md
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = sys.executable
CNNCALC = str(Path(PYTHON).with_name("cnncalc"))
# A program that may not keep its compiled modules compiles them at every start; that is not what is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
# What a summary in each form is held against.
LIBRARIES = {"JSON": "import click, yaml", "table": "import click, yaml, rich.console, rich.table"}
PROFILE = """ResNet-152, in percent of the processor time of `{base}`.
Each line is what a program takes that goes one step further. All of them run without the garbage collector and end at
once, so that work alone is compared; the libraries of the ratio at the top do neither, which makes it a little smaller.
Of {whole} % the first three lines are {libraries} %, before a line of ours is read; our modules and commands
are {own} %, whatever the file; the network, read, counted and written, is {work} %."""
LOAD = "import sys, yaml; yaml.load(open(sys.argv[1]), yaml.CSafeLoader)"


def run(command: list[str]) -> tuple[float, float]:
    """Seconds of a processor and peak memory in MB that one process takes."""
    with open(os.devnull, "w") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=nothing, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def side_by_side(ours: list[str], other: list[str], times: int) -> tuple[float, float, float]:
    """(ratio of minima, ratio of medians, our peak memory): the two take turns, so that both see the same machine."""
    run(ours), run(other)  # to compile and to fill the caches
    runs = [(run(other), run(ours)) for _ in range(times)]
    theirs, own = [pair[0][0] for pair in runs], [pair[1][0] for pair in runs]
    return min(own) / min(theirs), statistics.median(own) / statistics.median(theirs), max(pair[1][1] for pair in runs)


def distinct_layers(path: Path, count: int) -> str:
    """A file of `count` convolutions, no two of which have the same filters, kernel and input channels.

    Equal layers are worked out once, so a file that repeats them would measure something else. Filters count up in
    two interleaved sequences, a fast and a slow one, whose pairs repeat only after 2 · 509² layers.
    """
    with path.open("w") as file:
        file.write("name: generated\ninput: {channels: 3, size: 32}\nlayers:\n")
        for index in range(count):
            slow, fast = divmod(index // 2, 509)
            filters, kernel = 8 + (slow if index % 2 else fast), 5 if index % 2 else 3
            file.write(f"  - conv: {{name: c{index}, filters: {filters}, kernel: {kernel}, padding: {kernel // 2}}}\n")
    return str(path)


def repeated_layers(path: Path, count: int) -> str:
    entry = f"conv: {{filters: 8, kernel: 3, padding: 1, repeat: {count}}}"
    path.write_text(f"name: repeated\ninput: {{channels: 8, size: 32}}\nlayers:\n  - {entry}\n")
    return str(path)


def with_measure(folder: Path) -> str:
    """A copy of the package with one more quantity, which takes the whole network: a path for Python's modules."""
    shutil.copytree(HERE.parent / "cnncalc", folder / "cnncalc", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "architectures").symlink_to(HERE.parent / "architectures")
    shutil.copy(HERE.parent / "tests" / "data" / "measures" / "path.py", folder / "cnncalc" / "analyses" / "measures")
    return str(folder)


def microseconds_a_layer(path: str, count: int, empty: float) -> float:
    times = 3 if count >= 100_000 else 15  # start-up is a large part of a small file, and its noise with it
    seconds = min(run([CNNCALC, "summary", path, "--format", "json"])[0] for _ in range(times))
    return 1e6 * (seconds - empty) / count


def processor(code: str) -> float:
    """Seconds of a processor that a program takes, start included; it ends at once."""
    program = [PYTHON, "-c", f"import gc, os, sys; gc.disable(); {code}; sys.stdout.flush(); os._exit(0)"]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {code}")
    return usage.ru_utime + usage.ru_stime


def profile(form: str) -> str:
    """Where the processor's time of a summary goes: each step is what a program that goes one further takes."""
    arguments = ["summary", "resnet152", "--format", form.lower()]
    command = f"sys.argv[1:] = {arguments}; from cnncalc.__main__ import main; main()"
    steps = {
        "Python itself": "pass",
        "`import click`": "import click",
        "`import yaml`": "import click, yaml",
        "the commands": "import yaml, cnncalc.cli",
        "what a layer type is": "import yaml, cnncalc.cli, cnncalc.core.layers",
        "the reader and the counter": "import cnncalc.cli, cnncalc.formats.open, cnncalc.core.analysis",
        "reading ResNet-152 and its layer types": "import cnncalc.cli, cnncalc; cnncalc.load('resnet152')",
        "counting it": "import cnncalc.cli, cnncalc; cnncalc.analyze(cnncalc.load('resnet152'))",
        f"the options of `summary`, and the {form}": command,
    }
    base = LIBRARIES[form]
    least = dict.fromkeys((*steps, base), float("inf"))
    for _ in range(41):
        for step, code in {**steps, base: base}.items():
            least[step] = min(least[step], processor(code))
    whole = least.pop(base)
    reached = [round(100 * seconds / whole) for seconds in least.values()]
    said = PROFILE.format(
        base=base, whole=reached[-1], libraries=reached[2], own=reached[5] - reached[2], work=reached[-1] - reached[5]
    )
    text, before = "| step | adds | up to here |\n| --- | --- | --- |\n", 0.0
    for step, seconds in least.items():
        text += f"| {step} | {100 * max(seconds - before, 0) / whole:.0f} % | {100 * seconds / whole:.0f} % |\n"
        before = seconds
    return f"## Where the time of a summary goes: {form}\n\n{said}\n\n{text}"


def main() -> int:
    rows: list[tuple[str, str, str, bool]] = []
    table = [CNNCALC, "summary", "resnet152.yaml"]
    least, median, _ = side_by_side(table, [PYTHON, "-c", LIBRARIES["table"]], 41)
    rows.append(
        (
            "`summary resnet152.yaml` / `import click, yaml, rich.console, rich.table`",
            f"{least:.2f} (median {median:.2f})",
            "1.1",
            least <= 1.1,
        )
    )
    least, median, _ = side_by_side([*table, "--format", "json"], [PYTHON, "-c", LIBRARIES["JSON"]], 41)
    rows.append(
        (
            "`summary resnet152.yaml --format json` / `import click, yaml`",
            f"{least:.2f} (median {median:.2f})",
            "1.3",
            least <= 1.3,
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        large = distinct_layers(Path(folder) / "large.yaml", 100_000)
        ratio, _, memory = side_by_side([CNNCALC, "summary", large, "--format", "json"], [PYTHON, "-c", LOAD, large], 3)
        rows.append(
            (
                "100,000 distinct layers as JSON / `yaml.load(f, yaml.CSafeLoader)`",
                f"{ratio:.2f}",
                "0.75",
                ratio <= 0.75,
            )
        )
        rows.append(("peak memory of that", f"{memory:.0f} MB", "800 MB", memory <= 800))
        more = (
            f"import sys; sys.path.insert(0, {with_measure(Path(folder))!r}); from cnncalc.__main__ import main; main()"
        )
        shown = [PYTHON, "-c", more, "summary", "densenet121", "--depth", "all", "--columns", "layer,output,params"]
        least, median, _ = side_by_side([*shown[:-1], f"{shown[-1]},path"], shown, 21)
        rows.append(
            (
                "`summary densenet121 -d all` with a column of the whole network / without it",
                f"{least:.2f} (median {median:.2f})",
                "1.2",
                least <= 1.2,
            )
        )
        one = distinct_layers(Path(folder) / "one.yaml", 1)
        empty = min(run([CNNCALC, "summary", one, "--format", "json"])[0] for _ in range(15))
        each = {
            f"{count:,} distinct": microseconds_a_layer(
                distinct_layers(Path(folder) / f"{count}.yaml", count), count, empty
            )
            for count in (1_000, 10_000, 100_000)
        }
        each["100,000 by repeat"] = microseconds_a_layer(
            repeated_layers(Path(folder) / "repeat.yaml", 100_000), 100_000, empty
        )
        spread = max(list(each.values())[:3]) / min(list(each.values())[:3])
        rows.append(
            (
                "time a layer: " + ", ".join(f"{name} {value:.0f} µs" for name, value in each.items()),
                f"× {spread:.2f}",
                "the same within noise",
                spread < 2,
            )
        )
    width = max(len(row[0]) for row in rows)
    text = f"| {'what':<{width}} | measured | limit | |\n| {'-' * width} | --- | --- | --- |\n"
    text += "".join(
        f"| {what:<{width}} | {figure} | {limit} | {'kept' if kept else 'BROKEN'} |\n"
        for what, figure, limit, kept in rows
    )
    print(text, end="")
    if "--write" in sys.argv[1:]:
        shares = "\n".join(map(profile, LIBRARIES))
        machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
        head = f"# Results\n\nWritten by `python benchmarks/run.py --write`, in seconds of a processor; {machine}.\n\n"
        (HERE / "RESULTS.md").write_text(f"{head}{text}\n{shares}")
    return 0 if all(kept for *_, kept in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
