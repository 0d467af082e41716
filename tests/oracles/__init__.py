"""Proofs from outside: counting one by one, PyTorch and Keras.

Nothing here reads a formula of the engine. `counting` walks through a layer and counts what it meets; `pytorch` and
`keras_oracle` ask the frameworks. `random_nets` writes networks to compare on, and `written_out` reads what it wrote
by its own small reading of the file format, so that blocks, repeats and shared weights are proved too.
`python -m tests.oracles` compares as many cases as asked for.
"""
