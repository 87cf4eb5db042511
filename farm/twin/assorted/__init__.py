"""Many small twin apps: one compiled code, and for each app a table of what it does and when."""
