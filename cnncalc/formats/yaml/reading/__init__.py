"""YAML trees → descriptions: all that can be said of a file before anything is worked out."""
