"""Ask the document office: drafts, opinions, work on arrivals, recipients, work files."""
