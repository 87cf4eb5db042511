"""The world outside a twin: local servers that play the first and third parties of its apps."""

from farm.twin.world.server import Received
from farm.twin.world.world import HOSTS, World

__all__ = ["HOSTS", "Received", "World"]
