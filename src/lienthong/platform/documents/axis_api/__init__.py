"""The axis' own interface: three dialects of systems outside over one mailbox (docs/protocols/axis.md)."""
