"""Music for the browser: as JSON, as SVG, and as pages that need no other file."""
