"""Increments on the page: what they ask of whom, what is decided on them, and their proof."""
