"""The demo's people: synthetic, the same on every node and at every start, made without a database. Nobody is real."""
