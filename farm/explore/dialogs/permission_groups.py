"""Which group of Android permissions a request of the system is about, by its words."""

from farm.explore.dialogs.vocabulary import fold, vocabulary


def group_of(text: str) -> str:
    """The group: "location", "phone", "contacts" and so on; empty where none is named.

    Where several are named, the one that stands first in the vocabulary: it lists the longer
    and rarer words first ("call log" before "call").
    """
    folded = fold(text)
    for group, words in vocabulary().permission_groups.items():
        if any(word in folded for word in words):
            return group
    return ""
