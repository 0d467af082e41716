"""Worksheets, grades and quizzes as people read them."""
