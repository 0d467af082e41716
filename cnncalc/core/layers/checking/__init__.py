"""The check of a declaration when Python reads it: its body, and what its formulas may say."""
