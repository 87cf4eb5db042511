"""Plants data of the farm's own on a phone, so that what an app sends of it can be told for sure.

`plan` makes up the values from a token, `planting` puts them on a phone, `track` lets its position
move, `removal` takes everything away again by the token alone. What a phone does not let the farm
plant is a fact on record.
"""
