"""Runs the fuzzer.

    python -m tests.fuzz --count 100000 --seed 1
    python -m tests.fuzz --count 1000 --seed 1 --outputs      every command in every format
    python -m tests.fuzz --seed 1 --show 42                   the text of one input
    python -m tests.fuzz --seed 1 --alone 42                  one input in a process of its own, measured

Whatever the file, the answer is a network or a list of problems: never another exception, never long, never large.
Longer than 2 seconds of the processor, and larger than 500 MB, may only be what is large by right: at most half as much
again as a plain network of as many layers and blocks. What exceeds it among others is run again alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.fuzz.inputs import KINDS, an_input, witness
from tests.fuzz.trial import OUTCOMES, attempt, every_output
from tests.records import record

SLOW = 2.0  # seconds of the processor for one input
MOST_MEGABYTES = 500
BY_RIGHT = 1.5  # of a plain network of the same size
LONGEST = 120  # seconds after which an input is ended
_FOLDER = "/dev/shm" if os.path.isdir("/dev/shm") else None  # thousands of files are written, each down to the disk
STEP = {False: 1000, True: 50}  # inputs of one process; of those through every output


class Task(NamedTuple):
    seed: int
    numbers: range
    outputs: bool
    only: str | None


class Culprit(NamedTuple):
    """An input that took too long, or more memory than all before it; of those through every output, its longest."""

    number: int
    seconds: float
    megabytes: int
    size: int = 0  # layers and blocks, written out
    outcome: str = ""
    command: str = ""


@dataclass
class Found:
    """What some inputs gave: (kind, outcome) → how many; and the range that is left, where the process was full."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    outputs: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)  # by command
    failures: list[str] = field(default_factory=list)
    culprits: list[Culprit] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0
    megabytes: int = 0
    workers: list[int] = field(default_factory=list)  # the peak of each
    left: range = range(0)

    def add(self, other: Found) -> None:
        self.counts += other.counts
        self.codes += other.codes
        self.outputs += other.outputs
        self.failures += other.failures
        self.culprits += other.culprits
        self.slowest = max(self.slowest, other.slowest)
        self.seconds += other.seconds
        self.megabytes = max(self.megabytes, other.megabytes)
        self.workers.append(other.megabytes)
        for name, seconds in other.longest.items():
            self.longest[name] = max(seconds, self.longest.get(name, 0))


def _run(task: Task) -> Found:
    """Try a range of inputs, within its bounds."""
    if not task.outputs:
        gc.disable()  # as the command does
    signal.signal(signal.SIGPROF, _end)
    found = Found()
    rose = 0
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        if task.outputs:
            _repository(folder)
        for number in task.numbers:
            kind, text = an_input(task.seed, number, task.only)
            signal.setitimer(signal.ITIMER_PROF, LONGEST)
            started = time.process_time()
            size, command = 0, ""
            try:
                if task.outputs:
                    told = every_output(text, Random(number))
                    found.codes += told.codes
                    found.outputs += told.outputs
                    for name, seconds in told.seconds.items():
                        found.longest[name] = max(seconds, found.longest.get(name, 0))
                    found.counts[kind, "failure" if told.faults else "network"] += 1
                    found.failures += [f"--- input {task.seed}/{number}: {fault}" for fault in told.faults]
                    command, taken = _longest(told.seconds)
                else:
                    tried = attempt(text)
                    taken = time.process_time() - started
                    size = tried.size if taken > SLOW else 0
                    found.counts[kind, tried.outcome] += 1
            except Exception:
                taken = time.process_time() - started
                found.counts[kind, "failure"] += 1
                found.failures.append(
                    f"--- input {task.seed}/{number}\n{text[:5000]}\n{traceback.format_exc()[-5000:]}"
                )
            signal.setitimer(signal.ITIMER_PROF, 0)
            tried = None
            found.slowest = max(found.slowest, taken)
            found.seconds += time.process_time() - started
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            if taken > SLOW:
                found.culprits.append(Culprit(number, taken, 0, size, "", command))
            if peak > rose:
                rose = found.megabytes = peak
                if peak > MOST_MEGABYTES:
                    found.culprits.append(Culprit(number, 0, peak))
                    found.left = range(number + 1, task.numbers.stop)
                    return found
            if number % 500 == 0:
                gc.collect()
    return found


def _end(number: int, frame: Any) -> None:
    raise TimeoutError(f"no end after {LONGEST} seconds of the processor")


def _repository(folder: str) -> None:
    os.chdir(folder)
    Path("net.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\n", encoding="utf-8")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a", "-c", "init.defaultBranch=main")
    for args in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "a")):
        subprocess.run([*git, *args], check=True)


def alone(task: Task, number: int) -> Culprit:
    """An input in a process of its own."""
    only = ("--only", task.only) if task.only else ()
    return _fresh("--seed", str(task.seed), "--alone", str(number), *only, *(["--outputs"] if task.outputs else []))


def plain(size: int, like: Culprit | None = None) -> Culprit:
    """A plain network of that size in a process of its own; through the command that another took longest for."""
    of = ("--outputs", "--alone", str(like.number), "--command", like.command) if like and like.command else ()
    return _fresh("--plain", str(size), *of)


def _fresh(*args: str) -> Culprit:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", *args], capture_output=True, text=True, check=True)
    return Culprit(*json.loads(done.stdout))


def _measured(number: int, text: str) -> Culprit:
    gc.disable()
    started = time.process_time()
    tried = attempt(text)
    taken = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Culprit(number, round(taken, 2), peak, tried.size, tried.outcome)


def _written(number: int, text: str, command: str | None) -> Culprit:
    """The time that a command takes for an input, or the longest that any does."""
    size = attempt(text).size
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        _repository(folder)
        seconds = every_output(text, Random(number), command).seconds
    longest, taken = (command, seconds[command]) if command else _longest(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Culprit(number, round(taken, 2), peak, size, "", longest)


def _longest(seconds: dict[str, float]) -> tuple[str, float]:
    return max(seconds.items(), key=lambda one: one[1])


class Judged(NamedTuple):
    """A culprit, run again alone beside a plain network of its size."""

    again: Culprit
    beside: Culprit | None

    @property
    def verdict(self) -> str:
        one, beside = self.again, self.beside
        if one.seconds <= SLOW and one.megabytes <= MOST_MEGABYTES:
            return "within the bounds"
        assert beside is not None
        slow = one.seconds > max(SLOW, BY_RIGHT * beside.seconds)
        large = one.megabytes > max(MOST_MEGABYTES, BY_RIGHT * beside.megabytes)
        return "not by right" if slow or large else "large by right"


def judged(task: Task, number: int) -> Judged:
    again = alone(task, number)
    fine = again.seconds <= SLOW and again.megabytes <= MOST_MEGABYTES
    return Judged(again, None if fine else plain(again.size, again))


def _tasks(options: argparse.Namespace) -> Iterator[Task]:
    step = STEP[options.outputs]
    for first in range(options.first, options.count, step):
        numbers = range(first, min(first + step, options.count))
        yield Task(options.seed, numbers, options.outputs, options.only)


def main() -> int:
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _options()
    if options.show is not None:
        print(an_input(options.seed, options.show, options.only)[1], end="")
        return 0
    if options.alone is not None or options.plain is not None:
        number = options.alone or 0
        text = an_input(options.seed, number, options.only)[1] if options.plain is None else witness(options.plain)
        measured = _written(number, text, options.command) if options.outputs else _measured(number, text)
        print(json.dumps(measured))
        return 0
    found, verdicts, done = _found(options)
    for kind in sorted({kind for kind, _ in found.counts}):
        outcomes = ", ".join(f"{found.counts[kind, outcome]:,} {outcome}" for outcome in OUTCOMES)
        print(f"{kind:22} {outcomes}")
    for judged in verdicts:
        print(f"{judged.verdict}: {judged.again}, beside {judged.beside}")
    wrong = [one for one in verdicts if one.verdict == "not by right"]
    failures = len(found.failures) + len(wrong)
    print(
        f"{found.counts.total():,} inputs (seed {options.seed}), {failures} failures; "
        f"slowest {found.slowest:.2f} s, peak {found.megabytes} MB, {found.seconds:,.0f} s in all"
    )
    if options.record:
        command = f"python -m tests.fuzz --count {done} --seed {options.seed}{' --outputs' * options.outputs}"
        record(options.record, command, _figures(found, verdicts, failures, options.outputs))
    return 1 if failures else 0


def _found(options: argparse.Namespace) -> tuple[Found, list[Judged], int]:
    """All that the inputs give; what exceeded a bound, judged; how many inputs were tried before time was up."""
    found, verdicts, done = Found(), [], options.first
    started = time.monotonic()
    tasks = _tasks(options)
    each = plain(20_000)
    with multiprocessing.Pool(options.jobs, maxtasksperchild=1) as pool:
        while batch := list(islice(tasks, options.jobs)):
            if options.minutes and time.monotonic() - started > 60 * options.minutes:
                break
            done = batch[-1].numbers.stop
            while batch:
                results = pool.map(_run, batch, chunksize=1)
                for task, one in zip(batch, results, strict=True):
                    found.add(one)
                    for failure in one.failures:
                        print(failure, flush=True)
                    for culprit in one.culprits:
                        right = BY_RIGHT * each.seconds * culprit.size / each.size
                        if not task.outputs and not culprit.megabytes and culprit.seconds <= right:
                            continue
                        verdicts.append(judged(task, culprit.number))
                        print(f"{culprit}: {verdicts[-1].verdict}", flush=True)
                batch = [task._replace(numbers=one.left) for task, one in zip(batch, results, strict=True) if one.left]
            _say(f"{done:,} inputs, {time.monotonic() - started:,.0f} s, {found.seconds:,.0f} s of the processor")
    return found, verdicts, done


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _figures(found: Found, verdicts: list[Judged], failures: int, outputs: bool) -> dict[str, Any]:
    kinds = {kind: {outcome: found.counts[kind, outcome] for outcome in OUTCOMES} for kind in KINDS}
    figures: dict[str, Any] = {"inputs": found.counts.total(), "failures": failures}
    right = [one for one in verdicts if one.verdict == "large by right"]
    if outputs:
        calls: dict[str, Counter[str]] = {}
        for (name, code), times in sorted(found.codes.items()):
            calls.setdefault(name, Counter())[str(code)] += times
        figures["calls"] = {name: {**codes, "slowest": round(found.longest[name], 2)} for name, codes in calls.items()}
        figures["outputs"] = dict(sorted(found.outputs.items()))
        figures["slow"] = len(found.culprits)
        figures["by_right"] = [
            {**one.again._asdict(), "beside": one.beside.seconds} for one in right if one.beside is not None
        ]
    else:
        slow = sum(1 for one in found.culprits if one.seconds)
        largest = max((one for one in found.culprits if one.seconds), key=lambda one: one.size, default=None)
        figures |= {"kinds": kinds, "slow": slow, "judged_by_right": len(right)}
        figures["largest"] = largest._asdict() if largest else {}
        peaks = sorted(found.workers)
        figures |= {"workers": len(peaks), "middle_megabytes": peaks[len(peaks) // 2]}
    return figures | {"slowest_seconds": round(found.slowest, 2), "peak_megabytes": found.megabytes}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=KINDS, help="inputs of one kind")
    parser.add_argument("--outputs", action="store_true", help="through every command in every format")
    parser.add_argument("--minutes", type=float, help="begin no more inputs after so many minutes")
    parser.add_argument("--show", metavar="NUMBER", type=int, help="print one input and stop")
    parser.add_argument("--alone", metavar="NUMBER", type=int, help="measure one input and stop")
    parser.add_argument("--plain", metavar="SIZE", type=int, help="measure a plain network of that size and stop")
    parser.add_argument("--command", help="with --outputs and --plain: the command that is measured")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: one for each processor)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
