"""What alignment answers, one file a view: routes document these models, and tests hold answers to them."""
