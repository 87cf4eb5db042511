"""What to look for: values of this session, the forms they may take, and shapes that checks prove.

Knows nothing of flows; `farm.detect.matching` searches, `farm.detect.flows` links.
"""
