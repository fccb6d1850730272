"""What charts and drawings are made of: pure functions that say where everything stands. Templates make SVG of it."""
