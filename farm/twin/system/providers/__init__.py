"""The content providers that every phone has: people, calendar, messages, calls, media.

One database in memory per phone, with the tables, views and columns that apps know, so that
projections, conditions and orders mean what they mean on a phone.
"""
