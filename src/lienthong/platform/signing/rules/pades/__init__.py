"""PAdES (chữ ký số trên tệp PDF): writing, reading and judging signatures in PDF files, all levels (EN 319 142-1)."""
