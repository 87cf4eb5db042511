"""Where apps come from: sources of several kinds behind one interface, collected into the register.

A source only brings complete files; whether an app is known, whole or new is not its business.
"""
