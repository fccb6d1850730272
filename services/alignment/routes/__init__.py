"""HTTP: parse, read one snapshot, answer. Nothing here decides what is true."""
