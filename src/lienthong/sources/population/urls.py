"""Pages of the holder's officers."""
