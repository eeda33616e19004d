"""Numbers about phrases."""
