"""Descriptions → graphs: blocks, branches and repeats written out, every value and shape worked out."""
