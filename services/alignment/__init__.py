"""Follows the owners' events and keeps the linkage views: what supports what, what hangs in the air, and since when."""
