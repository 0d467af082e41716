"""Put small faults into the core, or into what guards files and exit codes, one at a time; see whether a test notices.

    pip install -e '.[mutation]'
    python -m tests.mutation --record docs/evidence/records/mutation.json   # the core: about an hour
    python -m tests.mutation --guards --every 4 --record docs/evidence/records/guards.json   # what guards, a sample
    python -m tests.mutation cnncalc.core.work cnncalc.core.formula   # some modules of the core: minutes

Prints the mutants that survive. `tests/mutation/survivors.yaml` says of each why that is no gap; where one stands
there without need, or survives without a reason, the exit code is 1.
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

from tests.mutation.choose import Baseline, Tests, measure, path_of
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.run import Outcome, run_all
from tests.mutation.session import ROOT
from tests.records import record

FOLDERS = ("formats/yaml/expanding", "core/layers")
MODULES = [f"cnncalc.core.{name}" for name in ("formula", "work", "analysis")] + [
    f"cnncalc.{folder.replace('/', '.')}.{path.stem}"
    for folder in FOLDERS
    for path in sorted((ROOT / "cnncalc" / folder).glob("[a-z]*.py"))
]
GUARDS = [  # modules, and of the largest what decides
    f"cnncalc.{name}"
    for name in (
        "formats.writing", "cli.files", "cli.updating",  # what is written, and what is not
        "analyses.checks.report", "cli", "cli.streams", "cli.commands.check.CheckCommand._once",  # exit codes
        "teaching.grade", "cli.commands.grade.GradeCommand.run",  # verdicts
        "core.problem", "formats.listing", "formats.yaml.tree",  # limits: of problems, of files, of one file
    )
]  # fmt: skip
OWN_EXAMPLES = ("formats/writing", "formats/listing", "core/problem", "analyses/checks/report", "teaching/grade")
GUARDED_BY = [  # the tests that are about these, and their own examples
    f"tests/test_{name}.py"
    for name in (
        "writing", "output_files", "update", "undecodable_names", "encodings", "limits", "messages", "budgets",
        "check_formats", "many_files", "grade", "answers", "exit_codes", "cli", "yaml_traps", "baseline", "class",
        "growth", "lint", "completion", "answer_files", "bounds", "guards", "color",
    )
] + [f"cnncalc/{name}.py" for name in OWN_EXAMPLES]  # fmt: skip
REASONS = Path(__file__).with_name("survivors.yaml")
FIGURES = ("mutants", "of", "killed", "timeout", "survived")


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="modules of the core (default: all)")
    parser.add_argument("--guards", action="store_true", help="what guards files and exit codes, by the tests of it")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one in so many mutants of each module")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="at a time (default 2)")
    parser.add_argument("--budget", type=float, default=8, metavar="S", help="seconds of tests a mutant (default 8)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep the outcomes there; run again, it goes on")
    asked = parser.parse_args()
    known, tests = (GUARDS, GUARDED_BY) if asked.guards else (MODULES, [])
    if unknown := set(asked.modules) - set(known):
        parser.error(f"not among them: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    names = asked.modules or known
    everything = _mutants(names)
    asked_for = {name: found[:: asked.every] for name, found in everything.items()}
    with tempfile.TemporaryDirectory() as scratch:
        verdict_of = _run(asked_for, asked.folder or Path(scratch), asked, known, tests)
    reasons = {identity: reason for identity, reason in _reasons().items() if identity.startswith(_starts(names))}
    figures = summary(asked_for, verdict_of, reasons)
    for name, found in everything.items():
        figures["modules"][name]["of"] = len(found)
    figures["total"]["of"] = sum(map(len, everything.values()))
    needless = [
        f"{identity} is {verdict}"
        for identity, verdict in verdict_of.items()
        if verdict != "survived" and identity in reasons
    ]
    there = {mutant.id for found in everything.values() for mutant in found}
    needless += [f"{identity} is no mutant" for identity in reasons.keys() - there]
    for survivor in figures["survivors"]:
        print(f"{survivor['reason'] or 'survives'}: {survivor['mutant']}")
    for line in needless:
        print(f"in {REASONS.name}, but {line}")
    for name, counts in (*figures["modules"].items(), ("total", figures["total"])):
        print(f"{name}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    if asked.record:
        options = " --guards" * asked.guards + f" --every {asked.every}" * (asked.every > 1)
        record(asked.record, f"python -m tests.mutation{options}", figures)
    return 1 if needless or any(not survivor["reason"] for survivor in figures["survivors"]) else 0


def _module(name: str) -> str:
    """The module that a name means, or in which it stands."""
    while not path_of(name).exists():
        name = name.rpartition(".")[0]
    return name


def _starts(names: list[str]) -> tuple[str, ...]:
    """With what the mutants of these begin."""
    return tuple(f"{name}{sign}" for name in names for sign in ".:")


def _mutants(names: list[str]) -> dict[str, list[Mutant]]:
    """The mutants of modules, or of what stands in one."""
    sources = {name: path_of(_module(name)).read_text(encoding="utf-8") for name in names}
    return {
        name: [one for one in mutants(_module(name), source) if one.id.startswith(_starts([name]))]
        for name, source in sources.items()
    }


def _run(
    asked_for: dict[str, list[Mutant]], folder: Path, asked: argparse.Namespace, known: list[str], files: list[str]
) -> dict[str, str]:
    """The verdict on every mutant; those whose outcome stands in the folder are not run again."""
    folder.mkdir(exist_ok=True, parents=True)
    kept, log = folder / "baseline.json", folder / "outcomes.jsonl"
    if not kept.exists():
        _say("the tests without a mutant …")
        measure(map(_module, known), kept, files)
    tests = Tests(Baseline.read(kept), asked.budget)
    log.touch()
    verdict_of = {entry[0]: entry[1] for entry in map(json.loads, log.read_text(encoding="utf-8").splitlines())}
    chosen = [mutant for found in asked_for.values() for mutant in found]
    turn = {one.id: -(at & -at) if at else -len(chosen) for found in asked_for.values() for at, one in enumerate(found)}
    rest = [mutant for mutant in chosen if mutant.id not in verdict_of]
    rest.sort(key=lambda mutant: turn[mutant.id])  # a run that is ended is a sample, too: of one in twice as many
    _say(f"{len(chosen):,} mutants, {len(rest):,} to run")
    verdicts: Counter[str] = Counter()
    started = time.monotonic()
    with log.open("a", encoding="utf-8") as file:

        def progress(mutant: Mutant, ended: Outcome) -> None:
            if not mutant.before:  # else every mutant would seem killed
                if ended.verdict != "survived":
                    sys.exit(f"the unchanged {mutant.module}, put in like a mutant, breaks {ended.by}")
                return
            verdicts[ended.verdict] += 1
            file.write(json.dumps([mutant.id, ended.verdict, ended.by], ensure_ascii=False) + "\n")
            file.flush()
            number = verdicts.total()
            if number % 100 == 0 or number == len(rest):
                listed = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items()))
                _say(f"{number:,} of {len(rest):,}: {listed} ({(time.monotonic() - started) / number:.2f} s each)")

        same = [
            Mutant(module, module, "", 1, "", "", path_of(module).read_text(encoding="utf-8"))
            for module in dict.fromkeys(mutant.module for mutant in rest)
        ]
        found = run_all([*same, *rest], tests, asked.processes, progress, files) if rest else {}
    verdict_of |= {identity: ended.verdict for identity, ended in found.items()}
    return {mutant.id: verdict_of[mutant.id] for mutant in chosen}


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def summary(asked_for: dict[str, list[Mutant]], verdict_of: dict[str, str], reasons: dict[str, str]) -> dict[str, Any]:
    """Figures by module, in total, and the survivors with their reasons."""
    modules: dict[str, Counter[str]] = {}
    survivors = []
    for name, found in asked_for.items():
        modules[name] = Counter(dict.fromkeys(FIGURES, 0))
        for mutant in found:
            modules[name].update(("mutants", verdict_of[mutant.id]))
            if verdict_of[mutant.id] == "survived":
                survivors.append({"mutant": mutant.id, "line": mutant.line, "reason": reasons.get(mutant.id, "")})
    total = sum(modules.values(), Counter())
    return {
        "total": {figure: total[figure] for figure in FIGURES},
        "modules": {name: dict(counts) for name, counts in modules.items()},
        "reasons": dict(Counter(survivor["reason"] for survivor in survivors)),
        "survivors": survivors,
    }


def _reasons() -> dict[str, str]:
    """By mutant, why it may survive."""
    listed: dict[str, list[str]] = yaml.safe_load(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    return {identity: reason for reason, identities in listed.items() for identity in identities}


if __name__ == "__main__":
    raise SystemExit(main())
