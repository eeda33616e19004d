"""Measure a model on music it was not trained on."""
