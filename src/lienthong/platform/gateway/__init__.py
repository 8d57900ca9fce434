"""Gateway (cổng kết nối)."""
