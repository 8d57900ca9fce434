"""Monitoring (giám sát vận hành)."""
