"""Mutation testing of the core: small faults put into it one at a time, each of which some test must notice."""
