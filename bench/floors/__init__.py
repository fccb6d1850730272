"""What the platform is measured beside: the least that does the same work, written by hand with the same parts.

A floor validates nothing, knows no lifecycle, keeps no history, finds nothing and lets anybody in.
"""
