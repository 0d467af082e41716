"""The commands, one a file: its docstring is the line that `cnncalc --help` shows, its `Command` all else."""
