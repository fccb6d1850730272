"""The page: a workplace for people, drawn on the server from what the other services answer."""
