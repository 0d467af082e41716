"""Run the default tests, measure which lines and branches of the package they reach, and say so.

python -m tests.coverage_run
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.records import record

LEAST = 98.0  # percent of lines and branches


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the figures, for verification.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        options = ["-q", "-p", "no:cacheprovider", "--cov=cnncalc", f"--cov-report=json:{report}"]
        done = subprocess.run([sys.executable, "-m", "pytest", *options], capture_output=True, text=True, check=False)
        print(done.stdout[-2000:])
        if done.returncode:
            return done.returncode
        found = json.loads(report.read_text(encoding="utf-8"))
    totals = found["totals"]
    for name, file in sorted(found["files"].items()):
        if missing := file["missing_lines"] or file["missing_branches"]:
            print(f"{name:32} {file['summary']['percent_covered']:5.1f} %  {missing}")
    print(f"{totals['percent_covered']:.2f} % of lines and branches")
    passed = re.search(r"(\d+) passed", done.stdout)
    if asked.record:
        figures = {
            "passed": int(passed[1]) if passed else 0,
            "statements": totals["num_statements"],
            "branches": totals["num_branches"],
            "percent_covered": round(totals["percent_covered"], 2),
        }
        record(asked.record, "python -m tests.coverage_run", figures)
    return 1 if totals["percent_covered"] < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
