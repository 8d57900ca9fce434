"""How calls come in: by X-Road's protocols at this side, from other nodes at that side."""
