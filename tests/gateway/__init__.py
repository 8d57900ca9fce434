"""Calls of data services by real nodes and foreign clients."""
