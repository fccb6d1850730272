"""Files that people bring in on the page: kept for a while, tried, brought in, and told of."""
