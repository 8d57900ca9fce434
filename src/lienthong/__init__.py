"""lienthong (liên thông, "interconnected"): one program that every Vietnamese state body can run."""

__version__ = "0.1.0"
