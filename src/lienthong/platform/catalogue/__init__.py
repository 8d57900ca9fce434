"""Catalogue of data services and agreements (danh mục dịch vụ dữ liệu, thỏa thuận chia sẻ)."""
