"""Fault harness (kiểm thử sự cố): several real nodes, each with its own database, and everything that can go wrong."""
