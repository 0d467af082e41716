"""Baselines: how much the totals of a network may grow, from recorded figures or from an older version."""
