"""Adjust a trained model: attributes, sliders, personal models."""
