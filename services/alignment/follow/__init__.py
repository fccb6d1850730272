"""The writer: takes the owners' changes into the view, judges what they touch, and rebuilds."""
