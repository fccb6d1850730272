"""Hostile and honest traffic together against served processes, whose memory has to stay flat: ``make soak``."""
