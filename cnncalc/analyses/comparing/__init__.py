"""Networks side by side: figures of several, and two versions of one by layer."""
