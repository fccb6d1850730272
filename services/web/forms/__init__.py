"""Forms made from the contracts: the fields of a kind, what stands in them and is typed, and how two changes merge."""
