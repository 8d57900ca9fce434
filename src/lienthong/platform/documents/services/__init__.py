"""Tell documents: send, recall, say what became of them, number and register."""
