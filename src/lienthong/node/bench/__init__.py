"""Benchmarks (đo hiệu năng): every one prints our figures and, from the same run, what they are held against."""

BENCHES = {
    "status-sync": "status_sync",
    "signing": "signing",
    "start": "start",
    "questions": "questions",
    "letters": "letters",
    "proof": "proof",
    "access": "access",
    "faults": "faults",
    "documents": "documents",
    "document-pages": "document_pages",
}
"""Name on the command line → module beside this file with `measure(size)`."""
