"""Pages of the portal: they ask and tell, and decide nothing."""
