"""Dossiers of administrative procedures (hồ sơ thủ tục hành chính) and the one-stop shop (một cửa)."""
