"""A thousand files: what `check`, the hook and `diff` take, beside `check` of one file a thousand times over.

python benchmarks/gate.py            print the table
python benchmarks/gate.py --write    also write it to benchmarks/GATE.md

CPU seconds of the command and of the git that it asks, and its peak memory. All take turns with the same plain program,
so that ratios compare runs of one machine and one hour.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CNNCALC = str(Path(sys.executable).with_name("cnncalc"))
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org")
FILES = 1_000
LOAD = "import sys, yaml\nfor name in sys.argv[1:]: yaml.load(open(name), yaml.CSafeLoader)"


def measured(command: list[str], folder: str) -> tuple[float, float]:
    """CPU seconds, with those of the programs it ran, and peak memory in MB; exit codes 0 and 1 are results."""
    before = os.times()
    with open(os.devnull, "w") as nothing:
        process = subprocess.Popen(command, cwd=folder, stdout=nothing, stderr=nothing, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"failed: {' '.join(command)}")
    after = os.times()
    seconds = sum(after[2:4]) - sum(before[2:4])  # of children, which have theirs
    return seconds, usage.ru_maxrss / 1024


def git(folder: str, *args: str) -> None:
    subprocess.run(["git", *IDENTITY, *args], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def repository(folder: str) -> None:
    """A thousand networks, nine hundred of which extend one of them; committed, and then that one edited."""
    text = (HERE.parent / "architectures" / "resnet18.yaml").read_text(encoding="utf-8")
    nets = Path(folder, "nets")
    nets.mkdir()
    (nets / "base.yaml").write_text(text)
    for number in range(FILES - 1):
        own = text.replace("name: ResNet-18", f"name: N{number}")
        (nets / f"n{number:03}.yaml").write_text(f"extends: base.yaml\nname: N{number}\n" if number < 900 else own)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=all")
    (nets / "base.yaml").write_text(text.replace("n2: 2", "n2: 3").partition("expect:")[0])
    git(folder, "add", "--all")


def main() -> int:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        repository(folder)
        names = [str(path) for path in sorted(Path(folder, "nets").iterdir())]
        commands = {
            "`yaml.load(f, yaml.CSafeLoader)` of each": [sys.executable, "-c", LOAD, *names],
            "`check nets/base.yaml`, one file": [CNNCALC, "check", "nets/base.yaml"],
            "`check nets`": [CNNCALC, "check", "nets"],
            "the hook, `check --staged`, 901 concerned": [CNNCALC, "check", "--staged"],
            "`check nets --baseline HEAD`": [CNNCALC, "check", "nets", "--baseline", "HEAD"],
            "`diff`, 901 changed": [CNNCALC, "diff"],
        }
        best: dict[str, tuple[float, float]] = {}
        for _ in range(int(os.environ.get("TIMES", "3"))):
            for what, command in commands.items():
                seconds, memory = measured(command, folder)
                least = min(seconds, best[what][0]) if what in best else seconds
                best[what] = least, max(memory, best[what][1] if what in best else 0.0)
        plain = best["`check nets`"][0]
        rows = [
            (what, f"{seconds:.1f} s", f"{seconds / plain:.2f}", f"{memory:.0f} MB")
            for what, (seconds, memory) in best.items()
        ]
    width = max(len(row[0]) for row in rows)
    text = f"| {'what':<{width}} | CPU | of `check nets` | peak memory |\n| {'-' * width} | --- | --- | --- |\n"
    text += "".join(f"| {what:<{width}} | {' | '.join(rest)} |\n" for what, *rest in rows)
    print(text, end="")
    if "--write" in sys.argv[1:]:
        machine = f"CPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
        said = "Networks of the size of ResNet-18, nine hundred of which extend one that was edited."
        (HERE / "GATE.md").write_text(
            f"# A thousand files\n\nWritten by `python benchmarks/gate.py --write`; {machine}. {said}\n\n{text}"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
