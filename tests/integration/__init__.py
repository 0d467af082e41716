"""What other programs make of cnncalc: editors, pre-commit, GitHub's runner. Run with `pytest -m integration`."""
