"""Planning: which jobs a campaign has, written in a stream and only once."""
