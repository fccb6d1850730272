"""Editing on the page: a form that is filled in, read, saved, and merged with what others saved meanwhile."""
