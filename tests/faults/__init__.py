"""Real nodes among real misfortunes."""
