"""The store: recordings, analyses and apps by URL, written once, verified by digest.

A folder by default, S3 by address. What has a name here is never written anew with other bytes.
"""

from farm.campaign.store.objects import Store, StoreError, StoreUnavailable

__all__ = ["Store", "StoreError", "StoreUnavailable"]
