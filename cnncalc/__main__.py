"""`python -m cnncalc`, and the command `cnncalc`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line with the garbage collector at rest.

    A command is short, and what it imports and reads stays until its end: looking for garbage in it, also once
    more at exit, is a third of the time for a large file and a sixth for a small one.
    """
    gc.disable()
    try:
        from cnncalc.cli import main as run

        run()
    except KeyboardInterrupt:  # while it starts
        sys.exit(130)
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
