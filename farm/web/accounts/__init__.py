"""Who may use the web page: accounts, passwords, sign-ins and API tokens."""
