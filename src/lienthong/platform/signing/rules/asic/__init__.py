"""Proof containers (tệp bằng chứng, ASiC-E by X-Road's rules): writing them, and judging them with suspicion."""
