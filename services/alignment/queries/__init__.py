"""Reads of the view's rows at one snapshot."""
