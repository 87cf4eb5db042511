"""As in `farm/web`."""
