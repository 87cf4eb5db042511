"""Campaigns: plan, queue, workers, results and what compares them, over PostgreSQL and a store.

Imports every room below the command line; knows nothing of twins.
"""
