"""Operator's pages of the catalogue (vận hành): services, systems, agreements, permissions, and why."""
