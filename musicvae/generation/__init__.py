"""From latent vectors to music of any length, and back."""
