"""Put small faults into the core, one at a time, and see whether a test notices.

    pip install -e '.[mutation]'
    python -m tests.mutation --write            # all modules, about an hour on two processors
    python -m tests.mutation cnncalc.labels     # some modules only: prints the survivors

Survivors are listed with a reason in `tests/mutation/survivors.yaml`; one without a reason makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tests.mutation import run
from tests.mutation.mutants import Mutant, mutants

MODULES = [
    f"cnncalc.{name}" for name in ("formula", "work", "analysis", "build", "expand", "values", "labels", "inputs")
] + [
    f"cnncalc.layers.{path.stem}"
    for path in sorted(Path(run.ROOT, "cnncalc", "layers").glob("*.py"))
    if path.stem != "__init__"
]
FIGURES = ("mutants", "killed", "timeout", "survived")
REPORT = run.ROOT / "docs" / "verification" / "mutation.json"
REASONS = Path(__file__).with_name("survivors.yaml")


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="modules of the core (default: all)")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.relative_to(run.ROOT)}")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="at a time (default 2)")
    parser.add_argument("--budget", type=float, default=15, metavar="S", help="seconds of tests a mutant (default 15)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep what is found here, and go on from there")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(MODULES):
        parser.error(f"not of the core: {', '.join(sorted(unknown))}; the core is {', '.join(MODULES)}")
    if asked.write and asked.modules:
        parser.error("--write is for all modules")
    chosen = asked.modules or MODULES
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        found = _run(chosen, asked.folder or Path(scratch), asked.processes, asked.budget)
    reasons = _reasons()
    summary = report(found, reasons)
    summary["seconds"] = round(time.monotonic() - started)
    for survivor in summary["survivors"]:
        print(f"{survivor['reason'] or 'NO REASON'}: {survivor['mutant']}")
    stale = set(reasons) - {mutant.id for mutant, _ in found} if not asked.modules else set()
    for identity in sorted(stale):
        print(f"no such mutant any more: {identity}")
    for name, figures in (*summary["modules"].items(), ("total", summary["total"])):
        print(f"{name}: " + ", ".join(f"{figure:,} {what}" for what, figure in figures.items()))
    if asked.write:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if stale or any(not survivor["reason"] for survivor in summary["survivors"]) else 0


def _run(modules: list[str], folder: Path, processes: int, budget: float) -> list[tuple[Mutant, str]]:
    """The verdict on every mutant; what stands in the folder already is not run again."""
    folder.mkdir(exist_ok=True, parents=True)
    _say("the tests without a mutant …")
    kept = folder / "baseline.json"
    if not kept.exists():
        kept.write_text(json.dumps(run.measure(MODULES)._asdict()), encoding="utf-8")
    baseline = run.Baseline.read(kept)
    everything = [mutant for module in modules for mutant in mutants(module, run.path_of(module).read_text("utf-8"))]
    log = folder / "outcomes.jsonl"
    known = {}
    if log.exists():
        known = {entry[0]: entry[1] for entry in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    rest = [mutant for mutant in everything if mutant.id not in known]
    _say(f"{len(everything):,} mutants, {len(rest):,} to run")
    verdicts: Counter[str] = Counter()
    started = time.monotonic()
    with log.open("a", encoding="utf-8") as file:

        def progress(number: int, mutant: Mutant, ended: run.Outcome) -> None:
            verdicts[ended.verdict] += 1
            seconds = time.monotonic() - started
            file.write(json.dumps([mutant.id, ended.verdict, ended.by, round(seconds, 1)], ensure_ascii=False) + "\n")
            file.flush()
            if number % 100 == 0 or number == len(rest):
                listed = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items()))
                _say(f"{number:,} of {len(rest):,}: {listed} ({seconds / number:.2f} s each)")

        found = run.run_all(rest, run.Tests(baseline, budget), processes, progress)
    known |= {identity: ended.verdict for identity, ended in found.items()}
    return [(mutant, known[mutant.id]) for mutant in everything]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def report(found: list[tuple[Mutant, str]], reasons: dict[str, str]) -> dict[str, Any]:
    """Figures by module, in total, and the survivors with their reasons."""
    modules: dict[str, Counter[str]] = {}
    survivors = []
    for mutant, verdict in found:
        counts = modules.setdefault(mutant.module, Counter(dict.fromkeys(FIGURES, 0)))
        counts["mutants"] += 1
        counts[verdict] += 1
        if verdict == "survived":
            reason = reasons.get(mutant.id, "")
            survivors.append({"mutant": mutant.id, "line": mutant.line, "reason": reason})
    total = sum(modules.values(), Counter())
    return {
        "modules": {name: dict(counts) for name, counts in modules.items()},
        "total": {figure: total[figure] for figure in FIGURES},
        "reasons": dict(Counter(survivor["reason"] for survivor in survivors)),
        "survivors": survivors,
    }


def _reasons() -> dict[str, str]:
    """By mutant, why it may survive."""
    listed = yaml.safe_load(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else None
    return {identity: reason for reason, identities in (listed or {}).items() for identity in identities}


if __name__ == "__main__":
    raise SystemExit(main())
