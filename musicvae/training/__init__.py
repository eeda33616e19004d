"""Train nets: torch and Lightning Fabric."""
