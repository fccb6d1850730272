"""Owns business and IT strategy: strategies, objectives, tactics, and the outcomes that customers want."""
