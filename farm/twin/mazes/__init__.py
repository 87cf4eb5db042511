"""Apps that are mazes of screens, made from a table: what explorers are measured on."""
