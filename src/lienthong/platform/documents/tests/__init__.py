"""Tests of the document axis."""
