"""Web: the base of all pages, their components, the language switch and the content security policy."""
