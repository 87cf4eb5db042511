"""Outside detection engines: docked as programs or HTTP services, their words kept as theirs."""
