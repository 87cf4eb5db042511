"""The register of apps: which versions there are, who signed them, and where each was seen.

Knows nothing of cases, and judges no app: a signer that differs is flagged for a person.
"""
