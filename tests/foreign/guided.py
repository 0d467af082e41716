"""Files of other programs that find their own way: what reaches a new branch of a reader is kept, and changed further.

python -m tests.foreign.guided --count 20000                       each reader by so many inputs (pip install atheris)
python -m tests.foreign.guided --count 20000 --record FILE         also write the figures, for verification.md
python -m tests.foreign.guided --only pt2 --keep DIR               one of them; what failed is kept there

They begin with the whole files of `tests.foreign.fuzz`; half of the changes are those of that fuzzer, half libFuzzer's.
What comes of an input is judged in the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

READERS = {  # format, and whether its JSON lies in an archive
    "onnx": ("onnx", False),
    "Keras JSON": ("keras", False),
    ".keras": ("keras", True),
    ".pt2": ("pt2", True),
    "caffe": ("caffe", False),
    "darknet": ("darknet", False),
}
LONGEST = 20_000  # bytes of an input


def guide(reader: str, count: int, seed: int, keep: Path, result: Path) -> None:
    """So many inputs to a reader; the process ends by it, as libFuzzer's does."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["cnncalc.formats.foreign"]):
        from tests.foreign import fuzz
    format, packed = READERS[reader]
    counts: Counter[str] = Counter()
    causes: set[str] = set()
    slowest = 0.0

    def failed(data: bytes, cause: str, said: str) -> None:
        counts["failure"] += 1
        if cause not in causes:
            causes.add(cause)
            path = keep / f"{format}-{len(causes)}"
            path.write_bytes(data)
            print(f"--- {reader}, {path}\n{said}", flush=True)

    def one(data: bytes) -> None:
        nonlocal slowest
        started = time.process_time()
        whole = fuzz.archive(format, data) if packed else data
        try:
            counts[fuzz.attempt(format, whole)] += 1
        except Exception as error:
            failed(whole, str(traceback.extract_tb(error.__traceback__)[-1]), traceback.format_exc(limit=-4))
        taken = time.process_time() - started
        slowest = max(slowest, taken)
        if taken > fuzz.SLOW:
            failed(whole, "slow", f"took {taken:.1f} s")
        if counts.total() >= count:
            megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            figures = {**{outcome: counts[outcome] for outcome in fuzz.OUTCOMES}, "causes": len(causes)}
            figures |= {"slowest_seconds": round(slowest, 2), "megabytes": megabytes}  # type: ignore[dict-item]
            result.write_text(json.dumps(figures), encoding="utf-8")
            sys.stdout.flush()
            os._exit(0)

    def change(data: bytes, longest: int, seed: int) -> bytes:
        choose = random.Random(seed)
        if data and choose.random() < 0.5:
            return fuzz.damaged(format, data, choose)[:longest]
        return bytes(atheris.Mutate(data, longest))

    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(fuzz.files()[format]):
            Path(folder, str(number)).write_bytes(data)
        options = [
            f"-seed={seed}",
            f"-max_len={LONGEST}",
            "-mutate_depth=2",
            "-rss_limit_mb=2048",
            "-timeout=60",
            "-print_final_stats=0",
        ]
        atheris.Setup([sys.argv[0], *options, folder], one, custom_mutator=change)
        atheris.Fuzz()


def guided(reader: str, count: int, seed: int, keep: Path) -> dict[str, Any]:
    """What came of it, in a process of its own: outcomes, and how many branches were reached first and last."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result")
        command = [sys.executable, "-m", "tests.foreign.guided", "--only", reader, "--count", str(count)]
        command += ["--seed", str(seed), "--keep", str(keep), "--result", str(result)]
        done = subprocess.run(command, stderr=subprocess.PIPE, check=False)
        said = done.stderr.decode("utf-8", "replace")
        if not result.exists():
            sys.exit(said[-3000:])
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    reached = [int(number) for number in re.findall(r" cov: (\d+)", said)]
    return {**found, "first_reached": reached[0], "reached": reached[-1]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, metavar="N", help="inputs to each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(READERS), metavar="READER")
    parser.add_argument("--keep", type=Path, default=Path("guided"), metavar="DIR", help="of inputs that fail")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    if options.result:
        guide(options.only, options.count, options.seed, options.keep, options.result)
    from tests.records import record

    kinds = {}
    for reader in (options.only,) if options.only else READERS:
        kinds[reader] = guided(reader, options.count, options.seed, options.keep)
        print(f"{reader}: {', '.join(f'{value:,} {what}' for what, value in kinds[reader].items())}", flush=True)
        if options.record:
            asked = f"python -m tests.foreign.guided --count {options.count} --seed {options.seed}"
            record(options.record, asked, {"inputs": options.count * len(kinds), "kinds": kinds})
    return 1 if any(kind["failure"] for kind in kinds.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
