"""Demo gateway (cổng thanh toán thử): an outside party that takes pretended money and tells us over HTTP."""
