"""Cases: from a violation that was found to its end, with who decided what, when and why.

A case is opened from determined findings alone; a notice goes out only after two people signed.
"""
