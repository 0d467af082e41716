"""Files, texts and versions ⇄ graphs."""
