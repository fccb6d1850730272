"""What HTTP asks of every service: who calls, bodies, problem documents, pages of lists, and what it says of itself."""
