"""The document axis and the registers of documents (trục liên thông văn bản quốc gia, sổ đăng ký văn bản)."""
