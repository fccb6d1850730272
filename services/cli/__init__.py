"""The command line: a client of the HTTP API for people and for pipelines."""
