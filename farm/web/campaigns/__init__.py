"""Planning a campaign on the page or through the API."""
