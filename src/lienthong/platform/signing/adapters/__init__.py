"""Adapters of signing's ports."""
