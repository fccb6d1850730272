"""What-if on the page: changes that are put together, and what would come of them."""
