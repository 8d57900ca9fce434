"""The document office: drafts, review, signature, work on what arrived, work files (văn phòng điện tử)."""
