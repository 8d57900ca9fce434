"""Pages for officers; each shows what a query gives and does what a service does."""
