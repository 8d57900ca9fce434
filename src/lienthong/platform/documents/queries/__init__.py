"""Ask documents: what arrived, what left, what became of it, what stands in the registers."""
