"""Owns what is offered: services, products, service offerings for consumer groups, and contracts."""
