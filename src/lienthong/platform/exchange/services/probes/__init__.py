"""The parts of the self-test."""
