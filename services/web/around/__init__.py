"""What lies around a node, drawn in columns from what it is for to who does it."""
