"""CONTRIBUTING.md, followed to the letter."""
