"""Train nets, with torch and Lightning Fabric."""
