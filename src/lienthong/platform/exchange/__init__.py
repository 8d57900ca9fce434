"""Exchange (trao đổi, chia sẻ dữ liệu): directory, letters, questions, access rights, message log."""
