"""The catalogue behind ports of the rooms below."""
