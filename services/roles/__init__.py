"""Owns who does what: parties, roles, processes and policies."""
