"""Worksheets: questions about a network, their key, and what an answer says about a mistake.

`exercise`, `grade` and `quiz` ask the same questions: a `Recipe` (files, seed, level) always gives one `Worksheet`.
"""
