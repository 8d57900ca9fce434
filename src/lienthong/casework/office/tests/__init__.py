"""Tests of the document office."""
