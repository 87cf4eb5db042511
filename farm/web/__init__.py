"""The lab's web page and HTTP API over the campaign database and the store of recordings.

Shows what other rooms found and passes on what people decide; judges nothing, drives no phone.
"""
