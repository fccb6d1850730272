"""Tells of findings and of the score by events, each once, and only what is other than what was told last."""
