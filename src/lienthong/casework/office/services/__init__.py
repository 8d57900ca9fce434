"""Tell the document office: draft, comment, review, sign, issue, assign, keep work files."""
