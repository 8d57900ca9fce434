"""Signing (chữ ký số): keys, certificates, personal signatures, agency seals, validation."""
