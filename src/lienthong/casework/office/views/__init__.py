"""Pages of the document office."""
