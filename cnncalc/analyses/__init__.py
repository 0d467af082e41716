"""Graph → facts: outlines, workings, comparisons, checks."""
