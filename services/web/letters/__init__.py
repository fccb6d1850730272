"""Who does what in a process, on the page: the grid of letters, and what is changed of it."""
