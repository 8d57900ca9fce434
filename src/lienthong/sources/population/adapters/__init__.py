"""The two ways to the register: its own tables at the holder, questions and letters at a reader."""
