"""Pure decisions of signing: no key, no file, no clock."""
