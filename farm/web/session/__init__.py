"""The session page: one recording's timeline, its findings, and the way from a finding to the byte.

Reads sealed recordings and analyses that were made of them; judges nothing by itself.
"""
