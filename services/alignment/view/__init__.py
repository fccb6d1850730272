"""The rows of the view: their tables, the pure projection that makes them, and their generations."""
