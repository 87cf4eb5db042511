"""One scenario on one app on one phone: from a leased phone to a sealed recording."""
