"""Faults that were made in systems like this one, planted here one at a time: the tests must see every one of them."""
