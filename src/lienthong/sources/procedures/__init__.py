"""National catalogue of administrative procedures (Cơ sở dữ liệu quốc gia về thủ tục hành chính)."""
