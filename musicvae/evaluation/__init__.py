"""Measure a model on music that it was not trained on."""
