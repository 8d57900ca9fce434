"""National public service portal (Cổng Dịch vụ công quốc gia): find, file, pay, follow."""
