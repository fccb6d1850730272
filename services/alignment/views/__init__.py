"""The answers: each view is a function of a snapshot."""
