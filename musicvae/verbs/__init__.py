"""What a model can do: one file for each verb."""
