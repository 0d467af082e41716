"""Networks as pictures: what is folded, where everything stands. `render/` draws it."""
