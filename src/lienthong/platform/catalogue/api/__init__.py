"""The API of the catalogue, and the doors of the hub."""
