"""Ways to systems outside: the other axis, the watched folder, the mailbox of partners."""
