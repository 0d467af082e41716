"""A fuzzer that knows the grammar: whole files, written at random, damaged, and small ones that ask for much."""
