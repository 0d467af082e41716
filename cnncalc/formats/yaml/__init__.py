"""The YAML format: text → tree → description → graph."""
