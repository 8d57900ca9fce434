"""What outsiders send that they should not: each at the real door of a whole node, with all its roles open."""
