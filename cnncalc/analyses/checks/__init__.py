"""What holds files to something: expectations, budgets, baselines, lint rules."""
