"""Metrics: numbers that describe a phrase, or compare phrases."""
