"""What is wrong: rules as data, the checks they are made of, and the intervals in which they were broken."""
