"""What is wrong: rules as data, the graph that they look at, and the intervals in which they were broken."""
