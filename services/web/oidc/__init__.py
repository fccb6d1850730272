"""Sign-in by OpenID Connect: what the page is at a provider, what the provider says, and what its groups may do."""
